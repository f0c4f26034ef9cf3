/** A connection: how we reach one hypervisor manager. The secret part is sealed and known only to the registry. */
import type { ConnectionId } from './ids'
import type { Reason } from './reason'
import type { Instant, Millis } from './units'

export const HYPERVISOR_KINDS = ['libvirt', 'proxmox', 'vsphere'] as const
export type HypervisorKind = (typeof HYPERVISOR_KINDS)[number]

/** `observe` only reads. `operate` may also change, through plans. */
export const CONNECTION_MODES = ['observe', 'operate'] as const
export type ConnectionMode = (typeof CONNECTION_MODES)[number]

/** What a person may see of an address. Credentials are not part of it. */
export type ConnectionAddress =
  | {
      kind: 'libvirt'
      uri: string /** an administrator accepted clear text to a host that is not loopback */
      cleartextAccepted: boolean
    }
  | { kind: 'proxmox'; urls: string[]; user: string; fingerprints: string[] }
  | { kind: 'vsphere'; url: string; user: string; fingerprints: string[] }

export type Connection = {
  id: ConnectionId
  name: string
  kind: HypervisorKind
  mode: ConnectionMode
  address: ConnectionAddress
  /** data of the fake hypervisor, removable in one click; its connection is labelled everywhere */
  demo: boolean
  createdAt: Instant
}

/** How a connection does, as last told by the worker that owns it. */
export type ConnectionHealth = {
  state: 'never-read' | 'fresh' | 'stale' | 'failing'
  /** when a collection last read every section */
  lastFullAt: Instant | null
  /** when anything was last read */
  lastAnswerAt: Instant | null
  lastAttemptAt: Instant | null
  nextAttemptAt: Instant | null
  lastError: Reason | null
  failures: number
  version: string | null
  collectMillis: Millis | null
  /** foreign clock minus ours; null = not known */
  clockSkewMillis: Millis | null
}

/** Data older than this is shown as stale (GUIDE: freshness). */
export const STALE_AFTER: Millis = 10 * 60_000

/** One verdict of *Test connection*: a privilege or ability we looked for. */
export type AccessFinding = {
  /** closed set; its text lives in i18n */
  ability:
    | 'read-guests'
    | 'read-snapshots'
    | 'read-storage'
    | 'read-volumes'
    | 'watch-events'
    | 'take-snapshot'
    | 'roll-back'
    | 'delete-snapshot'
    | 'power'
  granted: 'yes' | 'no' | 'unknown'
  why?: Reason
}

/** What a probe of a hypervisor found. */
export type Probe = {
  product: string
  version: string
  /** host name as the hypervisor tells it */
  node: string
  /** foreign clock minus ours in ms; null = it does not tell */
  clockSkewMillis: Millis | null
  access: AccessFinding[]
  guests: number | null
}
