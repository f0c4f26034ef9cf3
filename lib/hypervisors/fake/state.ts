/** What a fake hypervisor is made of: guests, images, snapshots and storages as they "really" are there. */
import type { HypervisorKind } from '../../domain/connection'
import type { ConfigurationMap, GuestFacts, Inodes, VolumeRole } from '../../domain/inventory'
import type { Reason } from '../../domain/reason'
import type { Consistency, DiskMode, MemoryState, Snapshot, SnapshotKind } from '../../domain/snapshot'
import type { Bytes, Instant, Millis } from '../../domain/units'

/** Time as the fake sees it. Tests move it by hand; the demo fleet lives in ours. */
export type FakeClock = {
  now(): Instant
  /** resolves after so long, or as soon as the signal aborts */
  wait(millis: Millis, signal: AbortSignal): Promise<'elapsed' | 'aborted'>
}

/** One image file (or native volume). `backing` is the file it reads through to. */
export type FakeImage = {
  file: string
  /** native id of the storage it lies in; null = in none that the hypervisor manages, so nobody tells its size */
  storage: string | null
  format: string
  allocatedBytes: Bytes
  virtualBytes: Bytes
  backing: string | null
  /** native id of the snapshot whose taking (or whose rollback) made it */
  madeBy: string | null
  /** laid on top by hand or by a backup tool */
  handmade: boolean
  owner: string
}

export type FakeDisk = {
  target: string
  device: 'disk' | 'cdrom'
  storage: string | null
  format: string
  virtualBytes: Bytes
  readOnly: boolean
  /** file of the active image; null = an empty drive */
  active: string | null
}

export type FakeSnapshotDisk = {
  name: string
  mode: DiskMode
  /** the image that stood still when the snapshot was taken (external only) */
  frozen: string | null
  /** the overlay that was made at that moment (external only) */
  file: string | null
}

export type FakeSnapshot = {
  nativeId: string
  name: string
  parent: string | null
  parentMissing: string | null
  createdAt: Instant
  description: string
  memory: MemoryState
  powerThen: Snapshot['powerThen']
  consistency: Consistency
  kind: SnapshotKind
  unmanaged: boolean
  incomplete: boolean
  /** disks a torn snapshot does not exist on */
  tornOn: string[]
  disks: FakeSnapshotDisk[]
  memoryBytes: Bytes | null
  memoryFile: { file: string; storage: string | null } | null
  /** the guest's configuration when it was taken, which a rollback puts back */
  saved: { facts: SavedFacts; configuration: ConfigurationMap; shown: ConfigurationMap }
}

/** Facts that are part of a guest's configuration and so go back with it. */
type SavedFacts = Pick<GuestFacts, 'cpus' | 'memoryBytes' | 'tags' | 'description'>

export type FakeGuest = {
  facts: GuestFacts
  disks: FakeDisk[]
  snapshots: FakeSnapshot[]
  currentParent: string | null
  /** what facts and disks do not say already */
  configuration: ConfigurationMap
  /** files of the images that are this guest's own */
  images: Set<string>
  /** grows with every change, so that an unchanged guest need not be described again */
  revision: number
}

/** How guests on a storage are snapshotted. `style: 'none'` = not at all (raw files). */
export type FakeStorage = {
  nativeId: string
  name: string
  node: string
  type: string
  path: string | null
  active: boolean
  capacityBytes: Bytes
  /** used by what the fake does not model: other tenants, ISO images, the file system itself */
  otherBytes: Bytes
  style: 'internal' | 'external' | 'native' | 'none'
  reach: 'any' | 'newest-only'
  /** whether it tells bytes on disk of single volumes (Proxmox tells none for LVM-thin) */
  tellsVolumeBytes: boolean
  metadataRatio?: number
  inodes?: Inodes
  strays: FakeStray[]
}

/** A file no guest made: an ISO image, a leftover. */
export type FakeStray = { name: string; role: VolumeRole; format: string; bytes: Bytes; backingFile: string | null }

/** What goes wrong. Every field is off by default; tests and the demo fleet switch them on. */
export type FakeFaults = {
  /** nobody gets in: credentials, certificate, network */
  refuse: Reason | null
  /** these cannot be read; guests and storages by native id */
  unread: {
    guests?: Reason
    storages?: Reason
    snapshots?: Map<string, Reason>
    disks?: Map<string, Reason>
    configuration?: Map<string, Reason>
    volumes?: Map<string, Reason>
  }
  /** every guest takes so long to read */
  slowMillis: Millis
  /** answers nothing until the caller gives up */
  hangs: boolean
  /** the connection breaks after so many guests; null = never */
  diesAfterGuests: number | null
  /** our rights no longer reach these guests: the list is shorter than the truth */
  hidden: Set<string>
  /** in the list, and gone when read */
  vanishing: Set<string>
  /** its clock minus ours */
  clockSkewMillis: Millis
}

export const noFaults = (): FakeFaults => ({
  refuse: null,
  unread: {},
  slowMillis: 0,
  hangs: false,
  diesAfterGuests: null,
  hidden: new Set(),
  vanishing: new Set(),
  clockSkewMillis: 0,
})

/** What the fake says of itself. */
export type FakeIdentity = { kind: HypervisorKind; product: string; version: string; node: string; address: string }
