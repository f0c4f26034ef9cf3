import { HOUR, MINUTE, type Millis, SECOND } from '@/lib/domain/units'

/** How long the executor waits for what. Tests shorten it; the relations between the figures stay. */
export type Patience = {
  /** nothing was asked yet, and the guest cannot be read: then it ends without having done anything */
  before: Millis
  /** a host tells the new state some seconds after its task ended: Proxmox VE's lists are up to ten seconds late */
  after: Millis
  /** something was asked and the host is silent: then a person has to look */
  host: Millis
  /** a task that tells nothing for so long is called hung, and followed on */
  silence: Millis
  /** a task that hangs is given up to a person */
  hung: Millis
  /** between two looks, growing to the longest */
  pause: { first: Millis; longest: Millis }
  /** between two notices of progress */
  progress: Millis
  /** for a free storage, between two looks nobody woke us for */
  slot: Millis
  /** between two questions to a service of the guest */
  probe: Millis
}

export const PATIENCE: Patience = {
  before: 2 * MINUTE,
  after: 45 * SECOND,
  host: 30 * MINUTE,
  silence: 5 * MINUTE,
  hung: 12 * HOUR,
  pause: { first: 250, longest: 5 * SECOND },
  progress: 500,
  slot: 5 * SECOND,
  probe: 2 * SECOND,
}

/** The same request is put again this often at most, each time after proof that the one before was not taken. */
export const MOST_ASKED = 3

/** The lease was renewed with what was written last; after this long it may be another worker's. */
export const LEASE_SAFE: Millis = 8 * SECOND
