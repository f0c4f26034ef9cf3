/**
 * Judges every rule on the whole fleet, then decides which notices are due; both in one transaction, by one worker at
 * a time. Whatever dies in between, nothing is decided twice and nothing decided is lost.
 */
import { randomUUID } from 'node:crypto'
import type { Alert, AlertRule } from '@/lib/domain/alert'
import type { AlertFacts } from '@/lib/domain/alert-facts'
import { type AlertId, asId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import { endRule, judgeRule, type KeptStates, type Transition } from '@/lib/engine/alerts/evaluate'
import { nestingOf } from '@/lib/engine/alerts/nest'
import { SHIPPED_RULES } from '@/lib/engine/alerts/shipped-rules'
import { alertAfter } from '@/lib/engine/alerts/standing'
import { environmentOf } from '@/lib/engine/inventory/environment'
import { renewFacts } from '@/lib/store/alert-facts'
import { ensureShippedRules, listRules } from '@/lib/store/alert-rules'
import {
  beginEvaluation,
  numberEvaluation,
  type StateChange,
  storeChanges,
  storeNesting,
} from '@/lib/store/alert-states'
import { recordChange } from '@/lib/store/changes'
import type { Store } from '@/lib/store/client'
import { environmentLimits } from '@/lib/store/environments'
import { type Tx, withTransaction } from '@/lib/store/tx'
import { type AlertMemory, emptyMemory, forget, keepStanding, recall } from '../alert-memory'
import { givingWay } from '../give-way'
import { decideNotices } from './decide-notices'

/** What an evaluation did, for the log and the bench. */
export type Evaluated = { changes: number; notices: number }

export type EvaluateOptions = { now: Instant; publicUrl: string; timeZone: string }

/**
 * `now` on our clock; `publicUrl` is what links in notices begin with. Without a memory everything is read from the
 * database; with the one of the evaluation before, what moved since. What is decided is the same.
 */
export async function evaluateAlerts(
  store: Store | Tx,
  options: EvaluateOptions,
  memory: AlertMemory = emptyMemory(),
): Promise<Evaluated> {
  try {
    return await withTransaction(store, (tx) => evaluate(tx, options, memory))
  } catch (error) {
    // Whether it was committed is not known when the database went away meanwhile.
    forget(memory)
    throw error
  }
}

async function evaluate(tx: Tx, options: EvaluateOptions, memory: AlertMemory): Promise<Evaluated> {
  const { now } = options
  // Facts are read after the wait for others: older ones would undo what they decided.
  await recall(tx, memory, await beginEvaluation(tx))
  const facts = await renewFacts(tx, memory.facts, now, environmentOf)
  const rules = await rulesInForce(tx, now)
  const changes = await judge(tx, rules, facts, memory, now)
  await storeChanges(tx, changes, now)
  const nested = await nest(tx, facts, memory)
  const notices = await decideNotices(tx, { rules, facts, memory, ...options })
  if (changes.length + nested + notices === 0) return { changes: 0, notices: 0 }
  memory.number = await numberEvaluation(tx)
  // Last: it holds up everybody else's changes until the transaction ends.
  if (nested > 0 || changes.some(({ alert }) => alert !== null)) await recordChange(tx, 'alerts', null)
  return { changes: changes.length, notices }
}

async function rulesInForce(tx: Tx, now: Instant): Promise<AlertRule[]> {
  const rules = await listRules(tx)
  const known = new Set(rules.map(({ id }) => id))
  if (SHIPPED_RULES.every(({ id }) => known.has(id))) return rules
  await ensureShippedRules(tx, SHIPPED_RULES, now)
  return listRules(tx)
}

/** Judges rule by rule and keeps what each leaves: no rule looks at what another one decided. */
async function judge(
  tx: Tx,
  rules: readonly AlertRule[],
  facts: AlertFacts,
  memory: AlertMemory,
  now: Instant,
): Promise<StateChange[]> {
  const world = { facts, limits: await environmentLimits(tx), now }
  const giveWay = givingWay()
  const changes: StateChange[] = []
  const keep = (rule: Pick<AlertRule, 'id' | 'name' | 'kind'>, transition: Transition): void => {
    const { ruleId, subject, after, events } = transition
    const before = memory.standings.get(ruleId)?.get(subject.id)?.alert ?? null
    const alert = alertAfter(transition, before, { rule, newId, now })
    changes.push({ ruleId, subject, after, events, alert })
    keepStanding(memory, ruleId, { subject, state: after, alert })
  }
  for (const rule of rules) {
    const transitions: Transition[][] = []
    for (const part of judgeRule(rule, memory.standings.get(rule.id) ?? NONE, world)) {
      transitions.push(part)
      await giveWay()
    }
    for (const part of transitions) {
      for (const transition of part) keep(rule, transition)
      await giveWay()
    }
  }
  const known = new Set(rules.map(({ id }) => id))
  for (const [ruleId, standings] of [...memory.standings]) {
    if (known.has(ruleId)) continue
    for (const transition of endRule(ruleId, standings)) keep(REMOVED, transition)
  }
  return changes
}

const NONE: KeptStates = new Map()
const newId = (): AlertId => asId<AlertId>(randomUUID())
/** A rule that was removed ends what it had begun; nothing begins by it. */
const REMOVED: Pick<AlertRule, 'id' | 'name' | 'kind'> = { id: asId(''), name: '', kind: 'storage-used' }

/** Puts effects under their causes. Returns how many alerts moved. */
async function nest(tx: Tx, facts: AlertFacts, memory: AlertMemory): Promise<number> {
  const giveWay = givingWay()
  const storages = new Map(facts.guests.map(({ id, storageIds }) => [id, storageIds]))
  const alerts: Alert[] = []
  for (const { alert } of memory.open.values()) if (alert !== null) alerts.push(alert)
  await giveWay()
  const headOf = nestingOf(alerts, (guest) => storages.get(guest) ?? [])
  const moved = new Map<AlertId, AlertId | null>()
  for (const [place, alert] of alerts.entries()) {
    if (place % ALERTS_AT_ONCE === 0) await giveWay()
    const underId = headOf(alert)
    if (underId === alert.underId) continue
    moved.set(alert.id, underId)
    const standing = memory.open.get(alert.id)
    if (standing !== undefined) standing.alert = { ...alert, underId }
  }
  await storeNesting(tx, moved)
  return moved.size
}

const ALERTS_AT_ONCE = 1_000
