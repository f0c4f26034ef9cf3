/** A storage over time: its past as charts show it, what happened to it, who made it grow. */
import type { Forecast } from './forecast'
import type { GuestId, SnapshotId } from './ids'
import type { SizeConfidence } from './snapshot'
import type { Bytes, Instant, Millis } from './units'

export const HISTORY_RANGES = ['7d', '30d', '90d', '365d'] as const
export type HistoryRange = (typeof HISTORY_RANGES)[number]

/** One step of a chart. Null = nobody read it, or it was not told; then nothing is drawn. */
export type HistoryStep = {
  at: Instant
  usedBytes: Bytes | null
  usedMaxBytes: Bytes | null
  capacityBytes: Bytes | null
  snapshotBytes: Bytes | null
  provisionedBytes: Bytes | null
  metadataRatio: number | null
  /** not read by us: the hypervisor remembered it, and as coarsely as it does (Proxmox VE 8: half days, then weeks) */
  remembered: boolean
}

/** What happened to a storage as a whole, so that a jump on its chart has a name. */
export type StorageEvent =
  | { event: 'grown' | 'shrunk'; fromBytes: Bytes; toBytes: Bytes }
  | { event: 'moved'; from: string; to: string }
  /** another storage of the same name: its capacity and what is in it changed at once */
  | { event: 'replaced'; fromBytes: Bytes; toBytes: Bytes }
  /** usage fell at once */
  | { event: 'clean-up'; bytes: Bytes }
  /** usage rose at once */
  | { event: 'jump'; bytes: Bytes }
  | { event: 'gap'; until: Instant }
  /** our own clock went back */
  | { event: 'clock-back'; byMillis: Millis }
export type StorageEventAt = StorageEvent & { at: Instant }

export type StorageHistoryView = {
  range: HistoryRange
  from: Instant
  to: Instant
  /** how long a step stands for */
  stepMillis: Millis
  steps: HistoryStep[]
  events: StorageEventAt[]
}

/** What a list says of a storage's future. */
export type StorageOutlook = {
  /** without its path: lists do not draw one */
  forecast: Forecast
  /** used shares of the last month, oldest first, evenly apart, the newest now */
  spark: number[]
  sparkFrom: Instant | null
}

/** What a writer without root's reserve can truly use, and where that is known from. */
export type EffectiveSpace = {
  capacityBytes: Bytes | null
  availableBytes: Bytes | null
  confidence: 'exact' | 'at-most' | 'unknown'
  source: 'file-system' | 'pool-upper-bound' | 'whole-zpool' | 'raw-cluster' | 'told' | 'not-told'
}

/** Where a quota shows: in the capacity of a directory or a dataset, or nowhere. */
export type QuotaTold = 'directory' | 'dataset' | 'not-told'

/** The future of one storage. */
export type StorageForecast = {
  forecast: Forecast
  /** null = none was made yet */
  madeAt: Instant | null
  effective: EffectiveSpace
}

/** A file that nothing refers to; null = its size is not told. */
export type LeftoverFile = { name: string; bytes: Bytes | null }

/** Several of them; null = the size of one is not told. */
export type Leftover = { files: number; bytes: Bytes | null }

/** What a guest took on a storage at one moment, as the hypervisor told; null = it did not. */
export type SpaceMoment = { dataBytes: Bytes | null; snapshotBytes: Bytes | null; writtenBytes: Bytes | null }

/** What one guest takes on a storage. */
export type GuestSpace = {
  guestId: GuestId | null
  name: string
  /** everything of its own; images that several guests read through are nobody's */
  total: { bytes: Bytes | null; confidence: SizeConfidence }
  /** disks and bases; `at-most` where snapshots inside images are part of it */
  data: { bytes: Bytes | null; confidence: SizeConfidence }
  snapshots: { bytes: Bytes | null; confidence: SizeConfidence }
  /** since `growthSince` */
  growth: { bytes: number | null; confidence: SizeConfidence }
  /** the largest first, of the guests that a page names; null = not read, or not asked for */
  each: { snapshots: SnapshotSpace[]; more: number } | null
}

/** What one snapshot takes on one storage. */
export type SnapshotSpace = {
  snapshotId: SnapshotId
  name: string
  createdAt: Instant | null
  memory: boolean
  held: boolean
  size: { bytes: Bytes | null; confidence: SizeConfidence }
}

/** Guests that a page names one by one; the others are one line. */
export const SPACE_NAMED = 8
/** Snapshots of one of them. */
export const SPACE_SNAPSHOTS = 30

export type StorageSpace = {
  /** the largest first */
  guests: GuestSpace[]
  /** images that several guests read through */
  shared: { files: number; bytes: Bytes | null }
  /** files that nothing refers to, those named like memory files apart; null = not everything that could was read */
  leftover: { memory: Leftover; others: Leftover } | null
  /** the moment growth is counted from; null = nothing that old is remembered */
  growthSince: Instant | null
}
