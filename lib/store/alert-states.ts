/** Where rules stand, and what an evaluation changes: states, alerts and their events in one transaction. */
import type { Alert, AlertEventKind, AlertState, AlertSubject } from '@/lib/domain/alert'
import { type AlertId, type AlertRuleId, asId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import { alertStateSchema, subjectOf } from './alert-json'
import { ALERT_COLUMNS, type AlertColumns, alertFrom } from './alerts'
import { rowsInBatches } from './batches'
import { cleanText } from './text'
import type { Tx } from './tx'

/**
 * Waits until nobody else in the whole installation evaluates, and holds the others off until the transaction ends.
 * Returns the number of the last evaluation that changed something: who remembers what it left need not read it again.
 */
export async function beginEvaluation(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ number: number }>('SELECT number FROM alert_evaluations FOR UPDATE')
  if (row === undefined) throw new Error('the row that evaluations are numbered in is gone')
  return row.number
}

/** Numbers the evaluation that this transaction is, because it changed something. */
export async function numberEvaluation(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ number: number }>('UPDATE alert_evaluations SET number = number + 1 RETURNING number')
  if (row === undefined) throw new Error('the row that evaluations are numbered in is gone')
  return row.number
}

export type StoredStanding = { ruleId: AlertRuleId; subject: AlertSubject; state: AlertState; alert: Alert | null }

/** Rows parsed in one go: a state and an alert each, some milliseconds. */
const STATES_AT_ONCE = 500

/** Every state that is not ok, with the alert that fires. */
export async function storedStandings(tx: Tx, each: (standing: StoredStanding) => void): Promise<void> {
  const batches = rowsInBatches<StateColumns & (AlertColumns | NoAlert)>(
    tx,
    `SELECT t.rule_id AS "stateRule", t.subject_of AS of, t.subject_id AS "stateSubject", t.state, ${ALERT_COLUMNS}
     FROM alert_states t LEFT JOIN alerts a ON a.id = t.alert_id AND a.resolved_at IS NULL`,
    STATES_AT_ONCE,
  )
  for await (const rows of batches) {
    for (const row of rows) {
      each({
        ruleId: asId<AlertRuleId>(row.stateRule),
        subject: subjectOf(row.of, row.stateSubject),
        state: alertStateSchema.parse(row.state),
        alert: row.id === null ? null : alertFrom(row),
      })
    }
  }
}

type StateColumns = { stateRule: string; of: string; stateSubject: string; state: unknown }
type NoAlert = { [Column in keyof AlertColumns]: null }

/** One change of one state, as the engine decided it. */
export type StateChange = {
  ruleId: AlertRuleId
  subject: AlertSubject
  after: AlertState
  events: AlertEventKind[]
  /** the alert as it is afterwards, resolved or not; null = there is none */
  alert: Alert | null
}

/** One statement's text stays around half a megabyte, whatever happens to a fleet at once. */
const CHANGES_PER_STATEMENT = 500

/** Stores what an evaluation changed, letting the event loop breathe. */
export async function storeChanges(tx: Tx, changes: readonly StateChange[], now: Instant): Promise<void> {
  for (let from = 0; from < changes.length; from += CHANGES_PER_STATEMENT) {
    const batch = changes.slice(from, from + CHANGES_PER_STATEMENT)
    await tx.query(STORE_CHANGES, [JSON.stringify(batch.map(rowOf)), now])
  }
}

function rowOf({ ruleId, subject, after, events, alert }: StateChange) {
  return {
    rule_id: ruleId,
    rule_name: alert?.ruleName,
    kind: alert?.kind,
    subject_of: subject.of,
    subject_id: subject.id,
    subject_name: cleanText(alert?.subjectName ?? ''),
    connection_id: alert?.connectionId ?? null,
    where_name: cleanText(alert?.where ?? ''),
    alert_id: alert?.id ?? null,
    fired: events.includes('fired'),
    state: after.is === 'ok' ? null : after,
    severity: alert?.severity,
    since: alert?.since,
    fired_at: alert?.firedAt,
    value: alert?.value,
    value_at: alert?.valueAt,
    stale: alert?.stale,
    clearing: alert?.clearing ?? null,
    resolved_at: alert?.resolvedAt ?? null,
    events,
  }
}

const RANK = (severity: string): string => `array_position(ARRAY['warning', 'critical', 'emergency'], ${severity})`

/** Every row of a batch once over the wire, into four tables. No two changes are about the same state. */
const STORE_CHANGES = `WITH r AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(rule_id text, rule_name text, kind text, subject_of text,
      subject_id text, subject_name text, connection_id text, where_name text, alert_id text, fired boolean, state jsonb,
      severity text, since timestamptz, fired_at timestamptz, value double precision, value_at timestamptz,
      stale boolean, clearing jsonb, resolved_at timestamptz, events text[])
  ), fired AS (
    INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, connection_id, where_name,
      severity, worst_severity, since, fired_at, value, value_at, stale, clearing)
    SELECT alert_id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, connection_id, where_name, severity,
      severity, since, fired_at, value, value_at, stale, nullif(clearing, 'null'::jsonb) FROM r WHERE fired
  ), moved AS (
    UPDATE alerts a SET severity = r.severity, value = r.value, value_at = r.value_at, stale = r.stale, clearing = nullif(r.clearing, 'null'::jsonb),
      worst_severity = CASE WHEN ${RANK('r.severity')} > ${RANK('a.worst_severity')} THEN r.severity ELSE a.worst_severity END,
      subject_name = r.subject_name, resolved_at = r.resolved_at
    FROM r WHERE a.id = r.alert_id AND NOT r.fired
  ), kept AS (
    INSERT INTO alert_states (rule_id, subject_of, subject_id, state, alert_id)
    SELECT rule_id, subject_of, subject_id, state, alert_id FROM r WHERE state IS NOT NULL
    ON CONFLICT (rule_id, subject_of, subject_id) DO UPDATE SET state = excluded.state, alert_id = excluded.alert_id
  ), over AS (
    DELETE FROM alert_states s USING r WHERE r.state IS NULL
      AND s.rule_id = r.rule_id AND s.subject_of = r.subject_of AND s.subject_id = r.subject_id
  )
  INSERT INTO alert_events (alert_id, at, event, severity)
  SELECT r.alert_id, $2, event, CASE WHEN r.state IS NOT NULL THEN r.severity END
  FROM r CROSS JOIN unnest(r.events) AS event
  WHERE r.alert_id IS NOT NULL AND event NOT IN ('pending', 'calmed')`

/** Writes which alert stands under which. */
export async function storeNesting(tx: Tx, under: ReadonlyMap<AlertId, AlertId | null>): Promise<void> {
  if (under.size === 0) return
  await tx.query(
    `UPDATE alerts a SET under_id = r.under_id FROM unnest($1::text[], $2::text[]) AS r(id, under_id)
     WHERE a.id = r.id AND a.under_id IS DISTINCT FROM r.under_id`,
    [[...under.keys()], [...under.values()]],
  )
}
