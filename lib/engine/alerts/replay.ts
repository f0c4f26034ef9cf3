/** What a rule would have fired on: the state machine itself, run over a past that is kept in steps. */
import type { AlertRule, AlertState, Severity } from '@/lib/domain/alert'
import type { Bytes, Instant, Millis } from '@/lib/domain/units'
import { advance } from './advance'

/** One step of a storage's past: the most that was used in it. Null = not known. */
export type PastStep = {
  at: Instant
  usedBytes: Bytes | null
  /** what could truly be used */
  usableBytes: Bytes | null
  metadataRatio: number | null
}

/** Kinds whose past is kept. Of the others only the present is known. */
export const REPLAYED_KINDS = ['storage-used', 'storage-free', 'thin-metadata'] as const
export type ReplayedKind = (typeof REPLAYED_KINDS)[number]

export type PastFiring = { severity: Severity; from: Instant; until: Instant | null }

/**
 * Runs a rule over the past of one storage, oldest step first. A hold shorter than a step counts as none, because a step
 * is the worst moment in it: what is told is at most what would have fired. A step nobody read changes nothing.
 */
export function replayRule(rule: AlertRule, kind: ReplayedKind, past: readonly PastStep[], step: Millis): PastFiring[] {
  const asked: AlertRule = {
    ...rule,
    holdMillis: rule.holdMillis < step ? 0 : rule.holdMillis,
    clearHoldMillis: rule.clearHoldMillis < step ? 0 : rule.clearHoldMillis,
  }
  const firings: PastFiring[] = []
  let state: AlertState = { is: 'ok' }
  let worst: Severity | null = null
  for (const moment of past) {
    const value = VALUE_OF[kind](moment)
    if (value === null) continue
    const { at } = moment
    const advanced = advance(asked, state, { told: true, value, at }, at)
    if (advanced.state.is === 'firing') {
      if (worst === null || advanced.events.includes('raised')) worst = advanced.state.severity
      if (advanced.events.includes('fired')) firings.push({ severity: worst, from: at, until: null })
    }
    const last = firings.at(-1)
    if (last !== undefined && worst !== null) {
      const over = advanced.events.includes('resolved')
      firings[firings.length - 1] = { ...last, severity: worst, until: over ? at : last.until }
      if (over) worst = null
    }
    state = advanced.state
  }
  return firings
}

const VALUE_OF: Record<ReplayedKind, (step: PastStep) => number | null> = {
  'storage-used': ({ usedBytes: used, usableBytes: usable }) =>
    used === null || usable === null || usable === 0 ? null : used / usable,
  'storage-free': ({ usedBytes: used, usableBytes: usable }) =>
    used === null || usable === null ? null : Math.max(0, usable - used),
  'thin-metadata': ({ metadataRatio }) => metadataRatio,
}
