/** How operations end, and what that makes of the batch they belong to. */
import { asId, type OperationId } from '@/lib/domain/ids'
import { isEnded, type OperationState } from '@/lib/domain/operation'
import type { Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'
import { addEvents } from './operation-events'
import { stateOf, tellOperations } from './operations'
import { cleanJson } from './text'
import type { Tx } from './tx'

/** Ends those of these operations that have not begun, as cancelled. Returns which. */
export async function endQueued(tx: Tx, ids: readonly OperationId[], why: Reason, at: Instant): Promise<OperationId[]> {
  const rows = await tx.query<{ id: string; parentId: string | null }>(
    `UPDATE operations SET state = 'cancelled', why = $2, finished_at = $3
     WHERE id = ANY($1) AND state = 'queued' AND guest_id IS NOT NULL RETURNING id, parent_id AS "parentId"`,
    [ids, cleanJson(why), at],
  )
  const ended = rows.map(({ id }) => asId<OperationId>(id))
  await skipSteps(tx, ended, at)
  await addEvents(
    tx,
    ended.map((id) => ({ id, at, event: { event: 'state', state: 'cancelled' } })),
  )
  await tellOperations(tx, ended)
  const parents = new Set(rows.flatMap(({ parentId }) => (parentId === null ? [] : [asId<OperationId>(parentId)])))
  for (const parent of parents) await settleBatch(tx, parent, at)
  return ended
}

/** What was not begun will not be. */
export async function skipSteps(tx: Tx, ids: readonly OperationId[], at: Instant): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    `UPDATE operation_steps SET state = 'skipped', finished_at = $2 WHERE operation_id = ANY($1) AND state = 'waiting'`,
    [ids, at],
  )
}

/**
 * Brings a batch in line with its operations: it runs while any is open, and ends with the worst of their ends. With
 * `stop`, the first failure ends what has not begun and asks the rest to end at their next safe point.
 */
export async function settleBatch(tx: Tx, id: OperationId, at: Instant): Promise<void> {
  const [batch] = await tx.query<{ state: string; onFailure: string }>(
    `SELECT state, on_failure AS "onFailure" FROM operations WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  )
  if (batch === undefined || isEnded(stateOf(batch.state))) return
  const rows = await tx.query<{ state: string }>('SELECT DISTINCT state FROM operations WHERE parent_id = $1', [id])
  const states = rows.map(({ state }) => stateOf(state))
  const failed = states.includes('failed') || states.includes('needs-attention')
  if (batch.onFailure === 'stop' && failed && states.some((state) => !isEnded(state))) {
    await tx.query(
      `UPDATE operations SET cancel_requested_by = 'system:worker', cancel_requested_at = $2
       WHERE parent_id = $1 AND state = 'running' AND cancel_requested_at IS NULL`,
      [id, at],
    )
    // Their end settles this batch again; it cannot come here twice, because nothing is queued then.
    if (states.includes('queued')) {
      await endQueued(tx, await queuedOf(tx, id), { code: 'cancelled', by: 'system:worker' }, at)
      return
    }
  }
  const state = batchState(states)
  if (state === batch.state) return
  await tx.query(
    `UPDATE operations SET state = $2, started_at = coalesce(started_at, $3),
       finished_at = CASE WHEN $4 THEN $3::timestamptz ELSE NULL END WHERE id = $1`,
    [id, state, at, isEnded(state)],
  )
  await addEvents(tx, [{ id, at, event: { event: 'state', state } }])
  await tellOperations(tx, [id])
}

async function queuedOf(tx: Tx, id: OperationId): Promise<OperationId[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM operations WHERE parent_id = $1 AND state = 'queued' ORDER BY place`,
    [id],
  )
  return rows.map((row) => asId<OperationId>(row.id))
}

/** Brings an ended batch in line with an operation of it that was proven later: it ends with the worst of the ends now. */
export async function settleAgain(tx: Tx, id: OperationId, at: Instant): Promise<void> {
  const [batch] = await tx.query<{ state: string }>('SELECT state FROM operations WHERE id = $1 FOR NO KEY UPDATE', [
    id,
  ])
  if (batch === undefined || !isEnded(stateOf(batch.state))) return
  const children = await tx.query<{ state: string }>('SELECT state FROM operations WHERE parent_id = $1', [id])
  const state = batchState(children.map((child) => stateOf(child.state)))
  if (state !== batch.state) {
    await tx.query('UPDATE operations SET state = $2 WHERE id = $1', [id, state])
    await addEvents(tx, [{ id, at, event: { event: 'state', state } }])
  }
  await tellOperations(tx, [id])
}

/** The state of a batch, by the states its operations have: the worst end of its operations, once all have ended. */
function batchState(states: readonly OperationState[]): OperationState {
  if (states.some((state) => !isEnded(state))) return states.every((state) => state === 'queued') ? 'queued' : 'running'
  for (const worst of ['needs-attention', 'failed', 'cancelled'] as const) if (states.includes(worst)) return worst
  return 'succeeded'
}
