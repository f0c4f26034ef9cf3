import { describe, expect, it } from 'vitest'
import { growthSeries } from './series'

describe('growth series', () => {
  const series = growthSeries(1, 250)

  it('are the same for the same seed, and others for another', () => {
    expect(growthSeries(1, 5)).toEqual(series.slice(0, 5))
    expect(growthSeries(2, 5)).not.toEqual(series.slice(0, 5))
  })

  it('come in every kind, and of each some fill', () => {
    for (const kind of ['linear', 'weekly', 'steps', 'saw-tooth', 'noise']) {
      const ofKind = series.filter((each) => each.kind === kind)
      expect(ofKind).toHaveLength(50)
      expect(ofKind.filter((each) => each.fullInDays !== null).length, kind).toBeGreaterThan(15)
    }
    expect(series.filter((each) => each.fullInDays === null).length).toBeGreaterThan(15)
  })

  it('stay inside their storage until the moment of the forecast, one sample an hour', () => {
    for (const { samples, capacityBytes, now } of series) {
      expect(samples.length).toBeGreaterThan(7 * 24 - 1)
      expect(samples.at(-1)?.at).toBe(now)
      expect(samples.every(({ usedBytes }) => usedBytes >= 0 && usedBytes < capacityBytes)).toBe(true)
    }
  })
})
