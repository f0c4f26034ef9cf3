/** From alerts to notices that are due, put into the outbox in the transaction that decided so. */
import type { Alert } from '@/lib/domain/alert'
import type { AlertFacts } from '@/lib/domain/alert-facts'
import type { ConnectionId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import { mutes } from '@/lib/engine/alerts/mute'
import { dueFor, type RouteFacts } from '@/lib/engine/alerts/route'
import { noticeOf } from '@/lib/notify/notice-words'
import { listRules } from '@/lib/store/alert-rules'
import { alertsOwedAnEnd, silencesAt } from '@/lib/store/alerts'
import { listChannels } from '@/lib/store/channels'
import { enqueueNotice, notifyKey, notifyLogs } from '@/lib/store/deliveries'
import { openOperationsByGuest } from '@/lib/store/operations-open'
import type { Tx } from '@/lib/store/tx'

/** Decides for every channel what it is told now. Returns how many notices were put into the outbox. */
export async function decideNotices(
  tx: Tx,
  open: readonly Alert[],
  facts: AlertFacts,
  { now, publicUrl, timeZone }: { now: Instant; publicUrl: string; timeZone: string },
): Promise<number> {
  const channels = (await listChannels(tx)).filter(({ enabled }) => enabled)
  if (channels.length === 0) return 0
  const alerts = [...open, ...(await alertsOwedAnEnd(tx))]
  if (alerts.length === 0) return 0
  const logs = await notifyLogs(
    tx,
    alerts.map(({ id }) => id),
  )
  const factsOf = routeFacts(facts)
  const muted = await mutedIn(tx, facts, factsOf, now)
  let notices = 0
  for (const channel of channels) {
    const logOf = (alert: Alert) => logs.get(notifyKey(channel.id, alert.id))
    const due = dueFor(channel, alerts, { log: logOf, facts: factsOf, isMuted: muted, timeZone }, now)
    if (due.length === 0) continue
    const toldBefore = (alert: Alert) => logOf(alert)?.told ?? 0
    const notice = noticeOf({ channel, due, toldBefore, publicUrl, timeZone, now })
    const told = due.map(({ alert, why }) => ({
      alertId: alert.id,
      severity: alert.severity,
      resolved: why === 'resolved',
    }))
    await enqueueNotice(tx, { channelId: channel.id, notice, told })
    notices += 1
  }
  return notices
}

function routeFacts(facts: AlertFacts): (alert: Alert) => RouteFacts {
  const guests = new Map<string, RouteFacts>(
    facts.guests.map(({ id, tags, environment }) => [id, { tags, environment }]),
  )
  return ({ subject }) => (subject.of === 'guest' ? guests.get(subject.id) : undefined) ?? { tags: [], environment: '' }
}

async function mutedIn(
  tx: Tx,
  facts: AlertFacts,
  factsOf: (alert: Alert) => RouteFacts,
  now: Instant,
): Promise<(alert: Alert) => boolean> {
  const rules = new Map((await listRules(tx)).map((rule) => [rule.id, rule]))
  const silences = await silencesAt(tx, now)
  const openOperations = await openOperationsByGuest(tx)
  const silent = new Set(
    [...facts.storages, ...facts.guests]
      .filter(({ unread }) => unread !== null)
      .map(({ connectionId }) => connectionId),
  )
  const down = new Map<ConnectionId, Instant | null>(
    facts.connections.filter(({ id }) => silent.has(id)).map(({ id, lastAnswerAt }) => [id, lastAnswerAt]),
  )
  return (alert) =>
    mutes(
      alert,
      { silences, down, openOperations, tags: factsOf(alert).tags, rule: rules.get(alert.ruleId) ?? null },
      now,
    ) !== null
}
