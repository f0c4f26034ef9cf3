/** The order of the inbox: what needs a person now, then what can wait; effects directly below their cause. Pure. */
import { type Alert, isAcknowledgedAt } from '@/lib/domain/alert'
import type { Instant } from '@/lib/domain/units'

export type InboxRow<Row extends Alert> = { alert: Row; nested: boolean }
export type InboxGroups<Row extends Alert> = { now: InboxRow<Row>[]; later: InboxRow<Row>[] }

/** An emergency, or something critical that nobody has. */
export const needsNow = (alert: Alert, now: Instant): boolean =>
  alert.severity === 'emergency' ||
  (alert.severity === 'critical' && alert.assignee === null && !isAcknowledgedAt(alert, now))

/** Groups alerts as given (most urgent first). An effect goes with its cause, also when it alone could wait. */
export function groupAlerts<Row extends Alert>(alerts: readonly Row[], now: Instant): InboxGroups<Row> {
  const ids = new Set(alerts.map(({ id }) => id))
  const heads = alerts.filter(({ underId }) => underId === null || !ids.has(underId))
  const rowsOf = (head: Row): InboxRow<Row>[] => [
    { alert: head, nested: false },
    ...alerts.filter(({ underId }) => underId === head.id).map((alert) => ({ alert, nested: true })),
  ]
  return {
    now: heads.filter((head) => needsNow(head, now)).flatMap(rowsOf),
    later: heads.filter((head) => !needsNow(head, now)).flatMap(rowsOf),
  }
}

/** How many stand by themselves: effects are counted with their cause. */
export const countHeads = (rows: readonly InboxRow<Alert>[]): number => rows.filter(({ nested }) => !nested).length
