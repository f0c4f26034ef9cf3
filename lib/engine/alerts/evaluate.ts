/** One evaluation of all rules on the whole fleet: only what changes is told. */
import type { AlertEventKind, AlertRule, AlertState, AlertSubject } from '@/lib/domain/alert'
import type { AlertFacts } from '@/lib/domain/alert-facts'
import type { EnvironmentLimits } from '@/lib/domain/environment'
import type { AlertRuleId, ConnectionId } from '@/lib/domain/ids'
import { elapsedMillis, type Instant, MINUTE, type Millis } from '@/lib/domain/units'
import { advance } from './advance'
import { type Measured, measure } from './measure'

/** Where a rule stood on a subject. What is `ok` need not be kept. */
export type KeptState = { ruleId: AlertRuleId; subject: AlertSubject; state: AlertState }

export type Transition = {
  ruleId: AlertRuleId
  subject: AlertSubject
  /** null = the subject is gone, or nothing is said about it any more */
  measured: { name: string; where: string; connectionId: ConnectionId | null } | null
  before: AlertState
  after: AlertState
  events: AlertEventKind[]
}

/** The identity of a state: one rule on one subject. */
export const stateKey = (ruleId: AlertRuleId, subject: AlertSubject): string => `${ruleId} ${subject.of} ${subject.id}`

/**
 * Judges one rule. A kept state whose subject is no longer measured ends: a thing only leaves the inventory when its
 * list was read fully and lacks it, so it is gone and not merely unread. Rules that are off end theirs, too.
 */
export function evaluateRule(
  rule: AlertRule,
  kept: ReadonlyMap<string, KeptState>,
  world: { facts: AlertFacts; limits: EnvironmentLimits; now: Instant },
): Transition[] {
  const seen = new Set<string>()
  const transitions = (rule.enabled ? measure(rule, world) : []).flatMap((measured) => {
    const key = stateKey(rule.id, measured.subject)
    seen.add(key)
    return stepOf(rule, kept.get(key)?.state ?? { is: 'ok' }, measured, world.now)
  })
  const gone = [...kept].filter(([key, { ruleId }]) => ruleId === rule.id && !seen.has(key))
  return [...transitions, ...gone.map(([, { subject, state }]) => endOf(rule.id, subject, state))]
}

function stepOf(rule: AlertRule, before: AlertState, measured: Measured, now: Instant): Transition[] {
  const { state: after, events } = advance(rule, before, measured.reading, now)
  if (after === before || (after.is === 'ok' && before.is === 'ok')) return []
  if (events.length === 0 && onlyRefreshes(before, after)) return []
  const { subject, name, where, connectionId } = measured
  return [{ ruleId: rule.id, subject, measured: { name, where, connectionId }, before, after, events }]
}

/** A figure that moved by less is the same to a person. */
const SAME_FIGURE = 0.001
/** How old a figure may get that hardly moves: ages grow with every second, and thousands of them fire. */
const REFRESH_AFTER: Millis = 5 * MINUTE

/** Whether a firing only took a newer reading of hardly another figure: not worth a write at every evaluation. */
function onlyRefreshes(before: AlertState, after: AlertState): boolean {
  if (before.is !== 'firing' || after.is !== 'firing') return false
  const { value: was, at: then, ...rest } = before
  const { value, at, ...now } = after
  return (
    Math.abs(value - was) <= Math.abs(was) * SAME_FIGURE &&
    elapsedMillis(then, at) < REFRESH_AFTER &&
    rest.severity === now.severity &&
    rest.stale === now.stale &&
    rest.ruleVersion === now.ruleVersion &&
    rest.rising?.since === now.rising?.since &&
    rest.rising?.severity === now.rising?.severity &&
    rest.clearing?.since === now.clearing?.since &&
    rest.clearing?.to === now.clearing?.to
  )
}

const endOf = (ruleId: AlertRuleId, subject: AlertSubject, before: AlertState): Transition => ({
  ruleId,
  subject,
  measured: null,
  before,
  after: { is: 'ok' },
  events: before.is === 'firing' ? ['resolved'] : before.is === 'pending' ? ['calmed'] : [],
})
