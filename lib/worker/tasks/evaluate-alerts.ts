/**
 * Judges every rule on the whole fleet, then decides which notices are due; both in one transaction, by one worker at
 * a time. Whatever dies in between, nothing is decided twice and nothing decided is lost.
 */
import { setImmediate } from 'node:timers/promises'
import type { Alert } from '@/lib/domain/alert'
import type { AlertFacts } from '@/lib/domain/alert-facts'
import type { GuestId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import { evaluateRule, type KeptState, stateKey } from '@/lib/engine/alerts/evaluate'
import { nestAlerts } from '@/lib/engine/alerts/nest'
import { SHIPPED_RULES } from '@/lib/engine/alerts/shipped-rules'
import { environmentOf } from '@/lib/engine/inventory/environment'
import { alertFacts } from '@/lib/store/alert-facts'
import { ensureShippedRules, listRules } from '@/lib/store/alert-rules'
import { keptStates, mayEvaluate, type StateChange, storeChanges, storeNesting } from '@/lib/store/alert-states'
import { openAlerts } from '@/lib/store/alerts'
import type { Store } from '@/lib/store/client'
import { environmentLimits } from '@/lib/store/environments'
import { type Tx, withTransaction } from '@/lib/store/tx'
import { decideNotices } from './decide-notices'

/** What an evaluation did, for the log and the bench. Null = another worker evaluates now. */
export type Evaluated = { changes: number; notices: number } | null

/** `now` on our clock; `publicUrl` is what links in notices begin with. */
export async function evaluateAlerts(
  store: Store,
  { now, publicUrl, timeZone }: { now: Instant; publicUrl: string; timeZone: string },
): Promise<Evaluated> {
  // Read before the transaction: facts are what was last stored, and a lock is not held while 10,000 guests travel.
  const facts = await alertFacts(store, now, environmentOf)
  return withTransaction(store, async (tx) => {
    if (!(await mayEvaluate(tx))) return null
    await ensureShippedRules(tx, SHIPPED_RULES, now)
    const changes = await judge(tx, facts, now)
    await storeChanges(tx, changes, now)
    const alerts = await openAlerts(tx)
    const nested = await nest(tx, alerts, facts)
    const notices = await decideNotices(tx, nested, facts, { now, publicUrl, timeZone })
    return { changes: changes.length, notices }
  })
}

async function judge(tx: Tx, facts: AlertFacts, now: Instant): Promise<StateChange[]> {
  const rules = await listRules(tx)
  const states = await keptStates(tx)
  const kept = byRule(states)
  const alertIds = new Map(states.map(({ ruleId, subject, alertId }) => [stateKey(ruleId, subject), alertId]))
  const limits = await environmentLimits(tx)
  const changes: StateChange[] = []
  for (const rule of rules) {
    // One rule over 10,000 guests is some milliseconds; thirty in a row would hold everything else up.
    await setImmediate()
    for (const { subject, measured, after, events } of evaluateRule(rule, kept.get(rule.id) ?? NONE, {
      facts,
      limits,
      now,
    })) {
      changes.push({
        rule,
        subject,
        measured,
        after,
        events,
        alertId: alertIds.get(stateKey(rule.id, subject)) ?? null,
      })
    }
  }
  const known = new Set(rules.map(({ id }) => id))
  const orphaned = states.filter(({ ruleId }) => !known.has(ruleId))
  return [...changes, ...orphaned.map(endOfRemovedRule)]
}

const NONE: ReadonlyMap<string, KeptState> = new Map()

/** Each rule looks through its own states only: thirty rules through everybody's were most of an evaluation. */
function byRule(states: readonly KeptState[]): Map<string, Map<string, KeptState>> {
  const kept = new Map<string, Map<string, KeptState>>()
  for (const state of states) {
    const own = kept.get(state.ruleId) ?? new Map<string, KeptState>()
    kept.set(state.ruleId, own.set(stateKey(state.ruleId, state.subject), state))
  }
  return kept
}

/** A rule that was removed ends what it had begun. */
const endOfRemovedRule = ({
  ruleId,
  subject,
  state,
  alertId,
}: Awaited<ReturnType<typeof keptStates>>[number]): StateChange => ({
  rule: { id: ruleId, name: '', kind: 'storage-used' },
  subject,
  measured: null,
  alertId,
  after: { is: 'ok' },
  events: state.is === 'firing' ? ['resolved'] : [],
})

async function nest(tx: Tx, alerts: readonly Alert[], facts: AlertFacts): Promise<Alert[]> {
  const storages = new Map(facts.guests.map(({ id, storageIds }) => [id, storageIds]))
  const under = nestAlerts(alerts, (guest: GuestId) => storages.get(guest) ?? [])
  const moved = alerts.filter(({ id, underId }) => (under.get(id) ?? null) !== underId)
  await storeNesting(tx, new Map(moved.map(({ id }) => [id, under.get(id) ?? null])))
  return alerts.map((alert) => ({ ...alert, underId: under.get(alert.id) ?? null }))
}
