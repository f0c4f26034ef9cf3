/** The execution of a confirmed plan, step by step, with what was predicted beside what happened. */
import type { Command, TaskRef } from './command'
import type { ConnectionId, GuestId, HoldId, OperationId, PlanId, StorageId } from './ids'
import {
  type Condition,
  type Evidence,
  type Intent,
  type Predicted,
  type Repair,
  SINGLE_KINDS,
  type SingleIntent,
  type SpaceEffect,
  type StepKey,
} from './plan'
import type { Reason } from './reason'
import type { Bytes, Instant } from './units'

export const OPERATION_KINDS = [...SINGLE_KINDS, 'batch'] as const satisfies readonly Intent['do'][]

/** `needs-attention` is a first-class end: the truth could not be proven, and the evidence and safe next moves are told. */
export const OPERATION_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'needs-attention'] as const
export type OperationState = (typeof OPERATION_STATES)[number]

/** `asking` is written, fenced by the lease epoch, before anything is sent; whatever dies after that is reconciled. */
export const STEP_STATES = [
  'waiting',
  'asking',
  'following',
  'verifying',
  'done',
  'already-so',
  'failed',
  'skipped',
  'unsure',
] as const
export type StepState = (typeof STEP_STATES)[number]

export type OperationStep = {
  key: StepKey
  command: Command
  before: Condition
  after: Condition
  state: StepState
  task: TaskRef | null
  askedAt: Instant | null
  finishedAt: Instant | null
  /** as the hypervisor tells it; total null = it tells no end */
  progress: { done: number; total: number | null; unit: 'bytes' | 'percent' } | null
  why: Reason | null
  warnings: string[]
  safeStop: boolean
}

/** What a person can safely do about an operation that needs attention. */
export type NextMove =
  | { move: 'propose'; intent: Intent }
  | { move: 'look-again' }
  | { move: 'run-on-node'; command: string }
  /** we stopped the guest and nothing of it is half done: whoever wants it to run meanwhile types this on the node */
  | { move: 'start-by-hand'; command: string }
  | { move: 'restore-backup' }
  | { move: 'wait-for-unlock' }
  | { move: 'accept' }

export type Attention = { why: Reason; evidence: Evidence; moves: NextMove[] }

/** One machine check after the last step, or one line of the human checklist. */
export type Verification = {
  what: 'state' | 'chain' | 'configuration' | 'power' | 'agent' | 'probe' | 'human'
  text: string
  result: 'pass' | 'fail' | 'unknown'
  /** why it did not pass, where that is more than its facts */
  why?: Reason
  at: Instant
  by: string | null
}

export type SpaceActual = { storageId: StorageId; peakBytes: Bytes | null; freedBytes: Bytes | null }

/**
 * `guestId: null` with `children` = a batch: its state sums up theirs. An operation's actual has predicted's keys;
 * null until verified.
 */
export type Operation = {
  id: OperationId
  planId: PlanId
  parentId: OperationId | null
  connectionId: ConnectionId | null
  guestId: GuestId | null
  guestName: string
  intent: Intent | SingleIntent
  state: OperationState
  steps: OperationStep[]
  predicted: Predicted | null
  actual: Predicted | null
  predictedMatches: boolean | null
  spacePredicted: SpaceEffect[]
  spaceActual: SpaceActual[]
  attention: Attention | null
  why: Reason | null
  verifications: Verification[]
  /** who made the plan, and who confirmed it */
  proposedBy: string
  askedBy: string
  createdAt: Instant
  startedAt: Instant | null
  finishedAt: Instant | null
  cancelRequestedBy: string | null
  cancelRequestedAt: Instant | null
}

/** What following an operation tells, in order; `seq` grows within the operation, so that a reader may resume. */
export type OperationEvent = { seq: number; at: Instant } & (
  | { event: 'state'; state: OperationState }
  | { event: 'step'; key: StepKey; state: StepState; why: Reason | null }
  | { event: 'progress'; key: StepKey; done: number; total: number | null; unit: 'bytes' | 'percent' }
  | { event: 'log'; key: StepKey; line: string }
)

export const isEnded = (state: OperationState): boolean => state !== 'queued' && state !== 'running'

/** Steps that are over, whatever their end. */
export const isStepOver = (state: StepState): boolean =>
  state === 'done' || state === 'already-so' || state === 'failed' || state === 'skipped' || state === 'unsure'

/** One line of the list of operations. A batch counts its children. */
export type OperationRow = {
  id: OperationId
  planId: PlanId
  parentId: OperationId | null
  kind: Intent['do']
  guestId: GuestId | null
  guestName: string
  connectionId: ConnectionId | null
  connectionName: string | null
  state: OperationState
  why: Reason | null
  steps: { over: number; total: number }
  /** the snapshots it is about: the first one's name, null where none has one, and their number */
  snapshots: { first: string | null; count: number }
  /** of a repair: which one */
  fix: Repair['fix'] | null
  /** of a batch: what is done to each guest; null where that differs */
  each: SingleIntent['do'] | null
  /** its guest, or a batch's first ones, by name */
  firstGuests: string[]
  /** of a batch: its operations by state; null for a single one */
  children: Record<OperationState, number> | null
  predictedMatches: boolean | null
  askedBy: string
  createdAt: Instant
  startedAt: Instant | null
  finishedAt: Instant | null
  cancelRequestedAt: Instant | null
}

export type OperationWindow = { rows: OperationRow[]; nextCursor: string | null }

/** What the page of an operation reads; `log` are its newest events, oldest first. */
export type OperationView = Operation & {
  connectionName: string | null
  children: OperationRow[]
  log: OperationEvent[]
}

/** A snapshot protected inside Snapwarden until somebody releases it. */
export type Hold = {
  id: HoldId
  connectionId: ConnectionId
  guestId: GuestId
  guestName: string
  snapshotName: string
  note: string
  by: string
  placedAt: Instant
  /** it was deleted elsewhere: when that was found */
  lostAt: Instant | null
}
