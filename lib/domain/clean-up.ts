/** Automatic clean-up: off until an administrator allows it for a connection or a storage, within limits. JSON-safe. */
import type { ReclaimCandidate } from './alert-view'
import type { QuietHours } from './channel'
import type { CleanUpPolicyId, ConnectionId, OperationId, StorageId } from './ids'
import type { Bytes, Instant } from './units'

export type CleanUpPolicy = {
  id: CleanUpPolicyId
  connectionId: ConnectionId
  /** null = every storage of the connection that has no policy of its own */
  storageId: StorageId | null
  enabled: boolean
  /** in one run; runs on one storage are an hour apart */
  maxSnapshots: number
  /** room a run may need for a while, on any one storage */
  maxPeakBytes: Bytes
  /** hours, in the installation's time zone, in which none begins; null = at any time */
  busyHours: QuietHours | null
}
export type CleanUpPolicyRow = CleanUpPolicy & {
  connectionName: string
  storageName: string | null
  /** what it is about, as logs name it: `images on kvm-gz-01` */
  scope: string
  setBy: string
  setAt: Instant
}

/** How the last attempt went. Everything but `started` changed nothing. */
export const CLEAN_UP_OUTCOMES = [
  'claimed',
  'started',
  'acknowledged',
  'busy-hours',
  'nothing-to-delete',
  'no-plan',
  'over-limits',
  'changed',
] as const
export type CleanUpOutcome = (typeof CLEAN_UP_OUTCOMES)[number]

export type CleanUpRun = {
  at: Instant
  outcome: CleanUpOutcome
  snapshots: number
  operationId: OperationId | null
}

/** `own`: Snapwarden took it and noted so; `notedAt` is when it was proven to be there. */
export type CleanUpCandidate = ReclaimCandidate & { own: { expiresAt: Instant | null; notedAt: Instant } | null }
