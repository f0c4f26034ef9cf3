import { describe, expect, it } from 'vitest'
import { GIB, HOUR, MINUTE } from '@/lib/domain/units'
import { draftOf, shownValue } from './rule-draft'

const formOf = (entries: Record<string, string>): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(entries)) form.set(name, value)
  return form
}

describe('a rule as people type it', () => {
  it('reads percent, GiB and hours, and shows them as typed', () => {
    const levels = (kind: Parameters<typeof draftOf>[1], fire: string, clear: string) =>
      draftOf(formOf({ 'fire-warning': fire, 'clear-warning': clear, hold: '10', clearHold: '0' }), kind, null).levels
    expect(levels('storage-used', '82.5', '77')).toEqual([{ severity: 'warning', fire: 0.825, clear: 0.77 }])
    expect(levels('storage-free', '10', '15')).toEqual([{ severity: 'warning', fire: 10 * GIB, clear: 15 * GIB }])
    expect(levels('time-to-full', '4', '6')).toEqual([{ severity: 'warning', fire: 4 * HOUR, clear: 6 * HOUR }])
    expect([shownValue('storage-used', 0.07), shownValue('storage-free', 15 * GIB)]).toEqual([7, 15])
  })

  it('leaves out levels without a figure, and clears where it fires when nothing else is said', () => {
    const draft = draftOf(formOf({ name: 'x', 'fire-critical': '5', hold: '1.5', clearHold: '0' }), 'chain-depth', null)
    expect(draft.levels).toEqual([{ severity: 'critical', fire: 5, clear: 5 }])
    expect(draft.holdMillis).toBe(1.5 * MINUTE)
    expect(draft.enabled).toBe(false)
  })
})
