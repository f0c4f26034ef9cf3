/** What may be deleted by itself at an emergency, and how the last attempt on each storage went. */
import type { CleanUpOutcome, CleanUpPolicy, CleanUpPolicyRow, CleanUpRun } from '@/lib/domain/clean-up'
import { CLEAN_UP_OUTCOMES } from '@/lib/domain/clean-up'
import {
  type AlertId,
  asId,
  type CleanUpPolicyId,
  type ConnectionId,
  type OperationId,
  type PlanId,
  type StorageId,
} from '@/lib/domain/ids'
import type { Bytes, Instant, Millis } from '@/lib/domain/units'
import { quietHoursSchema } from './alert-json'
import { recordChange } from './changes'
import type { Db } from './client'
import { cleanText } from './text'
import type { Tx } from './tx'

type PolicyColumns = {
  id: string
  connectionId: string
  connectionName: string
  storageId: string | null
  storageName: string | null
  enabled: boolean
  maxSnapshots: number
  maxPeakBytes: Bytes
  busyHours: unknown
  setBy: string
  setAt: Instant
}

const SELECT = `SELECT p.id, p.connection_id AS "connectionId", c.name AS "connectionName", p.storage_id AS "storageId",
  t.name AS "storageName", p.enabled, p.max_snapshots AS "maxSnapshots", p.max_peak_bytes AS "maxPeakBytes",
  p.busy_hours AS "busyHours", p.set_by AS "setBy", p.set_at AS "setAt"
  FROM clean_up_policies p JOIN connections c ON c.id = p.connection_id LEFT JOIN storages t ON t.id = p.storage_id`

const policyFrom = (row: PolicyColumns): CleanUpPolicyRow => ({
  ...row,
  id: asId<CleanUpPolicyId>(row.id),
  connectionId: asId<ConnectionId>(row.connectionId),
  scope: row.storageName === null ? row.connectionName : `${row.storageName} on ${row.connectionName}`,
  storageId: row.storageId === null ? null : asId<StorageId>(row.storageId),
  busyHours: quietHoursSchema.parse(row.busyHours),
})

/** All policies: connections by name, each before its storages. */
export async function listCleanUpPolicies(db: Db): Promise<CleanUpPolicyRow[]> {
  const rows = await db.query<PolicyColumns>(
    `${SELECT} ORDER BY lower(c.name), p.storage_id IS NOT NULL, lower(t.name), p.id`,
  )
  return rows.map(policyFrom)
}

/** One policy, null when there is none of this id. */
export async function findCleanUpPolicy(db: Db, id: CleanUpPolicyId): Promise<CleanUpPolicyRow | null> {
  const [row] = await db.query<PolicyColumns>(`${SELECT} WHERE p.id = $1`, [id])
  return row === undefined ? null : policyFrom(row)
}

/** The policy a storage goes by: its own, else its connection's; null = nothing is allowed there. */
export async function policyOfStorage(db: Db, id: StorageId): Promise<CleanUpPolicyRow | null> {
  const [row] = await db.query<PolicyColumns>(
    `${SELECT} JOIN storages s ON s.connection_id = p.connection_id
     WHERE s.id = $1 AND (p.storage_id = s.id OR p.storage_id IS NULL) ORDER BY p.storage_id IS NULL LIMIT 1`,
    [id],
  )
  return row === undefined ? null : policyFrom(row)
}

/** Sets the policy of its scope: one a connection, one a storage. Answers it with the id it has. */
export async function saveCleanUpPolicy(
  tx: Tx,
  policy: CleanUpPolicy,
  by: string,
  at: Instant,
): Promise<CleanUpPolicyRow> {
  const [row] = await tx.query<{ id: string }>(
    `INSERT INTO clean_up_policies (id, connection_id, storage_id, enabled, max_snapshots, max_peak_bytes, busy_hours, set_by, set_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (connection_id, coalesce(storage_id, '')) DO UPDATE SET enabled = excluded.enabled,
       max_snapshots = excluded.max_snapshots, max_peak_bytes = excluded.max_peak_bytes,
       busy_hours = excluded.busy_hours, set_by = excluded.set_by, set_at = excluded.set_at
     RETURNING id`,
    [
      policy.id,
      policy.connectionId,
      policy.storageId,
      policy.enabled,
      policy.maxSnapshots,
      policy.maxPeakBytes,
      policy.busyHours === null ? null : JSON.stringify(policy.busyHours),
      cleanText(by),
      at,
    ],
  )
  await recordChange(tx, 'rules', null)
  const saved = row === undefined ? null : await findCleanUpPolicy(tx, asId<CleanUpPolicyId>(row.id))
  if (saved === null) throw new Error('a policy that was just written is not there')
  return saved
}

/** Takes a policy back. What it began and is not done with stops before its next step. */
export async function removeCleanUpPolicy(tx: Tx, id: CleanUpPolicyId): Promise<void> {
  await tx.query('DELETE FROM clean_up_policies WHERE id = $1', [id])
  await recordChange(tx, 'rules', null)
}

export type CleanUpDue = { alertId: AlertId; storageId: StorageId; policyId: CleanUpPolicyId }

/**
 * Storages that are an emergency now and whose policy is on. One that ran waits until its operation has ended and
 * `againAfter` is over; one that changed nothing is looked at again sooner.
 */
