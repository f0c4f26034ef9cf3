/** Inventory as we keep it: what was last known of each thing, with its age and why the last attempt did not renew it. */
import type { Capabilities } from './capability'
import type { ConfigurationMap, GuestFacts, GuestFinding, SnapshotsOfGuest, StorageFacts, Volume } from './inventory'
import type { Reason } from './reason'
import type { Disk, Size, SizeConfidence } from './snapshot'
import type { Bytes, Instant } from './units'

/** `value` null = never read. `at` = when it was read. `unread` null = the last attempt read it. */
export type KnownSection<T> = { value: T | null; at: Instant | null; unread: Reason | null }

/** The parts of a guest that are read one by one, and of which each may be unread. */
export type GuestSections = {
  disks: KnownSection<Disk[]>
  snapshots: KnownSection<SnapshotsOfGuest>
  configuration: KnownSection<ConfigurationMap>
}

/** What of a guest is kept when a reading could not renew it. */
export type KeptGuest = GuestSections & {
  facts: GuestFacts
  capabilities: Capabilities
  findings: GuestFinding[]
}

export type KnownGuest = KeptGuest & { collectedAt: Instant }

/** Figures kept beside a guest for lists and filters; null = not known. */
export type GuestFiguresKept = {
  snapshotCount: number | null
  memorySnapshotCount: number | null
  unmanagedCount: number | null
  chainDepth: number | null
  treeDepth: number | null
  oldestSnapshotAt: Instant | null
  held: { bytes: Bytes | null; confidence: SizeConfidence }
  changedSince: Size
}

export type KnownStorage = {
  facts: StorageFacts
  volumes: KnownSection<Volume[]>
  collectedAt: Instant
}

/** Figures kept beside a storage; null = not known. */
export type StorageFiguresKept = {
  snapshotBytes: Bytes | null
  orphanCount: number | null
  orphanBytes: Bytes | null
}

/** What happened to one thing between two readings. */
export type ThingChange = { nativeId: string; change: 'added' | 'changed' | 'removed' }
