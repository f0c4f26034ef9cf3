/**
 * What the executor writes while it carries out operations. Every change of a step says from which state it comes:
 * of two workers that believe to own the same operation only one gets its way, and the other learns of it.
 */
import type { ActorRef } from '@/lib/domain/actor'
import type { TaskRef } from '@/lib/domain/command'
import type { ConnectionMode, HypervisorKind } from '@/lib/domain/connection'
import { asId, type ConnectionId, type GuestId, type OperationId, type PlanId, type StorageId } from '@/lib/domain/ids'
import type {
  Attention,
  OperationState,
  OperationStep,
  SpaceActual,
  StepState,
  Verification,
} from '@/lib/domain/operation'
import {
  type Intent,
  MAX_MERGES_PER_STORAGE,
  type Predicted,
  type SingleIntent,
  type SpaceEffect,
  type Step,
} from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { Bytes, Instant } from '@/lib/domain/units'
import { actorRefSchema } from './actors'
import type { Db } from './client'
import { connectionMode, hypervisorKind } from './connections'
import { HOLD_IS_ON } from './holds'
import { settleBatch, skipSteps } from './operation-ends'
import { addEvents, type NewEvent } from './operation-events'
import {
  lockFamily,
  OPERATION_COLUMNS,
  type OperationColumns,
  operationFrom,
  STEP_COLUMNS,
  type StepColumns,
  stepFrom,
  tellOperations,
} from './operations'
import { stepSchema } from './plan-json'
import { cleanJson, strictJson } from './text'
import type { Tx } from './tx'

export type RunStep = Step & { place: number; askedTimes: number } & Pick<
    OperationStep,
    'state' | 'task' | 'askedAt' | 'progress' | 'warnings' | 'why'
  >

/** An operation as its executor holds it. */
export type Run = {
  id: OperationId
  planId: PlanId
  parentId: OperationId | null
  connectionId: ConnectionId
  connectionKind: HypervisorKind
  mode: ConnectionMode
  guestId: GuestId
  guestNativeId: string
  guestName: string
  guestKind: 'vm' | 'container' | null
  intent: SingleIntent
  state: OperationState
  steps: RunStep[]
  predicted: Predicted | null
  spacePredicted: SpaceEffect[]
  actor: ActorRef
  askedBy: string
  createdAt: Instant
}

/** An operation that is left to do, in the fewest bytes that its turn can be decided by. */
export type Open = {
  id: OperationId
  /** its batch, in which it keeps the order of the plan */
  parentId: OperationId | null
  connectionId: ConnectionId
  guestNativeId: string
  state: 'queued' | 'running'
  /** storages its next step works on heavily */
  storages: StorageId[]
}

/** What is left to do on these connections: what runs first, then in the order it was asked for. */
export async function openOperations(db: Db, connectionIds: readonly ConnectionId[]): Promise<Open[]> {
  const rows = await db.query<{
    id: string
    parentId: string | null
    connectionId: string
    guestNativeId: string
    state: 'queued' | 'running'
    storages: string[] | null
  }>(
    `SELECT o.id, o.parent_id AS "parentId", o.connection_id AS "connectionId", o.guest_native_id AS "guestNativeId", o.state,
       (SELECT s.storages FROM operation_steps s WHERE s.operation_id = o.id AND s.finished_at IS NULL
        ORDER BY s.place LIMIT 1) AS storages
     FROM operations o WHERE o.connection_id = ANY($1) AND o.state IN ('queued', 'running') AND o.guest_id IS NOT NULL
     ORDER BY o.state DESC, o.created_at, o.place, o.id`,
    [connectionIds],
  )
  return rows.map((row) => ({
    ...row,
    id: asId<OperationId>(row.id),
    parentId: row.parentId === null ? null : asId<OperationId>(row.parentId),
    connectionId: asId<ConnectionId>(row.connectionId),
    storages: (row.storages ?? []).map((id) => asId<StorageId>(id)),
  }))
}

