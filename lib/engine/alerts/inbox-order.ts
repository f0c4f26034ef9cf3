/** The order of the inbox: what needs a person now, then what can wait; effects directly below their cause. */
import { type Alert, isAcknowledgedAt, severityNow } from '@/lib/domain/alert'
import type { Instant } from '@/lib/domain/units'

export type InboxGroup = 'now' | 'later'
/** One line. An effect (`nested`) is in the group of its cause, also when it alone could wait. */
export type Placed<Row extends Alert> = { alert: Row; nested: boolean; group: InboxGroup }

/** An emergency, or something critical that nobody has; as bad as its figure is by now. */
export function needsNow(alert: Alert, now: Instant): boolean {
  const severity = severityNow(alert)
  return (
    severity === 'emergency' || (severity === 'critical' && alert.assignee === null && !isAcknowledgedAt(alert, now))
  )
}

/** Places alerts as given (most urgent first): everything that needs somebody now, then the rest. */
export function placeAlerts<Row extends Alert>(alerts: readonly Row[], now: Instant): Placed<Row>[] {
  const ids = new Set(alerts.map(({ id }) => id))
  const heads: Row[] = []
  const effects = new Map<string, Row[]>()
  for (const alert of alerts) {
    const { underId } = alert
    if (underId === null || !ids.has(underId)) heads.push(alert)
    else effects.set(underId, [...(effects.get(underId) ?? []), alert])
  }
  const rowsOf =
    (group: InboxGroup) =>
    (head: Row): Placed<Row>[] => [
      { alert: head, nested: false, group },
      ...(effects.get(head.id) ?? []).map((alert) => ({ alert, nested: true, group })),
    ]
  const urgent = heads.filter((head) => needsNow(head, now))
  const waiting = heads.filter((head) => !needsNow(head, now))
  return [...urgent.flatMap(rowsOf('now')), ...waiting.flatMap(rowsOf('later'))]
}

/** How many of a group stand by themselves: effects are counted with their cause. */
export const countHeads = (rows: readonly Placed<Alert>[], group: InboxGroup): number =>
  rows.filter((row) => row.group === group && !row.nested).length
