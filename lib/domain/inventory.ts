/** What one reading of one connection found. Immutable; per section read or unread, never an empty list for "could not". */
import type { Capabilities } from './capability'
import type { Reason } from './reason'
import type { GuestWrites } from './sample'
import type { Disk, Snapshot } from './snapshot'
import type { Bytes, Instant } from './units'

export type Power = 'running' | 'paused' | 'stopped' | 'suspended' | 'unknown'
export type GuestKind = 'vm' | 'container'

/** Read, or not and why. `unread` never means none. */
export type Section<T> = { status: 'read'; value: T } | { status: 'unread'; reason: Reason }

export const read = <T>(value: T): Section<T> => ({ status: 'read', value })
export const unread = <T>(reason: Reason): Section<T> => ({ status: 'unread', reason })

/** A finding that needs no bytes and that a person should see. */
export type GuestFinding =
  | { finding: 'managed-save' }
  | { finding: 'overlay-unexplained'; disk: string; file: string }
  | { finding: 'mixed-chain' }
  | { finding: 'parent-missing'; snapshot: string; parent: string }
  | { finding: 'torn-snapshot'; snapshot: string; disks: string[] }
  | { finding: 'shared-base'; file: string; otherGuests: string[] }
  | { finding: 'duplicate-name'; name: string }
  | { finding: 'nvram-not-captured' }
  | { finding: 'tpm-only-with-memory' }
  | { finding: 'clock-ahead'; snapshot: string }
  | { finding: 'lock-left'; lock: string }
  | { finding: 'snapshot-incomplete'; snapshot: string }
  /** a merge into a disk's base has caught up and waits for somebody to finish it or give it up */
  | { finding: 'job-waiting'; disk: string }

/** Something the hypervisor is doing with a guest right now, in its own words: `vzdump`, by whom, since when. */
export type RunningTask = { task: string; by: string; since: Instant | null }

export type GuestFacts = {
  nativeId: string
  name: string
  node: string
  kind: GuestKind
  power: Power
  tags: string[]
  cpus: number | null
  memoryBytes: Bytes | null
  firmware: 'bios' | 'uefi' | 'unknown'
  tpm: boolean
  agent: 'connected' | 'absent' | 'not-configured' | 'unknown'
  managedSave: boolean | null
  description: string
  /** what holds its configuration, in the hypervisor's word (`backup`, `snapshot-delete`); null = nothing, or not told */
  lock: string | null
  /** others are made from it; it never runs itself */
  template: boolean
  /** a cluster manager starts and stops it; null = not known */
  ha: boolean | null
  /** its disks are copied to another node on a schedule; null = not known */
  replicated: boolean | null
  /** marked against removal; null = not known, or the hypervisor has no such mark */
  protected: boolean | null
  /** tells it from another guest under the same native id, where ids are used again; null = not told */
  birthMark: string | null
  /** the newest backup in any storage that was read (`at: null` = none there); null = not known */
  lastBackup: { at: Instant | null } | null
  /** null = not known */
  tasks: RunningTask[] | null
}

/** What a hypervisor does not tell beyond the common facts of a guest. */
export const NOT_TOLD_OF_GUEST = {
  lock: null,
  template: false,
  ha: null,
  replicated: null,
  protected: null,
  birthMark: null,
  lastBackup: null,
  tasks: null,
} as const satisfies Partial<GuestFacts>

export type SnapshotsOfGuest = {
  items: Snapshot[]
  /** native id of the current state's parent; null = the current state stands on no snapshot, or `currentUnknown` */
  currentParent: string | null
  /** there: the hypervisor lists snapshots and does not tell on which of them, if any, the current state stands */
  currentUnknown?: true
  /** there: why images could not be looked into, so that unmanaged snapshots may exist beyond `items` */
  imagesUnread?: Reason
}