/** Storages on which no further heavy work may begin now. */
export async function busyStorages(db: Db): Promise<Set<StorageId>> {
  const rows = await db.query<{ id: string }>(
    'SELECT storage_id AS id FROM storage_slots GROUP BY storage_id HAVING count(*) >= $1',
    [MAX_MERGES_PER_STORAGE],
  )
  return new Set(rows.map(({ id }) => asId<StorageId>(id)))
}

/** The whole of an operation of one guest; null when it is gone, a batch, or its connection was removed. */
export async function loadRun(db: Db, id: OperationId): Promise<Run | null> {
  const [row] = await db.query<
    OperationColumns & { actor: unknown; guestNativeId: string; mode: string; kind: string; guestKind: string | null }
  >(
    `SELECT ${OPERATION_COLUMNS}, o.actor, o.guest_native_id AS "guestNativeId", c.mode, c.kind, g.kind AS "guestKind"
     FROM operations o JOIN connections c ON c.id = o.connection_id LEFT JOIN guests g ON g.id = o.guest_id
     WHERE o.id = $1`,
    [id],
  )
  if (row === undefined) return null
  const steps = await db.query<StepColumns & { place: number; askedTimes: number }>(
    `SELECT ${STEP_COLUMNS}, s.place, s.asked_times AS "askedTimes" FROM operation_steps s
     WHERE s.operation_id = $1 ORDER BY s.place`,
    [id],
  )
  const operation = operationFrom(row, [])
  const { connectionId, guestId, intent } = operation
  if (connectionId === null || guestId === null || isBatch(intent)) return null
  return {
    ...operation,
    connectionId,
    guestId,
    intent,
    connectionKind: hypervisorKind(row.kind),
    mode: connectionMode(row.mode),
    guestNativeId: row.guestNativeId,
    guestKind: row.guestKind === 'container' ? 'container' : row.guestKind === null ? null : 'vm',
    actor: actorRefSchema.parse(row.actor),
    steps: steps.map((each) => ({
      ...stepSchema.parse(each.step),
      ...stepFrom(each),
      place: each.place,
      askedTimes: each.askedTimes,
    })),
  }
}

const isBatch = (intent: Intent): intent is Extract<Intent, { do: 'batch' }> => intent.do === 'batch'

/**
 * Begins an operation: takes the guest, and the storages its first step needs. False when somebody else has one of
 * them, or the operation is no longer queued; then nothing is taken. The database holds the guest, whatever any
 * worker believes.
 */
export async function beginRun(tx: Tx, run: Run, storages: readonly StorageId[], at: Instant): Promise<boolean> {
  const begun = await tx.query(
    `UPDATE operations o SET state = 'running', started_at = coalesce(started_at, $2)
     WHERE id = $1 AND state = 'queued' AND NOT EXISTS (SELECT 1 FROM operations other
       WHERE other.connection_id = o.connection_id AND other.guest_native_id = o.guest_native_id
         AND other.state = 'running') RETURNING id`,
    [run.id, at],
  )
  if (begun.length === 0) return false
  if (!(await takeSlots(tx, run.id, storages))) return false
  await addEvents(tx, [{ id: run.id, at, event: { event: 'state', state: 'running' } }])
  await tellOperations(tx, [run.id])
  return true
}

/**
 * Takes a place on every one of these storages, or on none of them; what the operation has already, it keeps. Parts of
 * a batch come to a storage in the order of their plan: its peaks were added up in that order.
 */
export async function takeSlots(tx: Tx, id: OperationId, storages: readonly StorageId[]): Promise<boolean> {
  if (storages.length === 0) return true
  if (await othersComeFirst(tx, id, storages)) return false
  const wanted = [...new Set(storages)].sort()
  await tx.query(
    `INSERT INTO storage_slots (storage_id, place, operation_id)
     SELECT storage, coalesce((SELECT min(place) FROM generate_series(0, $3 - 1) AS place
       WHERE NOT EXISTS (SELECT 1 FROM storage_slots s WHERE s.storage_id = storage AND s.place = place)), 0), $1
     FROM unnest($2::text[]) AS storage
     WHERE NOT EXISTS (SELECT 1 FROM storage_slots s WHERE s.storage_id = storage AND s.operation_id = $1)
     ON CONFLICT DO NOTHING`,
    [id, wanted, MAX_MERGES_PER_STORAGE],
  )
  const mine = await tx.query('SELECT 1 FROM storage_slots WHERE operation_id = $1 AND storage_id = ANY($2)', [
    id,
    wanted,
  ])
  return mine.length === wanted.length
}

