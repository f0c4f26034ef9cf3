import type { SpaceEffect } from '@/lib/domain/plan'
import type { StorageRow } from '@/lib/domain/view'

/** Used shares (0…1, peak may pass 1) of a storage now, at the worst moment, and afterwards; `held` = snapshots' part now. */
export type SpacePicture = {
  capacity: number
  now: number
  peak: number
  after: number
  held: number
  /** afterwards where nothing is freed and what is needed stays, as with a snapshot's memory */
  settled: number
}

/** What can be drawn; null where the storage's figures or the need at the peak are not known. */
export function spacePicture(
  effect: SpaceEffect,
  storage: Pick<StorageRow, 'capacityBytes' | 'usedBytes' | 'snapshotBytes'>,
): SpacePicture | null {
  const { capacityBytes: capacity, usedBytes: used, snapshotBytes } = storage
  if (capacity === null || capacity === 0 || used === null) return null
  const peak = effect.peak.max ?? effect.peak.min
  return {
    capacity,
    now: used / capacity,
    peak: (used + peak) / capacity,
    after: Math.max(0, used - effect.frees.min) / capacity,
    settled: Math.max(0, used + (effect.frees.max === 0 ? peak : 0) - effect.frees.min) / capacity,
    held: Math.min(used, snapshotBytes ?? 0) / capacity,
  }
}