/** One guest as read. A section that could not be read says why; the store keeps what it knew. */
export type CollectedGuest = {
  facts: GuestFacts
  /** there: only who it is, where and whether it runs could be read; of the other facts the store keeps what it knew */
  factsUnread?: Reason
  disks: Section<Disk[]>
  snapshots: Section<SnapshotsOfGuest>
  /** configuration now, as flat name → value, for the then-and-now comparison */
  configuration: Section<ConfigurationMap>
  capabilities: Capabilities
  findings: GuestFinding[]
}

/** Flat configuration, human names: `cpus` → `4`, `memory` → `2048 MiB`, `disk vda` → `…`. */
export type ConfigurationMap = Record<string, string>

/** Files and directories of a file system, by number. */
export type Inodes = { total: number; free: number }

export type StorageFacts = {
  nativeId: string
  name: string
  node: string
  /** dir, logical, zfs, rbd, lvmthin … as the hypervisor says */
  type: string
  active: boolean
  path: string | null
  capacityBytes: Bytes | null
  usedBytes: Bytes | null
  availableBytes: Bytes | null
  /** sum of what is promised to guests; null = not known */
  provisionedBytes: Bytes | null
  /** what a writer without root's reserve can still use, where measured on the file system itself; absent = not measured */
  usableBytes?: Bytes
  /** used share (0…1) of a thin pool's metadata; absent = none, or not told */
  metadataRatio?: number
  /** what the file system below can hold at most and still takes; total 0 = no fixed number; absent = not told */
  inodes?: Inodes
  /** where the figures come from, e.g. pool-info: `available` counts blocks reserved for root */
  source: 'libvirt-pool' | 'proxmox-status' | 'vsphere-summary' | 'demo'
}

export type VolumeRole = 'disk' | 'overlay' | 'base' | 'memory' | 'iso' | 'template' | 'backup' | 'orphan' | 'unknown'

export type Volume = {
  nativeId: string
  name: string
  path: string | null
  format: string
  virtualBytes: Bytes | null
  allocatedBytes: Bytes | null
  backingFile: string | null
  /** it reads through an image, or may, and which one is not told: it counts as a possible reader of any */
  backingUnread?: true
  /** guests (native ids) whose disks, snapshots or saved memory name this volume, directly or through a chain */
  usedBy: string[]
  role: VolumeRole
  /** an orphan only when everything that could name it was read; otherwise role is 'unknown' */
}

export type CollectedStorage = { facts: StorageFacts; volumes: Section<Volume[]> }

/** `whole` reads everything; `guests` only the named ones, the rest keeps its age. */
export type Scope = { whole: true } | { whole: false; guests: string[] }

export type Unread = {
  section: 'guests' | 'snapshots' | 'disks' | 'configuration' | 'storages' | 'volumes'
  subject: string | null
  reason: Reason
}

/** What our credentials may do: path → privileges, as the hypervisor tells it. */
export type Rights = Record<string, string[]>

/** One immutable reading of one connection. */
export type Collection = {
  scope: Scope
  startedAt: Instant
  finishedAt: Instant
  version: string | null
  /** foreign clock minus ours; null = not told */
  clockSkewMillis: number | null
  /** when the certificate that was shown ends; absent where none is */
  certificateValidTo?: Instant | null
  /** who is there: read fully, or not. Guests absent from a fully read list are gone. */
  guests: Section<CollectedGuest[]>
  storages: Section<CollectedStorage[]>
  /** write counters of guests, beside them: they move with every reading, and a guest did not change by that */
  writes?: GuestWrites[]
  /** absent where lists do not depend on rights. A list that is shorter while rights are fewer removes nothing */
  rights?: Rights
  /** native ids of guests that were removed since the last reading, as told: one under the same id now is another */
  destroyed?: string[]
  /** why the hypervisor refuses every change now, although it can be read; null = nothing says so; absent = not asked */
  changesRefused?: Reason | null
  /** where else it can be reached, as a server that was trusted told: `https://host:port`; absent = not told */
  servers?: string[]
}
