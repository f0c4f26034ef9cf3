/** What rules about a storage measure. Null = the rule says nothing about this storage. */
import type { Reading } from '@/lib/domain/alert'
import type { StorageFact } from '@/lib/domain/alert-facts'
import { measured, untold } from './reading'

/** Used share of what can truly be used, not of the capacity: root's reserve is nobody's room. */
export function readStorageUsed(storage: StorageFact): Reading {
  const { usedBytes, usableBytes } = storage
  if (usedBytes === null || usableBytes === null || usableBytes === 0) return untold(storage)
  return measured(storage, usedBytes / usableBytes)
}

export const readStorageFree = (storage: StorageFact): Reading => measured(storage, storage.availableBytes)

/** A storage that does not fill has no time to full: that is a reading far from any line. A silent forecast is none. */
export function readTimeToFull(storage: StorageFact): Reading | null {
  if (storage.forecastSilent) return null
  return measured(storage, storage.timeToFullMillis ?? Number.MAX_SAFE_INTEGER)
}

export const readThinMetadata = (storage: StorageFact): Reading | null =>
  storage.metadataRatio === null ? null : measured(storage, storage.metadataRatio)

/** A file system that had a number of them and does not tell it now has not grown any: that is untold, and ends nothing. */
export function readInodesUsed(storage: StorageFact): Reading | null {
  const { inodesTotal, inodesFree } = storage
  if (inodesTotal === null || inodesTotal === 0) return null
  return measured(storage, inodesFree === null ? null : 1 - inodesFree / inodesTotal)
}

export const readOrphanedFiles = (storage: StorageFact): Reading => measured(storage, storage.orphanCount)

/** Room the largest merge needs over the room there is: at 1 the rescue itself no longer fits. */
export function readMergeSpace(storage: StorageFact): Reading | null {
  const { largestMergeBytes, availableBytes } = storage
  if (largestMergeBytes === null || largestMergeBytes === 0) return null
  if (availableBytes === null) return untold(storage)
  return measured(storage, availableBytes === 0 ? Number.MAX_SAFE_INTEGER : largestMergeBytes / availableBytes)
}
