/** Many alerts as few things to do. */
import { type Alert, type RuleKind, severityNow } from '@/lib/domain/alert'

/** The same warning on so many guests. */
export type Alike = { kind: RuleKind; guests: number }

/** So many of a kind are still looked at one by one. */
const MOST_APART = 3

/**
 * What one warning says of many guests is one thing to do; whatever is worse, or about something else, stands for
 * itself. The order stays, and what is gathered takes the place of its first.
 */
export function gatherAlike(alerts: readonly Alert[]): (Alert | Alike)[] {
  const counts = new Map<RuleKind, number>()
  for (const alert of alerts) if (isOneOfMany(alert)) counts.set(alert.kind, (counts.get(alert.kind) ?? 0) + 1)
  const gathered = new Set<RuleKind>()
  return alerts.flatMap((alert): (Alert | Alike)[] => {
    const guests = counts.get(alert.kind) ?? 0
    if (!isOneOfMany(alert) || guests <= MOST_APART) return [alert]
    if (gathered.has(alert.kind)) return []
    gathered.add(alert.kind)
    return [{ kind: alert.kind, guests }]
  })
}

const isOneOfMany = (alert: Alert) => alert.subject.of === 'guest' && severityNow(alert) === 'warning'
