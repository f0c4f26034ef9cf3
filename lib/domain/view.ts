/**
 * What pages and the public API read: inventory as stored, with its age. JSON-safe.
 * `unread` stands beside last-known values: they are still shown, and marked.
 */
import type { Alert, RuleKind } from './alert'
import type { AlertStorage } from './alert-view'
import type { AuditEntry } from './audit'
import type { Capabilities } from './capability'
import type {
  AccessFinding,
  ClusterAuthority,
  ClusterFacts,
  Connection,
  ConnectionHealth,
  HypervisorKind,
  ShownCertificate,
} from './connection'
import type { ConnectionId, GuestId, SnapshotId, StorageId, TokenId, UserId, VolumeId } from './ids'
import type {
  ConfigurationMap,
  GuestFinding,
  GuestKind,
  Inodes,
  Power,
  RunningTask,
  Unread,
  VolumeRole,
} from './inventory'
import type { Role } from './permission'
import type { Reason } from './reason'
import type { Disk, SizeConfidence, SizeSource, Snapshot } from './snapshot'
import type { StorageOutlook } from './storage'
import type { Bytes, Instant } from './units'

/** A figure with its label; `bytes: null` exactly when the confidence is 'unknown'. */
export type Figure = { bytes: Bytes | null; confidence: SizeConfidence }

/** Where a reading stands: when it was made, and why the last attempt did not renew it (absent = it did). */
export type Freshness = { at: Instant | null; unread?: Reason }

export type GuestRow = {
  id: GuestId
  name: string
  nativeId: string
  connectionId: ConnectionId
  connectionName: string
  connectionKind: HypervisorKind
  demo: boolean
  node: string
  kind: GuestKind
  power: Power
  tags: string[]
  storageNames: string[]
  snapshotCount: number | null
  memorySnapshotCount: number | null
  unmanagedCount: number | null
  chainDepth: number | null
  treeDepth: number | null
  oldestSnapshotAt: Instant | null
  held: Figure
  findingCount: number
  collectedAt: Instant
  /** older than STALE_AFTER, or its connection does not answer */
  stale: boolean
  /** why nothing on its connection can be changed now; null = nothing says so */
  changesRefused: Reason | null
}

export const GUEST_SORTS = [
  'name',
  'connection',
  'node',
  'power',
  'snapshots',
  'chain',
  'oldest',
  'held',
  'collected',
] as const
export type GuestSort = (typeof GUEST_SORTS)[number]

/** One window of a filtered, sorted list. `total` counts what the filter matches, `all` everything. */
export type GuestWindow = { rows: GuestRow[]; offset: number; total: number; all: number }

export type SnapshotView = Snapshot & {
  id: SnapshotId
  parentId: SnapshotId | null
  held: boolean
  /** who protects it, and why */
  hold: { by: string; note: string } | null
  /** of one we took; `safety` = made before a rollback, its expiry begins when somebody says "All good" */
  note: {
    role: 'taken' | 'safety'
    owner: string | null
    purpose: string | null
    expiresAt: Instant | null
  } | null
}

export type GuestDetail = GuestRow & {
  cpus: number | null
  memoryBytes: Bytes | null
  firmware: 'bios' | 'uefi' | 'unknown'
  tpm: boolean
  agent: 'connected' | 'absent' | 'not-configured' | 'unknown'
  managedSave: boolean | null
  description: string
  lock: string | null
  template: boolean
  ha: boolean | null
  replicated: boolean | null
  protected: boolean | null
  lastBackup: { at: Instant | null } | null
  tasks: RunningTask[] | null
  findings: GuestFinding[]
  capabilities: Capabilities
  disks: Disk[] | null
  disksFreshness: Freshness
  configuration: ConfigurationMap | null
  configurationFreshness: Freshness
  snapshotsFreshness: Freshness
  snapshots: SnapshotView[]
  currentParentId: SnapshotId | null
  /** nobody tells what the current state stands on; a null parent then does not mean the base disk */
  currentUnknown: boolean
  /** bytes changed since the newest snapshot; also part of that snapshot's size, never added twice */
  changedSince: Figure & { source: SizeSource }
  storages: { id: StorageId; name: string }[]
}

export type StorageRow = {
  id: StorageId
  name: string
  connectionId: ConnectionId
  connectionName: string
  connectionKind: HypervisorKind
  demo: boolean
  node: string
  type: string
  active: boolean
  path: string | null
  capacityBytes: Bytes | null
  usedBytes: Bytes | null
  availableBytes: Bytes | null
  provisionedBytes: Bytes | null
  /** what a writer without root's reserve can use, where measured; null = not measured */
  usableBytes: Bytes | null
  /** used share of a thin pool's metadata; null = none, or not told */
  metadataRatio: number | null
  /** where the file system below has a fixed number of them and told it; null = it has not, or not told */
  inodes: Inodes | null
  /** overlays and memory files in it, part of used; `at-least` where snapshots inside images or pools hold more */
  snapshotBytes: Bytes | null
  snapshotConfidence: SizeConfidence
  orphanCount: number | null
  orphanBytes: Bytes | null
  source: 'libvirt-pool' | 'proxmox-status' | 'vsphere-summary' | 'demo'
  /** null until its past was looked at for the first time */
  outlook: StorageOutlook | null
  collectedAt: Instant
  stale: boolean
}

export type VolumeView = {
  id: VolumeId
  name: string
  path: string | null
  format: string
  virtualBytes: Bytes | null
  allocatedBytes: Bytes | null
  backingFile: string | null
  role: VolumeRole
  guests: { id: GuestId; name: string }[]
}

