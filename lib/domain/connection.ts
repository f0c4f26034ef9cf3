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
  | {
      kind: 'proxmox'
      /** `https://host:port`, the preferred one first */
      urls: string[]
      /** token id, or user@realm */
      user: string
      /** pinned leaves, SHA-256 */
      fingerprints: string[]
      /** SHA-256 of pinned authorities; without any pin the certificate is publicly trusted */
      authorities: string[]
      /** PEM of the pinned authorities, so that a change of something else keeps them */
      ca: string | null
    }
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
  /** when the certificate we were last shown ends; null = none is shown, or not known */
  certificateValidTo: Instant | null
  /** why it refuses every change now, although it can be read; null = nothing says so */
  changesRefused: Reason | null
}

/** Data older than this is shown as stale (GUIDE: freshness). */
export const STALE_AFTER: Millis = 10 * 60_000

/** What a connection may be able to do; which of it each platform ties to which privilege, its adapter knows. */
export const ABILITIES = [
  'read-guests',
  'read-snapshots',
  'read-storage',
  'read-volumes',
  'watch-events',
  'take-snapshot',
  'roll-back',
  'delete-snapshot',
  'power',
  'read-cluster',
  'read-backups',
  'start-backup',
  'set-tags',
  'thaw',
] as const

/** One verdict of *Test connection*: a privilege or ability we looked for. */
export type AccessFinding = {
  /** closed set; its text lives in i18n */
  ability: (typeof ABILITIES)[number]
  /** `some`: on a part of what there is, named in `on` */
  granted: 'yes' | 'some' | 'no' | 'unknown'
  why?: Reason
  /** what it takes, in the hypervisor's own words: `VM.Audit` on `/vms` */
  needs?: { privilege: string; path: string }
  on?: string[]
}

/** What a cluster tells of itself. */
export type ClusterFacts = {
  /** null = a single node without a cluster, or not told */
  name: string | null
  nodes: { name: string; online: boolean; fingerprint: string | null }[]
  /** null = not told */
  quorate: boolean | null
}

/** The certificate we were shown, and why we believed it. */
export type ShownCertificate = {
  fingerprint: string
  validTo: Instant | null
  trust: 'public' | 'authority' | 'leaf'
}

/** The authority a cluster signs its nodes' certificates with; pinned, it covers every node and every renewal. */
export type ClusterAuthority = { pem: string; fingerprint: string; subject: string; validTo: Instant | null }

/** A certificate that ends sooner is worth a warning: renewing one takes planning. */
export const CERTIFICATE_WARNING: Millis = 30 * 24 * 60 * 60_000

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
  cluster?: ClusterFacts
  certificate?: ShownCertificate
  /** told only to who signed in; null = the cluster does not show it */
  authority?: ClusterAuthority | null
}
