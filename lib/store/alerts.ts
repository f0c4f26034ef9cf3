/** Alerts as people see them, and what people do with them. */
import { type Acknowledgement, type Alert, type AlertEventKind, FILLING_KINDS, type Silence } from '@/lib/domain/alert'
import { type AlertId, type AlertRuleId, asId, type ConnectionId, type SilenceId } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import { acknowledgedSchema, clearingSchema, ruleKindOf, severityOf, silenceScopeSchema, subjectOf } from './alert-json'
import { recordChange } from './changes'
import type { Db } from './client'
import { cleanText } from './text'
import type { Tx } from './tx'

export type AlertColumns = {
  id: string
  ruleId: string
  ruleName: string
  kind: string
  subjectOf: string
  subjectId: string
  subjectName: string
  connectionId: string | null
  where: string
  severity: string
  since: Instant
  firedAt: Instant
  resolvedAt: Instant | null
  value: number
  valueAt: Instant
  stale: boolean
  clearing: unknown
  acknowledged: unknown
  assignee: string | null
  underId: string | null
}

/**
 * When an open alert's figure was last told: at the last reading of where it comes from, which need not have moved it.
 * What is stale or over is as old as it was then.
 */
const VALUE_AT = `CASE WHEN a.stale OR a.resolved_at IS NOT NULL THEN a.value_at ELSE greatest(a.value_at,
  (SELECT CASE a.subject_of WHEN 'storage' THEN s.storages_at WHEN 'guest' THEN s.guests_at END
   FROM connection_states s WHERE s.connection_id = a.connection_id)) END`

const columns = (
  valueAt: string,
): string => `a.id, a.rule_id AS "ruleId", a.rule_name AS "ruleName", a.kind, a.subject_of AS "subjectOf",
  a.subject_id AS "subjectId", a.subject_name AS "subjectName", a.connection_id AS "connectionId",
  a.where_name AS "where", a.severity, a.since, a.fired_at AS "firedAt", a.resolved_at AS "resolvedAt", a.value,
  ${valueAt} AS "valueAt", a.stale, a.clearing, a.acknowledged, a.assignee, a.under_id AS "underId"`

const COLUMNS = columns(VALUE_AT)
/** As it was written, for those who go on from there. */
export const ALERT_COLUMNS = columns('a.value_at')

/**
 * `silencedBy` is decided by the engine from the silences in force; a row does not hold it. Field by field, because
 * tens of thousands are read at once: spreading the rest of a row took most of the time.
 */
export const alertFrom = (row: AlertColumns): Alert => ({
  id: asId<AlertId>(row.id),
  ruleId: asId<AlertRuleId>(row.ruleId),
  ruleName: row.ruleName,
  kind: ruleKindOf(row.kind),
  subject: subjectOf(row.subjectOf, row.subjectId),
  subjectName: row.subjectName,
  connectionId: row.connectionId === null ? null : asId<ConnectionId>(row.connectionId),
  where: row.where,
  severity: severityOf(row.severity),
  since: row.since,
  firedAt: row.firedAt,
  resolvedAt: row.resolvedAt,
  value: row.value,
  valueAt: row.valueAt,
  stale: row.stale,
  clearing: row.clearing === null ? null : clearingSchema.parse(row.clearing),
  acknowledged: acknowledgedSchema.parse(row.acknowledged),
  assignee: row.assignee,
  silencedBy: null,
  underId: row.underId === null ? null : asId<AlertId>(row.underId),
})

/** Every alert that fires now: the most severe first, what fills up before the rest, storages before what lies on them, then the oldest. */
export async function openAlerts(db: Db): Promise<Alert[]> {
  const rows = await db.query<AlertColumns>(
    `SELECT ${COLUMNS} FROM alerts a WHERE a.resolved_at IS NULL
     ORDER BY array_position(ARRAY['emergency', 'critical', 'warning'], a.severity), a.kind <> ALL($1),
       a.subject_of <> 'storage', a.fired_at, a.rule_id, a.subject_id, a.id`,
    [FILLING_KINDS],
  )
  return rows.map(alertFrom)
}

/** Alerts that ended, newest first, those after the given one. Many end in one evaluation: the id tells them apart. */
export async function closedAlerts(
  db: Db,
  limit: number,
  after: { resolvedAt: Instant; id: string } | null,
): Promise<Alert[]> {
  const rows = await db.query<AlertColumns>(
    `SELECT ${COLUMNS} FROM alerts a WHERE a.resolved_at IS NOT NULL
       AND ($2::timestamptz IS NULL OR a.resolved_at < $2 OR (a.resolved_at = $2 AND a.id > $3))
     ORDER BY a.resolved_at DESC, a.id LIMIT $1`,
    [limit, after?.resolvedAt ?? null, after?.id ?? null],
  )
  return rows.map(alertFrom)
}

/** Those that ended since then and that some channel was told of: they are owed an end. */
export async function alertsOwedAnEnd(db: Db): Promise<Alert[]> {
  const rows = await db.query<AlertColumns>(
    `SELECT ${ALERT_COLUMNS} FROM alerts a WHERE a.resolved_at IS NOT NULL
       AND EXISTS (SELECT 1 FROM notify_logs n WHERE n.alert_id = a.id AND NOT n.resolved_sent)`,
  )
  return rows.map(alertFrom)
}

/** Who has which open alert: people change that between two evaluations. */
export async function acknowledgements(db: Db): Promise<Map<AlertId, Acknowledgement>> {
  const rows = await db.query<{ id: AlertId; acknowledged: unknown }>(
    'SELECT id, acknowledged FROM alerts WHERE acknowledged IS NOT NULL AND resolved_at IS NULL',
  )
  return new Map(
    rows.flatMap(({ id, acknowledged }) => {
      const acknowledgement = acknowledgedSchema.parse(acknowledged)
      return acknowledgement === null ? [] : [[id, acknowledgement]]
    }),
  )
}

