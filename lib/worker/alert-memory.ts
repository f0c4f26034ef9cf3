/**
 * What a worker remembers between two evaluations, so that it reads and writes only what moved. All of it is in the
 * database; whatever is in doubt is forgotten and read from there again.
 */
import type { Alert } from '@/lib/domain/alert'
import type { AlertId, AlertRuleId, ChannelId } from '@/lib/domain/ids'
import { MINUTE, type Millis } from '@/lib/domain/units'
import type { Standing } from '@/lib/engine/alerts/standing'
import { emptyFacts, type FactMemory } from '@/lib/store/alert-facts'
import { storedStandings } from '@/lib/store/alert-states'
import { acknowledgements, alertsOwedAnEnd } from '@/lib/store/alerts'
import { notifyLogs, type ToldOf } from '@/lib/store/deliveries'
import type { Tx } from '@/lib/store/tx'

export type AlertMemory = {
  facts: FactMemory
  /** where each rule stands, by the id of the subject */
  standings: Map<AlertRuleId, Map<string, Standing>>
  /** the standing of every open alert */
  open: Map<AlertId, Standing>
  /** alerts that ended, while some channel is owed their end */
  ended: Map<AlertId, Alert>
  /** what channels were told of these alerts */
  told: Map<ChannelId, Map<AlertId, ToldOf>>
  /** the evaluation all of this is as of; null = nothing is remembered */
  number: number | null
  /** when it was read from the database, on the monotonic clock */
  readAt: Millis
}

export const emptyMemory = (): AlertMemory => ({
  facts: emptyFacts(),
  standings: new Map(),
  open: new Map(),
  ended: new Map(),
  told: new Map(),
  number: null,
  readAt: 0,
})

/** Everything is read again this often, as the sweep of a connection does: it corrects what no signal told. */
const SWEEP_AFTER: Millis = 10 * MINUTE

/** Makes the memory what `number`, the last evaluation, left; nothing is read when it is so already. */
export async function recall(tx: Tx, memory: AlertMemory, number: number): Promise<void> {
  const isOld = performance.now() - memory.readAt > SWEEP_AFTER
  if (memory.number === number && !isOld) {
    await hearOfPeople(tx, memory)
    return
  }
  // Facts are of the inventory: another worker's evaluation leaves them as they were.
  const facts = isOld ? emptyFacts() : memory.facts
  Object.assign(memory, { ...emptyMemory(), facts, readAt: performance.now() })
  await storedStandings(tx, ({ ruleId, ...standing }) => {
    keepStanding(memory, ruleId, standing)
  })
  for (const alert of await alertsOwedAnEnd(tx)) memory.ended.set(alert.id, alert)
  await notifyLogs(tx, (alertId, channelId, told) => {
    noteTold(memory, alertId, channelId, told)
  })
  memory.number = number
}

/** Forgets everything: what of it the database holds is not known. */
export function forget(memory: AlertMemory): void {
  Object.assign(memory, emptyMemory())
}

/** Between two evaluations people acknowledge; nothing else of an open alert that decides notices is theirs. */
async function hearOfPeople(tx: Tx, memory: AlertMemory): Promise<void> {
  for (const [id, acknowledged] of await acknowledgements(tx)) {
    const standing = memory.open.get(id)
    if (standing?.alert != null) standing.alert = { ...standing.alert, acknowledged }
  }
}

/** Keeps where a rule stands on a subject now; `ok` is not kept. */
export function keepStanding(memory: AlertMemory, ruleId: AlertRuleId, standing: Standing): void {
  const ofRule = memory.standings.get(ruleId) ?? new Map<string, Standing>()
  const before = ofRule.get(standing.subject.id)?.alert ?? null
  if (before !== null && before.id !== standing.alert?.id) memory.open.delete(before.id)
  if (standing.state.is === 'ok') ofRule.delete(standing.subject.id)
  else ofRule.set(standing.subject.id, standing)
  if (ofRule.size === 0) memory.standings.delete(ruleId)
  else memory.standings.set(ruleId, ofRule)
  if (standing.alert === null) return
  if (standing.alert.resolvedAt === null) memory.open.set(standing.alert.id, standing)
  else {
    memory.open.delete(standing.alert.id)
    memory.ended.set(standing.alert.id, standing.alert)
  }
}

/** Notes what a channel was told. */
export function noteTold(memory: AlertMemory, alertId: AlertId, channelId: ChannelId, told: ToldOf): void {
  const ofChannel = memory.told.get(channelId) ?? new Map<AlertId, ToldOf>()
  memory.told.set(channelId, ofChannel.set(alertId, told))
}

/** Lets go of ended alerts that nobody is owed the end of. A channel that is gone is owed nothing. */
export function settleEnded({ ended, told }: AlertMemory, channels: ReadonlySet<ChannelId>): void {
  for (const channelId of told.keys()) if (!channels.has(channelId)) told.delete(channelId)
  for (const id of ended.keys()) {
    if ([...told.values()].some((ofChannel) => ofChannel.get(id)?.resolvedSent === false)) continue
    ended.delete(id)
    for (const ofChannel of told.values()) ofChannel.delete(id)
  }
  for (const [channelId, ofChannel] of told) if (ofChannel.size === 0) told.delete(channelId)
}
