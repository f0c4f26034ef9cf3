import type { HypervisorKind } from '@/lib/domain/connection'
import type { Reason } from '@/lib/domain/reason'
import { MINUTE, type Millis, SECOND } from '@/lib/domain/units'

/** Between two readings of a connection that answers: a change on a host is on the page within 15 s. */
export const COLLECT_INTERVAL: Millis = 10 * SECOND
/**
 * A thorough reading trusts nothing remembered; it corrects what signals and memory missed. Proxmox VE's would be two
 * requests a guest, all at once: its adapter sweeps slowly by itself instead, so that only a person asks for all of it.
 */
const THOROUGH_INTERVALS: Record<HypervisorKind, Millis> = {
  libvirt: 10 * MINUTE,
  proxmox: Number.POSITIVE_INFINITY,
  vsphere: 10 * MINUTE,
}
export const thoroughInterval = (kind: HypervisorKind): Millis => THOROUGH_INTERVALS[kind]
const FIRST_RETRY: Millis = 5 * SECOND
/** A host that comes back is seen within this long, and three hundred lost hosts cost five attempts a second. */
const LONGEST_RETRY: Millis = MINUTE

/**
 * A refused password is a try on somebody's account, and directories lock one after five in half an hour: once more
 * after a minute, as the directory itself may have been away, then seldom. New credentials and *Collect now* are tried
 * at once.
 */
const REFUSED_RETRY: Millis = 15 * MINUTE

/** How long after the start of an attempt the next one follows; `failures` counts those in a row, this one included. */
export function attemptInterval(failures: number, why: Reason | null = null): Millis {
  if (failures === 0) return COLLECT_INTERVAL
  if (why !== null && countsOnAnAccount(why)) return failures === 1 ? LONGEST_RETRY : REFUSED_RETRY
  return Math.min(FIRST_RETRY * 2 ** (Math.min(failures, 10) - 1), LONGEST_RETRY)
}

const countsOnAnAccount = (why: Reason): boolean =>
  why.code === 'credentials-refused' && (why.method === 'password' || why.method === 'totp' || why.method === 'sasl')