/** One alert, null when there is none of this id. */
export async function findAlert(db: Db, id: AlertId): Promise<Alert | null> {
  const [row] = await db.query<AlertColumns>(`SELECT ${COLUMNS} FROM alerts a WHERE a.id = $1`, [id])
  return row === undefined ? null : alertFrom(row)
}

export type AlertEvent = {
  at: Instant
  event:
    | Exclude<AlertEventKind, 'pending' | 'calmed'>
    | 'acknowledged'
    | 'assigned'
    | 'commented'
    | 'prepared'
    | 'cleaned-up'
  severity: Alert['severity'] | null
  by: string | null
  text: string
}

/** What happened to an alert, oldest first. */
export async function alertEvents(db: Db, id: AlertId): Promise<AlertEvent[]> {
  return db.query<AlertEvent>(
    'SELECT at, event, severity, by, text FROM alert_events WHERE alert_id = $1 ORDER BY id LIMIT 1000',
    [id],
  )
}

/** Somebody has it. A later one takes the place of an earlier one. */
export const acknowledgeAlert = (tx: Tx, id: AlertId, acknowledged: Acknowledgement): Promise<Outcome<Alert>> =>
  changeAlert(tx, id, 'acknowledged = $2', JSON.stringify(acknowledged), {
    event: 'acknowledged',
    by: acknowledged.by,
    at: acknowledged.at,
    text: acknowledged.note,
  })

/** Gives it to somebody, or to nobody. */
export const assignAlert = (
  tx: Tx,
  id: AlertId,
  input: { assignee: string | null; by: string; at: Instant },
): Promise<Outcome<Alert>> =>
  changeAlert(tx, id, 'assignee = $2', input.assignee === null ? null : cleanText(input.assignee), {
    event: 'assigned',
    by: input.by,
    at: input.at,
    text: input.assignee ?? '',
  })

async function changeAlert(
  tx: Tx,
  id: AlertId,
  set: string,
  value: string | null,
  event: Pick<AlertEvent, 'event' | 'at' | 'text'> & { by: string },
): Promise<Outcome<Alert>> {
  const [row] = await tx.query<AlertColumns>(
    `UPDATE alerts a SET ${set} WHERE a.id = $1 AND a.resolved_at IS NULL RETURNING ${COLUMNS}`,
    [id, value],
  )
  if (row === undefined) return refused({ code: 'missing', what: 'alert', name: id })
  await addEvent(tx, id, event)
  return ok(alertFrom(row))
}

/** A word about it, also after it ended. */
export async function commentAlert(
  tx: Tx,
  id: AlertId,
  input: { text: string; by: string; at: Instant },
): Promise<Outcome<Alert>> {
  const alert = await findAlert(tx, id)
  if (alert === null) return refused({ code: 'missing', what: 'alert', name: id })
  await addEvent(tx, id, { ...input, event: 'commented' })
  return ok(alert)
}

/** An automatic clean-up was begun for it, by this policy. */
export const noteCleanUpOnAlert = (tx: Tx, id: AlertId, input: { by: string; at: Instant }): Promise<void> =>
  addEvent(tx, id, { ...input, event: 'cleaned-up', text: '' })

async function addEvent(
  tx: Tx,
  id: AlertId,
  event: Pick<AlertEvent, 'event' | 'at' | 'text'> & { by: string },
): Promise<void> {
  await tx.query('INSERT INTO alert_events (alert_id, at, event, by, text) VALUES ($1, $2, $3, $4, $5)', [
    id,
    event.at,
    event.event,
    cleanText(event.by),
    cleanText(event.text),
  ])
  await recordChange(tx, 'alerts', null)
}

type SilenceColumns = { id: string; scope: unknown; from: Instant; until: Instant; reason: string; by: string }
const SILENCE = `id, scope, from_at AS "from", until_at AS "until", reason, created_by AS by`
const silenceFrom = (row: SilenceColumns): Silence => ({
  ...row,
  id: asId<SilenceId>(row.id),
  scope: silenceScopeSchema.parse(row.scope),
})

/** Silences that are not over at `now`. */
export async function silencesAt(db: Db, now: Instant): Promise<Silence[]> {
  const rows = await db.query<SilenceColumns>(
    `SELECT ${SILENCE} FROM silences WHERE until_at > $1 ORDER BY until_at, id`,
    [now],
  )
  return rows.map(silenceFrom)
}

export async function insertSilence(tx: Tx, silence: Silence): Promise<void> {
  await tx.query(
    'INSERT INTO silences (id, scope, from_at, until_at, reason, created_by) VALUES ($1, $2, $3, $4, $5, $6)',
    [silence.id, JSON.stringify(silence.scope), silence.from, silence.until, cleanText(silence.reason), silence.by],
  )
  await recordChange(tx, 'alerts', null)
}

/** Ends a silence now. */
export async function endSilence(tx: Tx, id: SilenceId, now: Instant): Promise<Outcome<Silence>> {
  const [row] = await tx.query<SilenceColumns>(
    `UPDATE silences SET until_at = $2 WHERE id = $1 AND until_at > $2 RETURNING ${SILENCE}`,
    [id, now],
  )
  if (row === undefined) return refused({ code: 'missing', what: 'silence', name: id })
  await recordChange(tx, 'alerts', null)
  return ok(silenceFrom(row))
}
