/** Which notices a channel is due, from the alerts, its route, its hours and what it was told before. */
import type { Alert, NotifyLog, NotifyReason } from '@/lib/domain/alert'
import { SEVERITIES, severityNow } from '@/lib/domain/alert'
import type { Channel } from '@/lib/domain/channel'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import { notifyReason } from './notify-reason'
import { isQuiet } from './quiet-hours'

/** The alert as it is told: its severity is what its figure says by now. */
export type Due = { alert: Alert; why: Exclude<NotifyReason, 'none'> }

/** What is known of an alert's subject for routing. */
export type RouteFacts = { tags: readonly string[]; environment: string }

const NEVER: NotifyLog = { lastAt: null, lastSeverity: null, resolvedSent: false }

/**
 * Asks of one alert after the other whether one channel is to be told of it now; null = it is not. `muted` alerts are
 * told of only when they end after having been told. Quiet hours hold back everything but emergencies; what is held
 * back becomes due when they are over.
 */
export function dueOf(
  channel: Channel,
  world: {
    log: (alert: Alert) => NotifyLog | undefined
    facts: (alert: Alert) => RouteFacts
    isMuted: (alert: Alert) => boolean
    timeZone: string
  },
  now: Instant,
): (alert: Alert) => Due | null {
  const quiet = isQuiet(channel.quietHours, now, world.timeZone)
  return (alert) => {
    if (!channel.enabled) return null
    const why = notifyReason(alert, world.log(alert) ?? NEVER, channel, now)
    if (why === 'none') return null
    const told = { ...alert, severity: severityNow(alert) ?? alert.severity }
    // Whoever was told of it is owed its end, also when it had become too small for them before: a pager stays alarmed.
    if (why !== 'resolved' && (world.isMuted(alert) || !routes(channel, told, world.facts(alert)))) return null
    return quiet && told.severity !== 'emergency' ? null : { alert: told, why }
  }
}

/** Of what is due, what goes now: all of it once the first has waited for company, else what cannot wait. */
export const gatheredOf = (channel: Channel, due: readonly Due[], now: Instant): Due[] =>
  due.filter(gathered(channel, due, now) ? () => true : ({ alert, why }) => isUrgent(alert, why))

/** Emergencies never wait for company. Others are told together once the first has waited out the group time. */
const gathered = (channel: Channel, due: readonly Due[], now: Instant): boolean =>
  due.some(
    ({ alert, why }) =>
      elapsedMillis(why === 'resolved' ? (alert.resolvedAt ?? now) : alert.firedAt, now) >= channel.groupMillis,
  )

const isUrgent = (alert: Alert, why: Due['why']): boolean => alert.severity === 'emergency' && why !== 'resolved'

/** Whether the channel's route takes this alert. Tags and environment are the guest's; other subjects have none. */
export function routes({ route }: Channel, alert: Alert, facts: RouteFacts): boolean {
  return (
    SEVERITIES.indexOf(alert.severity) >= SEVERITIES.indexOf(route.leastSeverity) &&
    (route.connectionIds.length === 0 ||
      (alert.connectionId !== null && route.connectionIds.includes(alert.connectionId))) &&
    (route.tags.length === 0 || route.tags.some((tag) => facts.tags.includes(tag))) &&
    (route.environments.length === 0 || route.environments.includes(facts.environment))
  )
}
