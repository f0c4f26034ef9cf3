import { describe, expect, it } from 'vitest'
import { median, percentile } from './stats'

describe('statistics of a bench', () => {
  it('takes the value in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2)
  })

  it('takes a value that was measured, never one between two', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1)
    expect(percentile(values, 0.95)).toBe(95)
    expect(percentile([7], 0.95)).toBe(7)
  })

  it('has no answer for nothing', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})
