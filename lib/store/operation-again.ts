/** An operation that needed attention, after its guest was read again. */
import type { KnownGuest } from '@/lib/domain/known'
import type { Attention, Verification } from '@/lib/domain/operation'
import type { Predicted, StepKey } from '@/lib/domain/plan'
import type { Instant } from '@/lib/domain/units'
import type { Db } from './client'
import { collectedSql } from './inventory-rows'
import { knownGuests } from './known'
import { settleAgain } from './operation-ends'
import { addEvents } from './operation-events'
import { writeNoteOf } from './operation-note'
import type { Run } from './operation-steps'
import { tellOperations } from './operations'
import { cleanJson, strictJson } from './text'
import type { Tx } from './tx'

/** The guest of an operation as it was last read; null = no reading knows it any more. */
export async function guestOfRun(db: Db, { connectionId, guestNativeId }: Run): Promise<KnownGuest | null> {
  const kept = (await knownGuests(db, connectionId, [guestNativeId])).get(guestNativeId)
  const [row] = await db.query<{ at: Instant }>(
    `SELECT ${collectedSql('g.collected_at', 's.guests_at')} AS at FROM guests g
     LEFT JOIN connection_states s ON s.connection_id = g.connection_id WHERE g.connection_id = $1 AND g.native_id = $2`,
    [connectionId, guestNativeId],
  )
  return kept === undefined || row === undefined ? null : { ...kept, collectedAt: row.at }
}

export type LookedAgain = {
  at: Instant
  proven: readonly StepKey[]
  /** null = all is proven: it succeeded after all */
  attention: Attention | null
  actual: Predicted | null
  matches: boolean | null
  verifications: readonly Verification[]
}

/** Keeps what was found. False when the operation needs no attention any more: somebody was faster. */
export async function keepLookedAgain(tx: Tx, run: Run, found: LookedAgain): Promise<boolean> {
  const { at, attention } = found
  const succeeded = attention === null
  const rows = await tx.query(
    `UPDATE operations SET state = CASE WHEN $2 THEN 'succeeded' ELSE state END, why = $3::jsonb, attention = $4::jsonb,
       actual = coalesce($5::jsonb, actual), predicted_matches = $6, verifications = verifications || $7::jsonb
     WHERE id = $1 AND state = 'needs-attention' RETURNING id`,
    [
      run.id,
      succeeded,
      attention === null ? null : cleanJson(attention.why),
      attention === null ? null : cleanJson(attention),
      found.actual === null ? null : strictJson(found.actual),
      found.matches,
      cleanJson(found.verifications),
    ],
  )
  if (rows.length === 0) return false
  for (const step of run.steps.filter(({ key }) => found.proven.includes(key))) {
    // What was skipped was never asked for: somebody else made it so.
    const state = step.state === 'skipped' || step.askedAt === null ? 'already-so' : 'done'
    await tx.query(
      `UPDATE operation_steps SET state = $3, why = NULL, finished_at = coalesce(finished_at, $4)
       WHERE operation_id = $1 AND place = $2`,
      [run.id, step.place, state, at],
    )
    await addEvents(tx, [{ id: run.id, at, event: { event: 'step', key: step.key, state, why: null } }])
    if (state === 'done') await writeNoteOf(tx, run, step, at)
  }
  if (succeeded) {
    await addEvents(tx, [{ id: run.id, at, event: { event: 'state', state: 'succeeded' } }])
    if (run.parentId !== null) await settleAgain(tx, run.parentId, at)
  }
  await tellOperations(tx, [run.id])
  return true
}
