/** Clean-ups prepared for emergencies, waiting for consent. */
import { type AlertId, asId, type PlanId } from '@/lib/domain/ids'
import type { Instant, Millis } from '@/lib/domain/units'
import { recordChange } from './changes'
import type { Db } from './client'
import type { Tx } from './tx'

/** What was prepared for an alert; null when nothing was, or nothing could be. */
export async function preparationOf(db: Db, id: AlertId): Promise<{ planId: PlanId; at: Instant } | null> {
  const [row] = await db.query<{ planId: string; at: Instant }>(
    `SELECT plan_id AS "planId", prepared_at AS at FROM alert_preparations WHERE alert_id = $1 AND plan_id IS NOT NULL`,
    [id],
  )
  return row === undefined ? null : { planId: asId<PlanId>(row.planId), at: row.at }
}

/** Storages that are an emergency and have no clean-up prepared; those where none was possible once in a while again. */
export async function alertsToPrepare(db: Db, now: Instant, againAfter: Millis): Promise<AlertId[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT a.id FROM alerts a LEFT JOIN alert_preparations p ON p.alert_id = a.id
     WHERE a.resolved_at IS NULL AND a.severity = 'emergency' AND a.subject_of = 'storage' AND NOT a.stale
       AND a.clearing IS NULL
       AND a.kind IN ('storage-used', 'storage-free', 'time-to-full')
       AND (p.alert_id IS NULL
         OR (p.plan_id IS NULL AND p.prepared_at <= $1::timestamptz - $2 * interval '1 millisecond'))
     ORDER BY a.fired_at, a.id LIMIT 20`,
    [now, againAfter],
  )
  return rows.map(({ id }) => asId<AlertId>(id))
}

/** Keeps what was prepared for an alert, or that nothing could be. */
export async function savePreparation(tx: Tx, id: AlertId, planId: PlanId | null, at: Instant): Promise<void> {
  await tx.query(
    `INSERT INTO alert_preparations (alert_id, plan_id, prepared_at) VALUES ($1, $2, $3)
     ON CONFLICT (alert_id) DO UPDATE SET plan_id = excluded.plan_id, prepared_at = excluded.prepared_at`,
    [id, planId, at],
  )
  if (planId === null) return
  await tx.query(`INSERT INTO alert_events (alert_id, at, event, by) VALUES ($1, $2, 'prepared', 'system:worker')`, [
    id,
    at,
  ])
  await recordChange(tx, 'alerts', null)
}