export type StorageDetail = StorageRow & { volumes: VolumeView[]; volumesFreshness: Freshness }

export type ConnectionRow = Connection & {
  health: ConnectionHealth
  guestCount: number
  storageCount: number
  unread: Unread[]
  /** first inventory under way */
  progress: { done: number; total: number } | null
  collecting: boolean
}

/** What needs a person, worst first. Its sentence is made in i18n from the code and figures. */
export type AttentionItem = {
  severity: 'emergency' | 'critical' | 'warning' | 'stale'
  because: /** `storage`: whose room the alert is about; null = about something else */
    | { what: 'alert'; alert: Alert; storage: AlertStorage | null }
    | { what: 'alike'; kind: RuleKind /** that have it; `name` and `where` are empty */; guests: number }
    | { what: 'connection-silent'; connectionId: ConnectionId; since: Instant | null; guests: number; reason: Reason }
    | { what: 'changes-refused'; connectionId: ConnectionId; guests: number; reason: Reason }
    | { what: 'finding'; guestId: GuestId; finding: GuestFinding['finding'] }
    | { what: 'hold-lost'; guestId: GuestId; snapshot: string; by: string; at: Instant }
  /** name of the guest, storage or connection */
  name: string
  /** where it is: connection or node */
  where: string
}

export type Overview = {
  now: Instant
  guests: number
  connections: number
  snapshots: { count: number; takenToday: number; guestsUnknown: number }
  oldest: { at: Instant; guestId: GuestId; guestName: string } | null
  deepest: { depth: number; guestId: GuestId; guestName: string } | null
  /** chains deeper than advised, and guests whose depth is not known */
  deepChains: { guests: number; unknown: number }
  memory: { snapshots: number; bytes: Figure }
  unmanaged: { snapshots: number; guests: number; unknown: number }
  orphans: { volumes: number; bytes: Figure; storagesUnknown: number }
  held: Figure
  /** guests by age of their oldest snapshot */
  ages: { under: '1d' | '3d' | '7d' | '30d' | 'over'; guests: number }[]
  attention: AttentionItem[]
  attentionTotal: number
  /** alerts that stand by themselves and that somebody has: they are not in the list */
  acknowledged: number
  storages: StorageRow[]
}

export type FleetSource = {
  connectionId: ConnectionId
  name: string
  lastAnswerAt: Instant | null
  state: ConnectionHealth['state']
  error: Reason | null
}

/** What the frame around every page needs. */
export type ShellView = {
  user: {
    name: string
    email: string
    role: Role
    language: string | null
    theme: string
    density: string
    shortcuts: boolean
  }
  /** `alerts`: those that fire, stand by themselves and are not silenced */
  counts: { guests: number; storages: number; connections: number; alerts: number }
  /** one of them is critical or worse */
  alertsUrgent: boolean
  sources: FleetSource[]
  worker: { heartbeatAt: Instant | null; late: boolean }
  demo: boolean
}

export type SearchHit =
  | { kind: 'guest'; id: GuestId; name: string; where: string }
  | { kind: 'snapshot'; id: SnapshotId; guestId: GuestId; name: string; where: string }
  | { kind: 'storage'; id: StorageId; name: string; where: string }
  | { kind: 'connection'; id: ConnectionId; name: string; where: string }

export type UserRow = {
  id: UserId
  email: string
  name: string
  role: Role
  disabled: boolean
  createdAt: Instant
  lastSeenAt: Instant | null
  sessions: number
}
export type TokenRow = {
  id: TokenId
  name: string
  prefix: string
  role: Role
  owner: string
  createdAt: Instant
  expiresAt: Instant
  lastUsedAt: Instant | null
  revokedAt: Instant | null
}
export type SessionRow = {
  id: string
  userEmail: string
  createdAt: Instant
  lastSeenAt: Instant
  address: string | null
  agent: string | null
  current: boolean
}
export type AuditWindow = { entries: AuditEntry[]; nextCursor: string | null }

/** The answer of *Test connection*, for a saved or a not yet saved connection. */
export type ConnectionTest =
  | {
      ok: true
      product: string
      version: string
      node: string
      guests: number | null
      clockSkewMillis: number | null
      access: AccessFinding[]
      cluster?: ClusterFacts
      certificate?: ShownCertificate
      authority?: ClusterAuthority | null
    }
  | { ok: false; why: Reason }

/** `then → now` of one configuration key; a side is null where the key is absent. */
export type ConfigurationChange = { key: string; then: string | null; now: string | null }

/** A libvirt daemon on the machine Snapwarden runs on, which could be added in one click. */
export type LocalSocket = {
  uri: string
  path: string
  scope: 'system' | 'session'
  /** by file permissions; the daemon may still say no */
  readable: boolean
  /** a connection to it exists */
  added: boolean
}

/** How far set-up has come: administrator, connection, first inventory. */
export type SetupStatus = { administratorExists: boolean; connectionExists: boolean; inventoryExists: boolean }

/** What a server shows of itself before anybody trusts it, for a person to compare with the host's own. */
export type OfferedIdentity =
  | { shows: 'host-keys'; keys: { type: string; fingerprint: string; knownHostsLine: string }[] }
  | {
      shows: 'certificate'
      fingerprint: string
      subject: string
      issuer: string
      validTo: Instant | null
    }
  | { shows: 'nothing' }
