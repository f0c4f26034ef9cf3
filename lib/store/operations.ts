/** Operations and their steps, as verbs make them and pages read them. The executor writes through operation-steps.ts. */
import { z } from 'zod'
import type { ActorRef } from '@/lib/domain/actor'
import { asId, type ConnectionId, type GuestId, type OperationId, type PlanId } from '@/lib/domain/ids'
import {
  OPERATION_KINDS,
  OPERATION_STATES,
  type Operation,
  type OperationRow,
  type OperationState,
  type OperationStep,
  type OperationView,
  type OperationWindow,
  STEP_STATES,
  type Verification,
} from '@/lib/domain/operation'
import {
  FIXES,
  type Intent,
  type Predicted,
  SINGLE_KINDS,
  type SingleIntent,
  type SpaceEffect,
  type Step,
} from '@/lib/domain/plan'
import type { Instant } from '@/lib/domain/units'
import { recordChanges } from './changes'
import type { Db } from './client'
import { reasonSchema } from './json'
import { addEvents, eventsAfter } from './operation-events'
import {
  attentionSchema,
  intentSchema,
  predictedSchema,
  progressSchema,
  spaceActualSchema,
  spaceSchema,
  stepSchema,
  taskSchema,
  verificationsSchema,
  warningsSchema,
} from './plan-json'
import { cleanText, strictJson } from './text'
import type { Tx } from './tx'

export type NewOperation = {
  id: OperationId
  planId: PlanId
  parentId: OperationId | null
  place: number
  intent: Intent | SingleIntent
  /** null = a batch, whose children have guests */
  guest: { id: GuestId; connectionId: ConnectionId; nativeId: string } | null
  guestName: string
  steps: Step[]
  predicted: Predicted | null
  space: SpaceEffect[]
  actor: ActorRef
  askedBy: string
  proposedBy: string
  createdAt: Instant
}

