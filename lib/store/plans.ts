/** Plans: immutable, and confirmed at most once. */
import { asId, type OperationId, type PlanId } from '@/lib/domain/ids'
import type { PlanConfirmation, Planned, PlanView } from '@/lib/domain/plan'
import type { Millis } from '@/lib/domain/units'
import type { Db } from './client'
import { plannedSchema } from './plan-json'
import { cleanText, strictJson } from './text'
import type { Tx } from './tx'

const idOf = (planned: Planned): PlanId => (planned.kind === 'plan' ? planned.plan.id : planned.id)

/** Stores what a planner answered, also when it is that nothing is possible. */
export async function insertPlan(tx: Tx, planned: Planned, proposer: string): Promise<void> {
  const plan = planned.kind === 'plan' ? planned.plan : null
  await tx.query(
    `INSERT INTO plans (id, kind, version, body, digest, guest_ids, proposer, made_at, valid_until)
     VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8)`,
    [
      idOf(planned),
      planned.kind,
      strictJson(planned),
      plan?.digest ?? null,
      plan?.parts.map((part) => part.guestId) ?? [],
      cleanText(proposer),
      plan?.madeAt ?? (planned.kind === 'impossible' ? planned.madeAt : null),
      plan?.validUntil ?? null,
    ],
  )
}

/** One plan with who made it and what took it; null when there is none. */
export async function findPlan(db: Db, id: PlanId): Promise<PlanView | null> {
  const [row] = await db.query<{ body: unknown; proposer: string; operationId: string | null }>(
    `SELECT p.body, p.proposer, c.operation_id AS "operationId" FROM plans p
     LEFT JOIN plan_confirmations c ON c.plan_id = p.id WHERE p.id = $1`,
    [id],
  )
  if (row === undefined) return null
  return {
    planned: plannedSchema.parse(row.body),
    proposer: row.proposer,
    operationId: row.operationId === null ? null : asId<OperationId>(row.operationId),
  }
}

/**
 * Takes a plan for one operation, ever. Returns null when it is taken now, or the operation that took it before.
 * Two people at once: the second waits for the first's commit and learns of it.
 */
export async function confirmPlan(tx: Tx, confirmation: PlanConfirmation): Promise<OperationId | null> {
  const { planId, operationId, confirmedBy, confirmedAt } = confirmation
  const taken = await tx.query(
    `INSERT INTO plan_confirmations (plan_id, operation_id, confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (plan_id) DO NOTHING RETURNING plan_id`,
    [planId, operationId, cleanText(confirmedBy), confirmedAt],
  )
  if (taken.length > 0) return null
  const before = await findConfirmation(tx, planId)
  if (before === null) throw new Error(`plan ${planId} is confirmed by nobody and cannot be confirmed`)
  return before
}

/** The operation that took a plan; null while nobody confirmed it. */
export async function findConfirmation(db: Db, id: PlanId): Promise<OperationId | null> {
  const [row] = await db.query<{ operationId: string }>(
    'SELECT operation_id AS "operationId" FROM plan_confirmations WHERE plan_id = $1',
    [id],
  )
  return row === undefined ? null : asId<OperationId>(row.operationId)
}

/** Removes plans that nobody confirmed and nobody can any more. Returns how many. */
export async function prunePlans(db: Db, olderThanMillis: Millis): Promise<number> {
  const rows = await db.query(
    `DELETE FROM plans p WHERE p.made_at < now() - $1 * interval '1 millisecond'
       AND NOT EXISTS (SELECT 1 FROM plan_confirmations c WHERE c.plan_id = p.id)
       AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.plan_id = p.id) RETURNING p.id`,
    [olderThanMillis],
  )
  return rows.length
}
