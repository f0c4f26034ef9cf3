/**
 * The alert state machine, one arrow at a time:
 *
 *   ok ──breach──► pending ──held──► firing ──clear, held──► ok (resolved)
 *    ▲               │ calmed          │ ▲
 *    └───────────────┘                 └─┘ raised, lowered; nothing told: stays, marked stale (never resolves)
 *
 * Silences, acknowledgements and open operations are no states: they are asked for when a notice is due (mute.ts).
 */
import type { AlertEventKind, AlertRule, AlertState, Reading, Severity } from '@/lib/domain/alert'
import { isMoreSevere } from '@/lib/domain/alert'
import { elapsedMillis, type Instant, type Millis } from '@/lib/domain/units'
import { breachedLevel, unclearedLevel } from './level'

export type Advanced = { state: AlertState; events: AlertEventKind[] }

type Pending = Extract<AlertState, { is: 'pending' }>
type Firing = Extract<AlertState, { is: 'firing' }>
type Told = Extract<Reading, { told: true }>

/**
 * Takes one reading of one subject. Total and idempotent: the same reading at the same moment again changes nothing
 * and tells nothing. Holds are measured on the clock of `now`; a clock that went back lengthens a hold and never
 * ends one early.
 */
export function advance(rule: AlertRule, state: AlertState, reading: Reading, now: Instant): Advanced {
  if (!reading.told) return state.is === 'firing' && !state.stale ? goStale(state, reading.at) : { state, events: [] }
  switch (state.is) {
    case 'ok':
      return fromOk(rule, reading, now)
    case 'pending':
      return fromPending(rule, state, reading, now)
    case 'firing':
      return fromFiring(rule, state, reading, now)
  }
}

/** A figure that did not move was not noted again at every reading: it is as old as the last of them. */
const goStale = (state: Firing, toldAt: Instant | null): Advanced => ({
  state: { ...state, at: toldAt !== null && toldAt > state.at ? toldAt : state.at, stale: true },
  events: ['went-stale'],
})

/** Most subjects are so at every evaluation: one value for all of them. */
const STAYS_OK: Advanced = { state: { is: 'ok' }, events: [] }

function fromOk(rule: AlertRule, { value, at }: Told, now: Instant): Advanced {
  const level = breachedLevel(rule, value)
  if (level === null) return STAYS_OK
  const pending: Pending = { is: 'pending', severity: level.severity, since: now, value, ruleVersion: rule.version }
  return rule.holdMillis === 0
    ? { state: fire(pending, value, at, now), events: ['fired'] }
    : { state: pending, events: ['pending'] }
}

function fromPending(rule: AlertRule, state: Pending, { value, at }: Told, now: Instant): Advanced {
  const level = breachedLevel(rule, value)
  if (level === null) return { state: { is: 'ok' }, events: ['calmed'] }
  // The hold is of the breach as a whole: what rises while it waits fires as what it is by then.
  const pending: Pending = { ...state, severity: level.severity, value, ruleVersion: rule.version }
  const over = hasHeld(state.since, rule.holdMillis, now) || state.ruleVersion !== rule.version
  return over ? { state: fire(pending, value, at, now), events: ['fired'] } : { state: pending, events: [] }
}

const fire = ({ severity, since, ruleVersion }: Pending, value: number, at: Instant, now: Instant): Firing => ({
  is: 'firing',
  severity,
  since,
  firedAt: now,
  rising: null,
  clearing: null,
  value,
  at,
  stale: false,
  ruleVersion,
})

function fromFiring(rule: AlertRule, before: Firing, { value, at }: Told, now: Instant): Advanced {
  const events: AlertEventKind[] = before.stale ? ['fresh-again'] : []
  // A changed threshold is judged at once: a person who moved the line sees what it does.
  const atOnce = before.ruleVersion !== rule.version
  const state: Firing = { ...before, value, at, stale: false, ruleVersion: rule.version }
  const breached = breachedLevel(rule, value)
  if (breached !== null && isMoreSevere(breached.severity, state.severity)) {
    const since = state.rising?.since ?? now
    if (atOnce || hasHeld(since, rule.holdMillis, now)) {
      return {
        state: { ...state, severity: breached.severity, rising: null, clearing: null },
        events: [...events, 'raised'],
      }
    }
    return { state: { ...state, rising: { severity: breached.severity, since }, clearing: null }, events }
  }
  const stays = unclearedLevel(rule, value, state.severity)?.severity ?? null
  if (stays === state.severity) return { state: { ...state, rising: null, clearing: null }, events }
  const since = state.clearing?.since ?? now
  if (!atOnce && !hasHeld(since, rule.clearHoldMillis, now)) {
    return { state: { ...state, rising: null, clearing: { to: stays, since } }, events }
  }
  return stays === null ? { state: { is: 'ok' }, events: [...events, 'resolved'] } : lower(state, stays, events)
}

const lower = (state: Firing, severity: Severity, events: AlertEventKind[]): Advanced => ({
  state: { ...state, severity, rising: null, clearing: null },
  events: [...events, 'lowered'],
})

const hasHeld = (since: Instant, hold: Millis, now: Instant): boolean => elapsedMillis(since, now) >= hold
