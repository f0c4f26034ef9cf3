/** What the frame around every page counts. */
import type { Instant } from '@/lib/domain/units'
import type { ShellView } from '@/lib/domain/view'
import type { Db } from './client'

/** A silence in force covers alert `a`; those by tag mute notices only and hide nothing here. */
const SILENCED = `EXISTS (SELECT 1 FROM silences s WHERE s.from_at <= $1 AND s.until_at > $1
  AND s.scope <> '{}' AND NOT s.scope ? 'tag'
  AND coalesce(s.scope ->> 'alertId', a.id) = a.id AND coalesce(s.scope ->> 'ruleId', a.rule_id) = a.rule_id
  AND (NOT s.scope ? 'connectionId' OR s.scope ->> 'connectionId' = a.connection_id)
  AND coalesce(s.scope #>> '{subject,of}', a.subject_of) = a.subject_of
  AND coalesce(s.scope #>> '{subject,id}', a.subject_id) = a.subject_id)`

/** How many of each there are, and whether any of it is demo data. */
export async function shellCounts(db: Db, now: Instant): Promise<Pick<ShellView, 'counts' | 'alertsUrgent' | 'demo'>> {
  const [row] = await db.query<ShellView['counts'] & { demo: boolean; urgent: boolean }>(
    `SELECT (SELECT count(*) FROM guests) AS guests, (SELECT count(*) FROM storages) AS storages,
       (SELECT count(*) FROM connections) AS connections,
       EXISTS (SELECT 1 FROM connections WHERE demo) AS demo, f.alerts, coalesce(f.urgent, false) AS urgent
     FROM (SELECT count(*) AS alerts, bool_or(coalesce(a.clearing ->> 'to', CASE WHEN a.clearing IS NULL THEN a.severity END) <> 'warning') AS urgent FROM alerts a
       WHERE a.resolved_at IS NULL AND a.under_id IS NULL AND NOT ${SILENCED}) f`,
    [now],
  )
  if (row === undefined) throw new Error('an aggregate returned no row')
  const { demo, urgent, ...counts } = row
  return { counts, alertsUrgent: urgent, demo }
}