/** Adds operations, parents before children, and wakes the workers. */
export async function insertOperations(tx: Tx, operations: readonly NewOperation[]): Promise<void> {
  for (const operation of operations) {
    const { intent, guest } = operation
    await tx.query(
      `INSERT INTO operations (id, plan_id, parent_id, place, kind, intent, on_failure, connection_id, guest_id,
         guest_native_id, guest_name, predicted, space_predicted, actor, asked_by, proposed_by, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
      [
        operation.id,
        operation.planId,
        operation.parentId,
        operation.place,
        intent.do,
        strictJson(intent),
        intent.do === 'batch' ? intent.onFailure : 'continue',
        guest?.connectionId ?? null,
        guest?.id ?? null,
        guest?.nativeId ?? null,
        cleanText(operation.guestName),
        operation.predicted === null ? null : strictJson(operation.predicted),
        strictJson(operation.space),
        strictJson(operation.actor),
        cleanText(operation.askedBy),
        cleanText(operation.proposedBy),
        operation.createdAt,
      ],
    )
  }
  const rows = operations.flatMap(({ id, steps }) =>
    steps.map((step, place) => ({ operation_id: id, place, key: step.key, step, storages: step.storages })),
  )
  await tx.query(
    `INSERT INTO operation_steps (operation_id, place, key, step, storages)
     SELECT operation_id, place, key, step, storages FROM jsonb_to_recordset($1::jsonb)
       AS r(operation_id text, place int, key text, step jsonb, storages text[])`,
    [strictJson(rows)],
  )
  await addEvents(
    tx,
    operations.map(({ id, createdAt }) => ({ id, at: createdAt, event: { event: 'state', state: 'queued' } })),
  )
  await tellOperations(
    tx,
    operations.map(({ id }) => id),
  )
}

/** Tells readers that these operations changed, and the list with them. */
export async function tellOperations(tx: Tx, ids: readonly OperationId[]): Promise<void> {
  await recordChanges(tx, [
    { topic: 'operations', id: null },
    ...ids.map((id) => ({ topic: 'operation' as const, id: id as string })),
  ])
}

export type OperationQuery = {
  cursor?: string | undefined
  limit: number
  /** states; empty = all */
  states?: readonly OperationState[] | undefined
  kind?: string | undefined
  guestId?: GuestId | undefined
  connectionId?: ConnectionId | undefined
  planId?: PlanId | undefined
  /** guest, snapshot or person contains this text, any case */
  text?: string | undefined
}

/** Whether the operation in `o` is of the kind, the connection and the text that are asked for; of all where none is. */
const isAbout = (o: string) => `($4::text IS NULL OR ${o}.kind = $4)
  AND ($6::text IS NULL OR ${o}.connection_id = $6)
  AND ($8::text IS NULL OR position(lower($8) in lower(${o}.guest_name || ' ' || ${o}.asked_by)) > 0
    OR EXISTS (SELECT 1 FROM operation_steps s WHERE s.operation_id = ${o}.id
      AND position(lower($8) in lower(concat(s.step #>> '{command,snapshot,name}', s.step #>> '{command,name}'))) > 0))`

/**
 * Operations, newest first. The children of a batch stand in the batch, unless a guest is asked for: a batch is found
 * by what is done to any of its guests.
 */
export async function listOperations(db: Db, query: OperationQuery): Promise<OperationWindow> {
  const after = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~(.{1,64})$/.exec(query.cursor ?? '')
  const rows = await db.query<RowColumns>(
    `${OPERATION_ROWS}
     WHERE ($1::timestamptz IS NULL OR (o.created_at, o.id) < ($1, $2))
       AND ($3::text[] IS NULL OR o.state = ANY($3)) AND ($5::text IS NULL OR o.guest_id = $5)
       AND ($7::text IS NULL OR o.plan_id = $7)
       AND (o.parent_id IS NULL OR $5::text IS NOT NULL)
       AND (${isAbout('o')} OR EXISTS (SELECT 1 FROM operations b WHERE b.parent_id = o.id AND ${isAbout('b')}))
     ORDER BY o.created_at DESC, o.id DESC LIMIT $9`,
    [
      after?.[1] ?? null,
      after?.[2] ?? '',
      query.states === undefined || query.states.length === 0 ? null : query.states,
      query.kind ?? null,
      query.guestId ?? null,
      query.connectionId ?? null,
      query.planId ?? null,
      query.text ?? null,
      query.limit + 1,
    ],
  )
  const shown = rows.slice(0, query.limit).map(operationRowFrom)
  const last = shown.at(-1)
  return {
    rows: shown,
    nextCursor: rows.length > query.limit && last !== undefined ? `${last.createdAt}~${last.id}` : null,
  }
}

/** One operation with its steps, children and newest events; null when there is none. */
export async function operationView(db: Db, id: OperationId, events: number): Promise<OperationView | null> {
  const operation = await findOperation(db, id)
  if (operation === null) return null
  const [children, [connection], log] = await Promise.all([
    db.query<RowColumns>(`${OPERATION_ROWS} WHERE o.parent_id = $1 ORDER BY o.place, o.id`, [id]),
    db.query<{ name: string }>('SELECT name FROM connections WHERE id = $1', [operation.connectionId]),
    newestEvents(db, id, events),
  ])
  return { ...operation, connectionName: connection?.name ?? null, children: children.map(operationRowFrom), log }
}

async function newestEvents(db: Db, id: OperationId, count: number) {
  const [row] = await db.query<{ last: number | null }>(
    'SELECT max(seq) AS last FROM operation_events WHERE operation_id = $1',
    [id],
  )
  return eventsAfter(db, id, Math.max(0, (row?.last ?? 0) - count), count)
}

/** One operation with its steps; null when there is none. */
export async function findOperation(db: Db, id: OperationId): Promise<Operation | null> {
  const [row] = await db.query<OperationColumns>(`SELECT ${OPERATION_COLUMNS} FROM operations o WHERE o.id = $1`, [id])
  if (row === undefined) return null
  return operationFrom(row, await stepsOf(db, id))
}

/** The steps of an operation in order. */
async function stepsOf(db: Db, id: OperationId): Promise<OperationStep[]> {
  const rows = await db.query<StepColumns>(
    `SELECT ${STEP_COLUMNS} FROM operation_steps s WHERE s.operation_id = $1 ORDER BY s.place`,
    [id],
  )
  return rows.map(stepFrom)
}

/** The ids of a batch's operations, in order. */
export async function childrenOf(db: Db, id: OperationId): Promise<{ id: OperationId; state: OperationState }[]> {
  const rows = await db.query<{ id: string; state: string }>(
    'SELECT id, state FROM operations WHERE parent_id = $1 ORDER BY place, id',
    [id],
  )
  return rows.map((row) => ({ id: asId<OperationId>(row.id), state: stateOf(row.state) }))
}

/**
 * Locks the batch an operation belongs to, or the operation itself, until commit. Whoever ends or cancels takes this
 * lock first and those of single operations after it, so that no two of them wait for each other.
 */
export async function lockFamily(tx: Tx, id: OperationId): Promise<void> {
  await tx.query(
    `SELECT 1 FROM operations WHERE id = coalesce((SELECT parent_id FROM operations WHERE id = $1), $1)
     FOR NO KEY UPDATE`,
    [id],
  )
}

/** Asks for an end at the next safe point, of an operation and what belongs to it. Returns those it still concerned. */
export async function requestCancel(tx: Tx, id: OperationId, by: string, at: Instant): Promise<OperationId[]> {
  await lockFamily(tx, id)
  const rows = await tx.query<{ id: string }>(
    `UPDATE operations SET cancel_requested_by = $2, cancel_requested_at = $3
     WHERE (id = $1 OR parent_id = $1) AND state IN ('queued', 'running') AND cancel_requested_at IS NULL RETURNING id`,
    [id, cleanText(by), at],
  )
  const ids = rows.map((row) => asId<OperationId>(row.id))
  if (ids.length > 0) await tellOperations(tx, ids)
  return ids
}

/** Adds to what was verified; what was said before stays. */
export async function addVerifications(tx: Tx, id: OperationId, list: readonly Verification[]): Promise<void> {
  await tx.query('UPDATE operations SET verifications = verifications || $2::jsonb WHERE id = $1', [
    id,
    strictJson(list),
  ])
  await tellOperations(tx, [id])
}

const OPERATION_ROWS = `SELECT o.id, o.plan_id AS "planId", o.parent_id AS "parentId", o.kind, o.guest_id AS "guestId",
  o.guest_name AS "guestName", o.connection_id AS "connectionId", c.name AS "connectionName", o.state, o.why,
  o.predicted_matches AS "predictedMatches", o.asked_by AS "askedBy", o.created_at AS "createdAt",
  o.started_at AS "startedAt", o.finished_at AS "finishedAt", o.cancel_requested_at AS "cancelRequestedAt",
  (SELECT count(*) FROM operation_steps s JOIN operations m ON m.id = s.operation_id
    WHERE m.id = o.id OR m.parent_id = o.id) AS "stepsTotal",
  (SELECT count(*) FROM operation_steps s JOIN operations m ON m.id = s.operation_id
    WHERE (m.id = o.id OR m.parent_id = o.id) AND s.finished_at IS NOT NULL) AS "stepsOver",
  (SELECT coalesce(s.step #>> '{command,snapshot,name}', s.step #>> '{command,name}') FROM operation_steps s
    WHERE s.operation_id = o.id AND s.step #>> '{command,do}' = 'snapshot.' || o.kind
    ORDER BY s.place LIMIT 1) AS "firstSnapshot",
  CASE o.kind WHEN 'delete' THEN jsonb_array_length(o.intent -> 'snapshotIds') ELSE 1 END AS "snapshotCount",
  o.intent #>> '{repair,fix}' AS fix,
  coalesce((SELECT jsonb_agg(b.guest_name ORDER BY b.place) FROM (SELECT guest_name, place FROM operations
    WHERE parent_id = o.id ORDER BY place LIMIT 3) b), jsonb_build_array(o.guest_name)) AS "firstGuests",
  (SELECT CASE WHEN count(DISTINCT b.kind) = 1 THEN min(b.kind) END FROM operations b WHERE b.parent_id = o.id) AS each,
  (SELECT jsonb_object_agg(k.state, k.count) FROM (SELECT state, count(*) AS count FROM operations b
    WHERE b.parent_id = o.id GROUP BY state) k) AS children
  FROM operations o LEFT JOIN connections c ON c.id = o.connection_id`

type RowColumns = {
  id: string
  planId: string
  parentId: string | null
  kind: string
  guestId: string | null
  guestName: string
  connectionId: string | null
  connectionName: string | null
  state: string
  why: unknown
  predictedMatches: boolean | null
  askedBy: string
  createdAt: Instant
  startedAt: Instant | null
  finishedAt: Instant | null
  cancelRequestedAt: Instant | null
  stepsTotal: number
  stepsOver: number
  firstSnapshot: string | null
  snapshotCount: number
  fix: string | null
  each: string | null
  firstGuests: unknown
  children: unknown
}

const kindSchema = z.enum(OPERATION_KINDS)
const stateSchema = z.enum(OPERATION_STATES)
export const stateOf = (text: string): OperationState => stateSchema.parse(text)
const countsSchema = z.partialRecord(stateSchema, z.number())
const NO_CHILDREN: Record<OperationState, number> = {
  queued: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  'needs-attention': 0,
}
const optionalId = <T extends ConnectionId | GuestId | OperationId>(text: string | null): T | null =>
  text === null ? null : asId<T>(text)

const operationRowFrom = (columns: RowColumns): OperationRow => {
  const { stepsTotal, stepsOver, firstSnapshot, snapshotCount, ...row } = columns
  return {
    ...row,
    id: asId<OperationId>(row.id),
    planId: asId<PlanId>(row.planId),
    parentId: optionalId<OperationId>(row.parentId),
    kind: kindSchema.parse(row.kind),
    guestId: optionalId<GuestId>(row.guestId),
    connectionId: optionalId<ConnectionId>(row.connectionId),
    state: stateOf(row.state),
    why: row.why === null ? null : reasonSchema.parse(row.why),
    steps: { over: stepsOver, total: stepsTotal },
    snapshots: { first: firstSnapshot, count: snapshotCount },
    fix: row.fix === null ? null : z.enum(FIXES).parse(row.fix),
    each: row.each === null ? null : z.enum(SINGLE_KINDS).parse(row.each),
    firstGuests: z.array(z.string()).parse(row.firstGuests),
    children: row.children === null ? null : { ...NO_CHILDREN, ...countsSchema.parse(row.children) },
  }
}

export const OPERATION_COLUMNS = `o.id, o.plan_id AS "planId", o.parent_id AS "parentId",
  o.connection_id AS "connectionId", o.guest_id AS "guestId", o.guest_name AS "guestName", o.intent, o.state,
  o.predicted, o.actual, o.predicted_matches AS "predictedMatches", o.space_predicted AS "spacePredicted",
  o.space_actual AS "spaceActual", o.attention, o.why, o.verifications, o.proposed_by AS "proposedBy",
  o.asked_by AS "askedBy", o.created_at AS "createdAt", o.started_at AS "startedAt", o.finished_at AS "finishedAt",
  o.cancel_requested_by AS "cancelRequestedBy", o.cancel_requested_at AS "cancelRequestedAt"`

export type OperationColumns = {
  id: string
  planId: string
  parentId: string | null
  connectionId: string | null
  guestId: string | null
  guestName: string
  intent: unknown
  state: string
  predicted: unknown
  actual: unknown
  predictedMatches: boolean | null
  spacePredicted: unknown
  spaceActual: unknown
  attention: unknown
  why: unknown
  verifications: unknown
  proposedBy: string
  askedBy: string
  createdAt: Instant
  startedAt: Instant | null
  finishedAt: Instant | null
  cancelRequestedBy: string | null
  cancelRequestedAt: Instant | null
}

/** An operation from its row and its steps. */
export const operationFrom = (row: OperationColumns, steps: OperationStep[]): Operation => ({
  ...row,
  id: asId<OperationId>(row.id),
  planId: asId<PlanId>(row.planId),
  parentId: optionalId<OperationId>(row.parentId),
  connectionId: optionalId<ConnectionId>(row.connectionId),
  guestId: optionalId<GuestId>(row.guestId),
  intent: intentSchema.parse(row.intent),
  state: stateOf(row.state),
  steps,
  predicted: row.predicted === null ? null : predictedSchema.parse(row.predicted),
  actual: row.actual === null ? null : predictedSchema.parse(row.actual),
  spacePredicted: spaceSchema.parse(row.spacePredicted),
  spaceActual: spaceActualSchema.parse(row.spaceActual),
  attention: row.attention === null ? null : attentionSchema.parse(row.attention),
  why: row.why === null ? null : reasonSchema.parse(row.why),
  verifications: verificationsSchema.parse(row.verifications),
})

export const STEP_COLUMNS = `s.step, s.state, s.task, s.asked_at AS "askedAt", s.finished_at AS "finishedAt",
  s.progress, s.why, s.warnings`

export type StepColumns = {
  step: unknown
  state: string
  task: unknown
  askedAt: Instant | null
  finishedAt: Instant | null
  progress: unknown
  why: unknown
  warnings: unknown
}

const stepStateSchema = z.enum(STEP_STATES)

export function stepFrom(row: StepColumns): OperationStep {
  const { key, command, before, after, safeStop } = stepSchema.parse(row.step)
  return {
    key,
    command,
    before,
    after,
    safeStop,
    state: stepStateSchema.parse(row.state),
    task: row.task === null ? null : taskSchema.parse(row.task),
    askedAt: row.askedAt,
    finishedAt: row.finishedAt,
    progress: row.progress === null ? null : progressSchema.parse(row.progress),
    why: row.why === null ? null : reasonSchema.parse(row.why),
    warnings: warningsSchema.parse(row.warnings),
  }
}
