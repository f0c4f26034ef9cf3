/** One evaluation of a rule on the whole fleet: only what changes is told. */
import type { AlertEventKind, AlertRule, AlertState, AlertSubject } from '@/lib/domain/alert'
import type { AlertRuleId } from '@/lib/domain/ids'
import { advance } from './advance'
import { type Look, lookOf, type Measured, type World } from './measure'

/** Where a rule stood on a subject. What is `ok` need not be kept. */
export type KeptState = { subject: AlertSubject; state: AlertState }

/** Where one rule stood, by the id of the subject: a rule looks at subjects of one kind. */
export type KeptStates = ReadonlyMap<string, KeptState>

export type Transition = {
  ruleId: AlertRuleId
  subject: AlertSubject
  /** null = the subject is gone, or nothing is said about it any more */
  measured: Measured | null
  before: AlertState
  after: AlertState
  events: AlertEventKind[]
}

/** Subjects judged between two chances to give way: about a millisecond. */
const SUBJECTS_AT_ONCE = 1_000

/**
 * Judges one rule, in parts: between two of them the caller may do something else, as long as neither the kept states
 * nor the world change. A kept state whose subject is no longer measured ends: a thing only leaves the inventory when
 * its list was read fully and lacks it, so it is gone and not merely unread. Rules that are off end theirs, too.
 */
export function* judgeRule(rule: AlertRule, kept: KeptStates, world: World): Generator<Transition[], void> {
  const found = new Set<string>()
  if (rule.enabled) {
    const look = lookOf(rule, world)
    for (let from = 0; from < look.count; from += SUBJECTS_AT_ONCE) {
      yield judgeSome(rule, kept, found, look, world.now, from, Math.min(look.count, from + SUBJECTS_AT_ONCE))
    }
  }
  if (found.size === kept.size) return
  yield [...kept].flatMap(([id, { subject, state }]) => (found.has(id) ? [] : [endOf(rule.id, subject, state)]))
}

/** Ends everything a rule had begun that is no more. */
export const endRule = (ruleId: AlertRuleId, kept: KeptStates): Transition[] =>
  [...kept.values()].map(({ subject, state }) => endOf(ruleId, subject, state))

/** Judges one rule in one go. */
export const evaluateRule = (rule: AlertRule, kept: KeptStates, world: World): Transition[] =>
  [...judgeRule(rule, kept, world)].flat()

function judgeSome(
  rule: AlertRule,
  kept: KeptStates,
  found: Set<string>,
  look: Look,
  now: World['now'],
  from: number,
  to: number,
): Transition[] {
  const transitions: Transition[] = []
  for (let place = from; place < to; place += 1) {
    const reading = look.readingAt(place)
    if (reading === null) continue
    const id = look.idAt(place)
    const before = kept.get(id)?.state ?? OK
    if (before !== OK) found.add(id)
    const { state: after, events } = advance(rule, before, reading, now)
    if (after === before || (after.is === 'ok' && before.is === 'ok')) continue
    if (events.length === 0 && onlyRefreshes(before, after)) continue
    const measured = look.measuredAt(place)
    transitions.push({ ruleId: rule.id, subject: measured.subject, measured, before, after, events })
  }
  return transitions
}

const OK: AlertState = { is: 'ok' }

/** A figure that moved by less is the same to a person. */
const SAME_FIGURE = 0.001

/**
 * Whether nothing but the figure moved, and that hardly: not worth a write at every evaluation. When it was last told
 * is known from the reading of its connection.
 */
function onlyRefreshes(before: AlertState, after: AlertState): boolean {
  if (before.is === 'ok' || after.is === 'ok') return false
  if (Math.abs(after.value - before.value) > Math.abs(before.value) * SAME_FIGURE) return false
  if (before.severity !== after.severity || before.ruleVersion !== after.ruleVersion) return false
  if (before.is === 'pending' || after.is === 'pending') return before.is === after.is
  return (
    before.stale === after.stale &&
    before.rising?.since === after.rising?.since &&
    before.rising?.severity === after.rising?.severity &&
    before.clearing?.since === after.clearing?.since &&
    before.clearing?.to === after.clearing?.to
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