/** Whether earlier parts of the same batch still have to work on one of these storages. */
async function othersComeFirst(tx: Tx, id: OperationId, storages: readonly StorageId[]): Promise<boolean> {
  const [first] = await tx.query(
    `SELECT 1 FROM operations mine JOIN operations o ON o.parent_id = mine.parent_id AND o.place < mine.place
     WHERE mine.id = $1 AND o.state IN ('queued', 'running') AND EXISTS (SELECT 1 FROM operation_steps s
       WHERE s.operation_id = o.id AND s.finished_at IS NULL AND s.state <> 'verifying' AND s.storages && $2::text[])
     LIMIT 1`,
    [id, storages],
  )
  return first !== undefined
}

/** Gives the storages back; whoever waits for one is woken. */
export async function releaseSlots(tx: Tx, id: OperationId): Promise<void> {
  const held = await tx.query('SELECT 1 FROM storage_slots WHERE operation_id = $1', [id])
  if (held.length > 0) await tx.query('DELETE FROM storage_slots WHERE operation_id = $1', [id])
}

export type StepChange = {
  from: StepState
  to: StepState
  epoch: number
  at: Instant
  task?: TaskRef | null
  asked?: boolean
  why?: Reason | null
  warnings?: readonly string[]
}

/** Moves a step on and tells of it. False when it is not where the caller believed: somebody else moved it. */
export async function moveStep(tx: Tx, id: OperationId, step: RunStep, change: StepChange): Promise<boolean> {
  const over = ['done', 'already-so', 'failed', 'skipped', 'unsure'].includes(change.to)
  const rows = await tx.query(
    `UPDATE operation_steps SET state = $4, epoch = $5,
       task = CASE WHEN $6 THEN $7::jsonb ELSE task END,
       asked_at = CASE WHEN $8 THEN $9 ELSE asked_at END,
       asked_times = asked_times + CASE WHEN $8 THEN 1 ELSE 0 END,
       finished_at = CASE WHEN $10 THEN $9 ELSE NULL END,
       why = $11::jsonb, warnings = warnings || $12::jsonb
     WHERE operation_id = $1 AND place = $2 AND state = $3 RETURNING place`,
    [
      id,
      step.place,
      change.from,
      change.to,
      change.epoch,
      change.task !== undefined,
      change.task == null ? null : strictJson(change.task),
      change.asked === true,
      change.at,
      over,
      change.why == null ? null : cleanJson(change.why),
      cleanJson(change.warnings ?? []),
    ],
  )
  if (rows.length === 0) return false
  const why = change.why ?? null
  await addEvents(tx, [{ id, at: change.at, event: { event: 'step', key: step.key, state: change.to, why } }])
  await tellOperations(tx, [id])
  return true
}

/** Shows how far a step is, what its task said, and what it waits for. Never moves it. */
export async function showStep(
  tx: Tx,
  id: OperationId,
  step: RunStep,
  shown: {
    at: Instant
    epoch: number
    progress: OperationStep['progress']
    why: Reason | null
    lines: readonly string[]
  },
): Promise<boolean> {
  const { at, progress, why, lines, epoch } = shown
  const rows = await tx.query(
    `UPDATE operation_steps SET progress = $3::jsonb, why = $4::jsonb
     WHERE operation_id = $1 AND place = $2 AND epoch = $5 AND finished_at IS NULL RETURNING place`,
    [id, step.place, progress === null ? null : cleanJson(progress), why === null ? null : cleanJson(why), epoch],
  )
  if (rows.length === 0) return false
  const events: NewEvent[] = [
    ...lines.map((line): NewEvent => ({ event: 'log', key: step.key, line })),
    ...(progress === null ? [] : [{ event: 'progress' as const, key: step.key, ...progress }]),
  ]
  await addEvents(
    tx,
    events.map((event) => ({ id, at, event })),
  )
  await tellOperations(tx, [id])
  return true
}

