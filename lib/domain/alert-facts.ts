/** What alert rules look at: figures as stored, read in one go for the whole fleet. Null = not known. */
import type { Environment } from './environment'
import type { ConnectionId, GuestId, OperationId, StorageId } from './ids'
import type { OperationState } from './operation'
import type { Reason } from './reason'
import type { Bytes, Instant, Millis } from './units'

/** When a thing was last read, and why it is no longer told of (null = it is). */
export type ReadFact = { readAt: Instant; unread: Reason | null }

export type StorageFact = ReadFact & {
  id: StorageId
  name: string
  connectionId: ConnectionId
  connectionName: string
  usedBytes: Bytes | null
  /** what can truly be used: used + available where both are told, else the capacity */
  usableBytes: Bytes | null
  availableBytes: Bytes | null
  /** ms until it is full by the forecast; null = no forecast, or it does not fill */
  timeToFullMillis: Millis | null
  /** the forecast is silent because there is too little history */
  forecastSilent: boolean
  metadataRatio: number | null
  /** total null or 0 = no fixed number, or never told; free null = not told now */
  inodesTotal: number | null
  inodesFree: number | null
  orphanCount: number | null
  /** upper bound of what the largest single merge on it needs for a while */
  largestMergeBytes: Bytes | null
}

export type GuestFact = ReadFact & {
  id: GuestId
  name: string
  connectionId: ConnectionId
  connectionName: string
  tags: string[]
  environment: Environment
  storageIds: StorageId[]
  snapshotCount: number | null
  oldestSnapshotAt: Instant | null
  oldestMemoryAt: Instant | null
  /** false = some snapshot's size is not told, so that the largest may be another */
  largestSnapshotBytes: Bytes | null
  chainDepth: number | null
  unmanagedCount: number | null
  /** locked by the hypervisor since then; null = not locked */
  lockedSince: Instant | null
}

export type ConnectionFact = {
  id: ConnectionId
  name: string
  /** null = it never answered */
  lastAnswerAt: Instant | null
  addedAt: Instant
  /** why it answered nothing the last time; null = it did */
  unread: Reason | null
}

export type OperationFact = {
  id: OperationId
  guestId: GuestId | null
  name: string
  connectionId: ConnectionId | null
  connectionName: string
  state: OperationState
  finishedAt: Instant
}

export type AlertFacts = {
  storages: StorageFact[]
  guests: GuestFact[]
  connections: ConnectionFact[]
  /** ended ones that nobody has looked after yet */
  operations: OperationFact[]
}
