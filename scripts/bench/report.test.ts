import { describe, expect, it } from 'vitest'
import { type Figure, formatTable, isMet } from './report'

const figure: Figure = {
  bench: 'store',
  what: 'guests list, p95',
  value: 41.26,
  unit: 'ms',
  target: { most: 100 },
  note: '200 requests',
}

describe('the report of a bench', () => {
  it('holds a figure to its target in its direction, the target itself included', () => {
    expect(isMet(figure)).toBe(true)
    expect(isMet({ ...figure, value: 100 })).toBe(true)
    expect(isMet({ ...figure, value: 100.1 })).toBe(false)
    expect(isMet({ ...figure, target: { least: 25 }, value: 24.9 })).toBe(false)
    expect(isMet({ ...figure, target: { least: 25 }, value: 25 })).toBe(true)
  })

  it('never calls a figure met that is none', () => {
    expect(isMet({ ...figure, value: Number.NaN })).toBe(false)
    expect(isMet({ ...figure, target: { least: 25 }, value: Number.POSITIVE_INFINITY })).toBe(false)
  })

  it('says per line what was measured, what was promised and how they compare', () => {
    expect(formatTable([figure, { ...figure, value: 130 }]).split('\n')).toEqual([
      'met     store  guests list, p95  41.3 ms  ≤ 100  200 requests',
      'MISSED  store  guests list, p95  130 ms   ≤ 100  200 requests',
    ])
  })
})
