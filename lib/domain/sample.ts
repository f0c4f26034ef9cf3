/** What is remembered of a figure over time. A moment nobody read is a gap, never a zero and never the value before it. */
import type { Section } from './inventory'
import type { Bytes, Instant, Millis } from './units'

/** One moment of a storage, as its collection read it. Null = not told at that moment. */
export type StorageSample = {
  at: Instant
  usedBytes: Bytes | null
  capacityBytes: Bytes | null
  availableBytes: Bytes | null
  /** sum of what is promised to guests */
  provisionedBytes: Bytes | null
  /** overlays and memory files in it; part of used */
  snapshotBytes: Bytes | null
  /** used share (0…1) of a thin pool's metadata */
  metadataRatio: number | null
}

/**
 * One point of a past that the hypervisor itself remembers (Proxmox VE: rrddata of a storage). `spanMillis` is the
 * time it stands for: an average over half an hour is no moment.
 */
export type HistoryPoint = {
  at: Instant
  spanMillis: Millis
  usedBytes: Bytes | null
  capacityBytes: Bytes | null
}

/** The past of one storage: points in order of time, the newest not after now. Points that hold nothing are left out. */
export type StorageHistory = { nativeId: string; points: Section<HistoryPoint[]> }

/**
 * Bytes a guest's disks have written since it was started, a counter that begins again with every start. An upper
 * bound of what a storage grew by: blocks written twice count twice.
 */
export type GuestWrites = { nativeId: string; writtenBytes: Bytes }

/** What a guest's disks wrote between a moment of the past and now, added up from what the hypervisor remembers. */
export type PastWrites = { nativeId: string; writtenBytes: Section<Bytes> }
