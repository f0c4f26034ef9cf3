/** Where rules stand, and what an evaluation changes: states, alerts and their events in one transaction. */
import { randomUUID } from 'node:crypto'
import type { AlertEventKind, AlertRule, AlertState, AlertSubject } from '@/lib/domain/alert'
import { type AlertId, type AlertRuleId, asId, type ConnectionId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import { alertStateSchema, subjectOf } from './alert-json'
import { recordChanges } from './changes'
import type { Db } from './client'
import { cleanText } from './text'
import type { Tx } from './tx'

/** One evaluator at a time in the whole installation. Any constant. */
const EVALUATION_LOCK = 7_266_011

/** Whether this transaction is the one that evaluates now; the lock goes with it. */
export async function mayEvaluate(tx: Tx): Promise<boolean> {
  const [row] = await tx.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [EVALUATION_LOCK])
  return row?.taken === true
}

export type KeptAlertState = { ruleId: AlertRuleId; subject: AlertSubject; state: AlertState; alertId: AlertId | null }

/** Every state that is not ok. */
export async function keptStates(db: Db): Promise<KeptAlertState[]> {
  const rows = await db.query<{ ruleId: string; of: string; id: string; state: unknown; alertId: string | null }>(
    `SELECT rule_id AS "ruleId", subject_of AS of, subject_id AS id, state, alert_id AS "alertId" FROM alert_states`,
  )
  return rows.map((row) => ({
    ruleId: asId<AlertRuleId>(row.ruleId),
    subject: subjectOf(row.of, row.id),
    state: alertStateSchema.parse(row.state),
    alertId: row.alertId === null ? null : asId<AlertId>(row.alertId),
  }))
}

/** One change of one state, as the engine decided it. */
export type StateChange = {
  rule: Pick<AlertRule, 'id' | 'name' | 'kind'>
  subject: AlertSubject
  measured: { name: string; where: string; connectionId: ConnectionId | null } | null
  alertId: AlertId | null
  after: AlertState
  events: AlertEventKind[]
}

/** Stores what an evaluation changed. A fired alert gets its id here. */
export async function storeChanges(tx: Tx, changes: readonly StateChange[], now: Instant): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map((change) => rowOf(change, now))
  const json = JSON.stringify(rows)
  await tx.query(INSERT_ALERTS, [json])
  await tx.query(UPDATE_ALERTS, [json])
  await tx.query(WRITE_STATES, [json])
  await tx.query(DELETE_STATES, [json])
  await tx.query(INSERT_EVENTS, [json, now])
  const told = rows.filter(({ alert_id: alertId }) => alertId !== null)
  if (told.length > 0) await recordChanges(tx, [{ topic: 'alerts', id: null }])
}

function rowOf({ rule, subject, measured, alertId, after, events }: StateChange, now: Instant) {
  const fired = events.includes('fired')
  const firing = after.is === 'firing' ? after : null
  return {
    rule_id: rule.id,
    rule_name: rule.name,
    kind: rule.kind,
    subject_of: subject.of,
    subject_id: subject.id,
    subject_name: cleanText(measured?.name ?? ''),
    connection_id: measured?.connectionId ?? null,
    where_name: cleanText(measured?.where ?? ''),
    alert_id: fired ? randomUUID() : alertId,
    fired,
    state: after.is === 'ok' ? null : after,
    severity: firing?.severity ?? null,
    since: firing?.since ?? null,
    fired_at: firing?.firedAt ?? null,
    value: firing?.value ?? null,
    value_at: firing?.at ?? null,
    stale: firing?.stale ?? null,
    resolved_at: events.includes('resolved') ? now : null,
    events,
  }
}

const ROWS = `jsonb_to_recordset($1::jsonb) AS r(rule_id text, rule_name text, kind text, subject_of text,
  subject_id text, subject_name text, connection_id text, where_name text, alert_id text, fired boolean, state jsonb,
  severity text, since timestamptz, fired_at timestamptz, value double precision, value_at timestamptz, stale boolean,
  resolved_at timestamptz, events text[])`

const INSERT_ALERTS = `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name,
    connection_id, where_name, severity, worst_severity, since, fired_at, value, value_at, stale)
  SELECT alert_id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, connection_id, where_name, severity,
    severity, since, fired_at, value, value_at, stale FROM ${ROWS} WHERE fired`

const RANK = (severity: string): string => `array_position(ARRAY['warning', 'critical', 'emergency'], ${severity})`

/** What is over keeps its last figures; what goes on takes the new ones. Names follow their subjects. */
const UPDATE_ALERTS = `UPDATE alerts a SET
    severity = coalesce(r.severity, a.severity), value = coalesce(r.value, a.value),
    value_at = coalesce(r.value_at, a.value_at), stale = coalesce(r.stale, a.stale),
    worst_severity = CASE WHEN ${RANK('r.severity')} > ${RANK('a.worst_severity')} THEN r.severity ELSE a.worst_severity END,
    subject_name = coalesce(nullif(r.subject_name, ''), a.subject_name), resolved_at = r.resolved_at
  FROM ${ROWS} WHERE a.id = r.alert_id AND NOT r.fired`

const WRITE_STATES = `INSERT INTO alert_states (rule_id, subject_of, subject_id, state, alert_id)
  SELECT rule_id, subject_of, subject_id, state, alert_id FROM ${ROWS} WHERE state IS NOT NULL
  ON CONFLICT (rule_id, subject_of, subject_id) DO UPDATE SET state = excluded.state, alert_id = excluded.alert_id`

const DELETE_STATES = `DELETE FROM alert_states s USING ${ROWS} WHERE r.state IS NULL
  AND s.rule_id = r.rule_id AND s.subject_of = r.subject_of AND s.subject_id = r.subject_id`

const INSERT_EVENTS = `INSERT INTO alert_events (alert_id, at, event, severity)
  SELECT r.alert_id, $2, event, r.severity FROM ${ROWS} CROSS JOIN unnest(r.events) AS event
  WHERE r.alert_id IS NOT NULL AND event NOT IN ('pending', 'calmed')`

/** Writes which alert stands under which. Only what differs is written. */
export async function storeNesting(tx: Tx, under: ReadonlyMap<AlertId, AlertId | null>): Promise<void> {
  if (under.size === 0) return
  await tx.query(
    `UPDATE alerts a SET under_id = r.under_id FROM unnest($1::text[], $2::text[]) AS r(id, under_id)
     WHERE a.id = r.id AND a.under_id IS DISTINCT FROM r.under_id`,
    [[...under.keys()], [...under.values()]],
  )
}
