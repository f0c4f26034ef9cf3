/** From alerts to notices that are due, put into the outbox in the transaction that decided so. */
import type { Alert, AlertRule } from '@/lib/domain/alert'
import type { AlertFacts } from '@/lib/domain/alert-facts'
import type { Channel } from '@/lib/domain/channel'
import type { ConnectionId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import { mutes } from '@/lib/engine/alerts/mute'
import { type Due, dueOf, gatheredOf, type RouteFacts } from '@/lib/engine/alerts/route'
import { byUrgency } from '@/lib/engine/alerts/urgency'
import { noticeOf } from '@/lib/notify/notice-words'
import { silencesAt } from '@/lib/store/alerts'
import { listChannels } from '@/lib/store/channels'
import { enqueueNotice } from '@/lib/store/deliveries'
import { openOperationsByGuest } from '@/lib/store/operations-open'
import type { Tx } from '@/lib/store/tx'
import { type AlertMemory, noteTold, settleEnded } from '../alert-memory'
import { givingWay } from '../give-way'

export type DecideInput = {
  rules: readonly AlertRule[]
  facts: AlertFacts
  memory: AlertMemory
  now: Instant
  publicUrl: string
  timeZone: string
}

/** Decides for every channel what it is told now. Returns how many notices were put into the outbox. */
export async function decideNotices(tx: Tx, input: DecideInput): Promise<number> {
  const channels = await listChannels(tx)
  const enabled = channels.filter(({ enabled }) => enabled)
  const notices = await decideFor(tx, input, enabled)
  settleEnded(input.memory, new Set(channels.map(({ id }) => id)))
  return notices
}

async function decideFor(tx: Tx, input: DecideInput, channels: readonly Channel[]): Promise<number> {
  const { memory } = input
  const alerts = alertsOf(memory)
  if (channels.length === 0 || alerts.length === 0) return 0
  const giveWay = givingWay()
  const factsOf = routeFacts(input.facts)
  const isMuted = await mutedIn(tx, input, factsOf)
  let notices = 0
  for (const channel of channels) {
    const log = (alert: Alert) => memory.told.get(channel.id)?.get(alert.id)
    const ask = dueOf(channel, { log, facts: factsOf, isMuted, timeZone: input.timeZone }, input.now)
    const due: Due[] = []
    for (const [place, alert] of alerts.entries()) {
      if (place % ALERTS_AT_ONCE === 0) await giveWay()
      const answer = ask(alert)
      if (answer !== null) due.push(answer)
    }
    const now = gatheredOf(channel, due, input.now)
    if (now.length === 0) continue
    await tell(tx, input, channel, now.sort(byMostUrgent))
    notices += 1
  }
  return notices
}

const ALERTS_AT_ONCE = 1_000

const byMostUrgent = (a: Due, b: Due): number => byUrgency(a.alert, b.alert)

function alertsOf({ open, ended }: AlertMemory): Alert[] {
  const alerts: Alert[] = []
  for (const { alert } of open.values()) if (alert !== null) alerts.push(alert)
  return [...alerts, ...ended.values()]
}

/** Puts one notice into the outbox, and remembers of what it tells. */
async function tell(
  tx: Tx,
  { memory, publicUrl, timeZone, now }: DecideInput,
  channel: Channel,
  due: readonly Due[],
): Promise<void> {
  const toldBefore = (alert: Alert) => memory.told.get(channel.id)?.get(alert.id)?.told ?? 0
  const notice = noticeOf({ channel, due, toldBefore, publicUrl, timeZone, now })
  const told = due.map(({ alert, why }) => ({
    alertId: alert.id,
    severity: alert.severity,
    resolved: why === 'resolved',
  }))
  await enqueueNotice(tx, { channelId: channel.id, notice, told })
  for (const { alert, why } of due) {
    noteTold(memory, alert.id, channel.id, {
      lastAt: notice.at,
      lastSeverity: alert.severity,
      resolvedSent: why === 'resolved',
      told: toldBefore(alert) + 1,
    })
  }
}

const NOTHING_KNOWN: RouteFacts = { tags: [], environment: '' }

function routeFacts({ guests }: AlertFacts): (alert: Alert) => RouteFacts {
  const byId = new Map<string, RouteFacts>(guests.map((guest) => [guest.id, guest]))
  return ({ subject }) => (subject.of === 'guest' ? byId.get(subject.id) : undefined) ?? NOTHING_KNOWN
}

async function mutedIn(
  tx: Tx,
  { rules, facts, now }: DecideInput,
  factsOf: (alert: Alert) => RouteFacts,
): Promise<(alert: Alert) => boolean> {
  const ruleOf = new Map(rules.map((rule) => [rule.id, rule]))
  const silences = await silencesAt(tx, now)
  const openOperations = await openOperationsByGuest(tx)
  const down = new Map<ConnectionId, Instant | null>(
    facts.connections.filter(({ unread }) => unread !== null).map(({ id, lastAnswerAt }) => [id, lastAnswerAt]),
  )
  return (alert) =>
    mutes(
      alert,
      { silences, down, openOperations, tags: factsOf(alert).tags, rule: ruleOf.get(alert.ruleId) ?? null },
      now,
    ) !== null
}
