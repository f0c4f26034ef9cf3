/** Snapshots and the images below them. Field terms; what is not known is null or 'unknown', never zero or empty. */
import type { Reason } from './reason'
import type { ByteRange, Bytes, Instant } from './units'

export type SizeConfidence = 'exact' | 'at-least' | 'at-most' | 'estimate' | 'unknown'

/**
 * What a snapshot costs. For external snapshots: bytes on disk of every overlay directly above the image it froze,
 * plus its memory file (field: deleting S removes that overlay).
 * `source` says where the figure comes from, as a key of a closed set with a text in every language.
 */
export type SizeSource =
  | 'overlay-allocation'
  | 'overlay-allocation-live'
  | 'memory-reported'
  | 'overlay-and-memory'
  | 'internal-shared'
  | 'image-tables'
  | 'file-not-in-a-pool'
  | 'chain-file-unlisted'
  | 'thin-shared'
  | 'zfs-shared'
  | 'rbd-shared'
  | 'btrfs-shared'
  | 'not-told'
  | 'demo'
export type Size = { bytes: Bytes | null; confidence: SizeConfidence; source: SizeSource }

export const SIZE_UNKNOWN: Size = { bytes: null, confidence: 'unknown', source: 'not-told' }

export type MemoryState = 'none' | 'saved'
export type Consistency = 'crash' | 'filesystem' | 'application' | 'unknown'
export type SnapshotKind = 'internal' | 'external' | 'native'
export type DiskMode = 'internal' | 'external' | 'native' | 'excluded'

/**
 * One disk as a snapshot holds it. `file` is the overlay created at the snapshot (external), null when unknown.
 * `frozen` is the image that holds what was saved: below that overlay, or the one an internal snapshot lies in.
 */
export type SnapshotDisk = {
  name: string
  mode: DiskMode
  file: string | null
  bytes: Bytes | null
  /** absent or null = not told */
  frozen?: string | null
}

/**
 * A saved point of a guest. The current state is never one of these.
 * `unmanaged`: data without the hypervisor's metadata (a qcow2 snapshot libvirt does not list).
 * `incomplete`: a half-made or half-deleted one; never a target.
 */
export type Snapshot = {
  nativeId: string
  name: string
  /** native id of the parent, null for a root */
  parent: string | null
  /** the parent the hypervisor names but does not have */
  parentMissing: string | null
  createdAt: Instant | null
  description: string
  memory: MemoryState
  /** power state saved with it, where told */
  powerThen: 'running' | 'paused' | 'off' | 'unknown'
  consistency: Consistency
  kind: SnapshotKind
  unmanaged: boolean
  incomplete: boolean
  disks: SnapshotDisk[]
  memoryFile: { file: string; bytes: Bytes | null } | null
  size: Size
}

/** One image in a disk's chain, the active image first. */
export type ChainImage = {
  file: string
  format: string
  /** bytes on disk; null = not known */
  allocatedBytes: Bytes | null
  /** what the guest sees */
  virtualBytes: Bytes | null
  /** name of the snapshot whose taking created this image; null = none explains it */
  madeBySnapshot: string | null
  /** an overlay that no snapshot explains: made by hand or by a backup tool */
  unexplained: boolean
  /**
   * From the images' own block maps: by how many bytes the image n + 1 places further down grows when this image and
   * all between are committed into it (entry n). A range where the guest writes meanwhile; null for an image whose map
   * cannot be read (raw). Absent = the maps were not read.
   */
  growthBelow?: (ByteRange | null)[]
  /**
   * From the same maps: what the file would take with today's state alone. Less than it takes on disk where it holds
   * internal snapshots, or what a running guest wrote and its tables do not name yet. Absent = not read.
   */
  mappedBytes?: Bytes
}

/** Blocks inside an image that only these snapshots hold (names, sorted), and not today's state. */
export type HeldInside = { snapshots: string[]; bytes: Bytes }

export type Disk = {
  /** device name in the guest: vda, scsi0 */
  target: string
  device: 'disk' | 'cdrom' | 'floppy' | 'lun'
  readOnly: boolean
  shareable: boolean
  format: string
  virtualBytes: Bytes | null
  /** active image first, base last; null = could not be read completely */
  chain: ChainImage[] | null
  chainUnread?: Reason
  /** native id of the storage its active image lies in; absent = not told */
  storage?: string
  /**
   * What the active image holds for its internal snapshots, by the set of names that share it: deleting a set of
   * snapshots frees every entry whose names are all in the set. Absent = the image's tables were not read.
   */
  heldInside?: HeldInside[]
  /** Blocks inside the active image that only today's state holds: what a rollback to an internal snapshot frees there. */
  heldByNow?: Bytes
  /** A running guest has written this much that the tables do not name yet: each figure of what is held may be larger by it. */
  heldSlack?: Bytes
  /**
   * How many images of `chain`, from the active one on, the hypervisor's own configuration names. libvirt before 9.9
   * merges no others while the guest is off. Absent = not told.
   */
  namedImages?: number
}