export async function storagesToCleanUp(
  db: Db,
  now: Instant,
  wait: { againAfter: Millis; retryAfter: Millis },
): Promise<CleanUpDue[]> {
  const rows = await db.query<{ alertId: string; storageId: string; policyId: string }>(
    `SELECT DISTINCT ON (t.id) a.id AS "alertId", t.id AS "storageId", p.id AS "policyId"
     FROM alerts a JOIN storages t ON a.subject_of = 'storage' AND t.id = a.subject_id
     JOIN LATERAL (
       SELECT q.id, q.enabled FROM clean_up_policies q
       WHERE q.connection_id = t.connection_id AND (q.storage_id = t.id OR q.storage_id IS NULL)
       ORDER BY q.storage_id IS NULL LIMIT 1
     ) p ON p.enabled
     LEFT JOIN clean_up_runs r ON r.storage_id = t.id
     LEFT JOIN operations o ON o.plan_id = r.plan_id AND o.parent_id IS NULL
     WHERE a.resolved_at IS NULL AND a.severity = 'emergency' AND NOT a.stale AND a.clearing IS NULL
       AND a.kind IN ('storage-used', 'storage-free', 'time-to-full')
       AND (r.storage_id IS NULL OR r.at <= $1::timestamptz - CASE r.outcome WHEN 'started' THEN $2::bigint ELSE $3::bigint END * interval '1 millisecond')
       AND (o.id IS NULL OR o.state NOT IN ('queued', 'running'))
     ORDER BY t.id, a.fired_at, a.id LIMIT 20`,
    [now, wait.againAfter, wait.retryAfter],
  )
  return rows.map(({ alertId, storageId, policyId }) => ({
    alertId: asId<AlertId>(alertId),
    storageId: asId<StorageId>(storageId),
    policyId: asId<CleanUpPolicyId>(policyId),
  }))
}

/** Takes a storage for one attempt. False = another worker has it, or it was tried since `before`. */
export async function claimCleanUp(db: Db, due: CleanUpDue, now: Instant, before: Instant): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO clean_up_runs (storage_id, alert_id, policy_id, at, outcome) VALUES ($1, $2, $3, $4, 'claimed')
     ON CONFLICT (storage_id) DO UPDATE SET alert_id = excluded.alert_id, policy_id = excluded.policy_id,
       at = excluded.at, outcome = excluded.outcome, plan_id = NULL, snapshots = 0, announced_at = NULL
       WHERE clean_up_runs.at <= $5
     RETURNING storage_id`,
    [due.storageId, due.alertId, due.policyId, now, before],
  )
  return rows.length === 1
}

/** Keeps how an attempt went; with the plan it is about to confirm. */
export async function noteCleanUp(
  tx: Tx,
  id: StorageId,
  run: { outcome: CleanUpOutcome; planId: PlanId | null; snapshots: number },
): Promise<void> {
  await tx.query('UPDATE clean_up_runs SET outcome = $2, plan_id = $3, snapshots = $4 WHERE storage_id = $1', [
    id,
    run.outcome,
    run.planId,
    run.snapshots,
  ])
  await recordChange(tx, 'alerts', null)
}

export type CleanUpToAnnounce = {
  storageId: StorageId
  alertId: AlertId
  operationId: OperationId
  confirmedBy: string
  snapshots: number
}

/** Runs that were confirmed and that nobody was told of yet, also when a worker died in between. */
export async function cleanUpsToAnnounce(db: Db): Promise<CleanUpToAnnounce[]> {
  const rows = await db.query<{
    storageId: string
    alertId: string
    operationId: string
    confirmedBy: string
    snapshots: number
  }>(
    `SELECT r.storage_id AS "storageId", r.alert_id AS "alertId", c.operation_id AS "operationId",
       c.confirmed_by AS "confirmedBy", r.snapshots
     FROM clean_up_runs r JOIN plan_confirmations c ON c.plan_id = r.plan_id WHERE r.announced_at IS NULL`,
  )
  return rows.map(({ storageId, alertId, operationId, ...row }) => ({
    ...row,
    storageId: asId<StorageId>(storageId),
    alertId: asId<AlertId>(alertId),
    operationId: asId<OperationId>(operationId),
  }))
}

/** Marks a run as told; false = another worker told it. */
export async function markAnnounced(tx: Tx, id: StorageId, operationId: OperationId, at: Instant): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE clean_up_runs r SET announced_at = $3, outcome = 'started' FROM plan_confirmations c
     WHERE r.storage_id = $1 AND c.plan_id = r.plan_id AND c.operation_id = $2 AND r.announced_at IS NULL
     RETURNING r.storage_id`,
    [id, operationId, at],
  )
  return rows.length === 1
}

/** The last attempt on a storage, null when there was none. */
export async function lastCleanUp(db: Db, id: StorageId): Promise<CleanUpRun | null> {
  const [row] = await db.query<
    Omit<CleanUpRun, 'outcome' | 'operationId'> & { outcome: string; operationId: string | null }
  >(
    `SELECT r.at, r.outcome, r.snapshots, c.operation_id AS "operationId"
     FROM clean_up_runs r LEFT JOIN plan_confirmations c ON c.plan_id = r.plan_id WHERE r.storage_id = $1`,
    [id],
  )
  if (row === undefined) return null
  const outcome = CLEAN_UP_OUTCOMES.find((known) => known === row.outcome)
  if (outcome === undefined) throw new Error(`unknown outcome of a clean-up in the database: ${row.outcome}`)
  return { ...row, outcome, operationId: row.operationId === null ? null : asId<OperationId>(row.operationId) }
}