/** Makes a step that another worker asked this worker's to follow. False when it moved meanwhile. */
export async function adoptStep(tx: Tx, id: OperationId, step: RunStep, epoch: number): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE operation_steps SET epoch = $3 WHERE operation_id = $1 AND place = $2 AND state = $4 RETURNING place`,
    [id, step.place, epoch, step.state],
  )
  return rows.length > 0
}

export type RunEnd = {
  state: Exclude<OperationState, 'queued' | 'running'>
  at: Instant
  why: Reason | null
  attention: Attention | null
  actual: Predicted | null
  predictedMatches: boolean | null
  spaceActual: readonly SpaceActual[]
  verifications: readonly Verification[]
}

/** Ends an operation, gives back what it held, and settles its batch. False when it had ended already. */
export async function endRun(tx: Tx, id: OperationId, end: RunEnd): Promise<boolean> {
  await lockFamily(tx, id)
  const [row] = await tx.query<{ parentId: string | null }>(
    `UPDATE operations SET state = $2, finished_at = $3, why = $4::jsonb, attention = $5::jsonb, actual = $6::jsonb,
       predicted_matches = $7, space_actual = $8::jsonb, verifications = verifications || $9::jsonb
     WHERE id = $1 AND state IN ('queued', 'running') RETURNING parent_id AS "parentId"`,
    [
      id,
      end.state,
      end.at,
      end.why === null ? null : cleanJson(end.why),
      end.attention === null ? null : cleanJson(end.attention),
      end.actual === null ? null : strictJson(end.actual),
      end.predictedMatches,
      strictJson(end.spaceActual),
      cleanJson(end.verifications),
    ],
  )
  if (row === undefined) return false
  await skipSteps(tx, [id], end.at)
  await releaseSlots(tx, id)
  await addEvents(tx, [{ id, at: end.at, event: { event: 'state', state: end.state } }])
  await tellOperations(tx, [id])
  if (row.parentId !== null) await settleBatch(tx, asId<OperationId>(row.parentId), end.at)
  return true
}

/** Brings the batch of an operation that begins or waits in line. */
export async function settleParent(tx: Tx, run: Run, at: Instant): Promise<void> {
  if (run.parentId !== null) await settleBatch(tx, run.parentId, at)
}

/** Who asked for an end of the operation, null when nobody did. */
export async function cancelAsked(db: Db, id: OperationId): Promise<string | null> {
  const [row] = await db.query<{ by: string | null }>(
    'SELECT cancel_requested_by AS by FROM operations WHERE id = $1',
    [id],
  )
  return row?.by ?? null
}

/** The hold on a snapshot of a guest, null when nobody protects it. */
export async function holdOn(
  db: Db,
  guestId: GuestId,
  snapshotNativeId: string,
): Promise<{ snapshot: string; by: string; note: string } | null> {
  const [row] = await db.query<{ snapshot: string; by: string; note: string }>(
    `SELECT h.snapshot_name AS snapshot, h.placed_by AS by, h.note FROM guests g JOIN snapshots n ON n.guest_id = g.id
     JOIN holds h ON ${HOLD_IS_ON} WHERE g.id = $1 AND n.native_id = $2`,
    [guestId, snapshotNativeId],
  )
  return row ?? null
}

/** What is used of these storages, as last read; null = not known. */
export async function usedBytes(db: Db, ids: readonly StorageId[]): Promise<Map<StorageId, Bytes | null>> {
  const rows = await db.query<{ id: string; used: Bytes | null }>(
    'SELECT id, used_bytes AS used FROM storages WHERE id = ANY($1)',
    [ids],
  )
  return new Map(rows.map(({ id, used }) => [asId<StorageId>(id), used]))
}
