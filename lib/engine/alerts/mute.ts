/** Why a notice is not sent now. Muting never touches an alert's state: what is muted goes on being so. */
import type { Alert, AlertRule, MuteReason, Silence } from '@/lib/domain/alert'
import type { ConnectionId, GuestId, OperationId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'

/** What muting is decided from, besides the alert. */
export type MuteWorld = {
  silences: readonly Silence[]
  /** connections that do not answer, with since when */
  down: ReadonlyMap<ConnectionId, Instant | null>
  /** queued or running operations by the guest they work on */
  openOperations: ReadonlyMap<GuestId, OperationId>
  /** tags of the alert's subject */
  tags: readonly string[]
  rule: Pick<AlertRule, 'enabled'> | null
}

/** The first reason that holds, in the order people would name them; null = the notice may go. */
export function mutes(alert: Alert, world: MuteWorld, now: Instant): MuteReason | null {
  if (world.rule?.enabled !== true) return { mute: 'rule-off' }
  const silence = world.silences.find((each) => isActive(each, now) && covers(each, alert, world.tags))
  if (silence !== undefined) return { mute: 'silenced', silenceId: silence.id, until: silence.until }
  // What a silent host is said to do is old news; that it is silent is an alert of its own.
  if (alert.connectionId !== null && alert.kind !== 'stale-data' && world.down.has(alert.connectionId)) {
    const since = world.down.get(alert.connectionId) ?? null
    return { mute: 'source-down', connectionId: alert.connectionId, since }
  }
  if (alert.subject.of === 'guest') {
    const operationId = world.openOperations.get(alert.subject.id)
    if (operationId !== undefined) return { mute: 'operation-open', operationId }
  }
  return alert.underId === null ? null : { mute: 'under-another', alertId: alert.underId }
}

/** Whether a silence is in force. Its end is exclusive: at 09:00 "until 09:00" is over. */
export const isActive = (silence: Silence, now: Instant): boolean => silence.from <= now && now < silence.until

/** Whether every field the silence names fits the alert. A scope that names nothing covers nothing. */
export function covers({ scope }: Silence, alert: Alert, tags: readonly string[]): boolean {
  const wanted = [
    scope.alertId === undefined ? null : scope.alertId === alert.id,
    scope.ruleId === undefined ? null : scope.ruleId === alert.ruleId,
    scope.connectionId === undefined ? null : scope.connectionId === alert.connectionId,
    scope.subject === undefined
      ? null
      : scope.subject.of === alert.subject.of && String(scope.subject.id) === String(alert.subject.id),
    scope.tag === undefined ? null : tags.includes(scope.tag),
  ].filter((fits) => fits !== null)
  return wanted.length > 0 && wanted.every(Boolean)
}
