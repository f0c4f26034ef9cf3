import { describe, expect, it } from 'vitest'
import type { Forecast } from '@/lib/domain/forecast'
import type { StorageHistoryView } from '@/lib/domain/storage'
import { DAY, HOUR, instantAt } from '@/lib/domain/units'
import { runsOf } from '@/lib/engine/storage/gaps'
import { areaBelow, axisLabels, forecastLine, pathWithin, scalesOf, spread, usedLine } from './chart-geometry'

const NOW = Date.UTC(2026, 7, 31)
const step = (hoursAgo: number, usedBytes: number | null, snapshotBytes: number | null = null) => ({
  at: instantAt(NOW - hoursAgo * HOUR),
  usedBytes,
  usedMaxBytes: usedBytes,
  capacityBytes: 100,
  snapshotBytes,
  provisionedBytes: null,
  metadataRatio: null,
  remembered: false,
})
const history = (steps: StorageHistoryView['steps']): StorageHistoryView => ({
  range: '30d',
  from: instantAt(NOW - 30 * DAY),
  to: instantAt(NOW),
  stepMillis: 3 * HOUR,
  steps,
  events: [],
})
const at = (days: number) => instantAt(NOW + days * DAY)
const told: Forecast = {
  status: 'told',
  madeFrom: instantAt(NOW),
  trend: 'growing',
  perDay: { lowBytes: 0, midBytes: 1, highBytes: 2 },
  crossings: [
    { share: 0.9, at: at(10), earliest: at(5), latest: null },
    { share: 1, at: at(20), earliest: at(10), latest: null },
  ],
  path: [0, 10, 20, 30].map((days) => ({ at: at(days), lowBytes: 80, midBytes: 80 + days, highBytes: 100 })),
}
const SILENT: Forecast = { status: 'silent', because: 'history-short', hasMillis: 0 }

describe('a storage chart', () => {
  it('shows the past, and of the future as much as leads to full', () => {
    const scales = scalesOf(history([step(24, 80)]), told, 100, 900)
    expect(scales.to - scales.now).toBeGreaterThan(20 * DAY)
    expect(scales.to - scales.now).toBeLessThan(25 * DAY)
    expect(scalesOf(history([]), SILENT, 100, 900).to - NOW).toBeLessThan(2 * DAY)
    expect(scales.y(1)).toBeLessThan(scales.y(0.8))
  })

  it('draws a gap as nothing', () => {
    const runs = runsOf([step(30, 80), step(27, 81), step(6, 85), step(3, null), step(0, 86)], 3 * HOUR)
    expect(runs.map((run) => run.length)).toEqual([2, 2])
    expect(usedLine(runs, 100, scalesOf(history([]), SILENT, 100, 900)).match(/M/g)).toHaveLength(2)
  })

  it('draws the part without snapshots only where it is known', () => {
    const scales = scalesOf(history([]), SILENT, 100, 900)
    const runs = runsOf([step(9, 80), step(6, 81, 10), step(3, 82, 10)], 3 * HOUR)
    expect(areaBelow(runs, 100, scales, 'data').match(/L/g)).toHaveLength(3)
    expect(areaBelow(runsOf([step(3, 80)], HOUR), 100, scales, 'data')).toBe('')
  })

  it('leads the dashed line through the crossings it names, and no further than full', () => {
    const scales = scalesOf(history([step(24, 80)]), told, 100, 900)
    if (told.status !== 'told') throw new Error('silent')
    const line = forecastLine(pathWithin(told.path, scales.to), told.crossings, 100, scales)
    const points = line
      .slice(1)
      .split('L')
      .map((text) => text.split(',').map(Number))
    expect(points.at(-1)?.[0]).toBeCloseTo(scales.x(NOW + 20 * DAY), 0)
    expect(points.at(-1)?.[1]).toBeCloseTo(scales.y(1), 0)
    const xs = points.map(([x]) => x ?? 0)
    expect([...xs].sort((a, b) => a - b)).toEqual(xs)
  })

  it('keeps labels apart and ticks few', () => {
    expect(spread([10, 12, 60])).toEqual([10, 25, 60])
    for (const width of [320, 700, 1200]) {
      const labels = axisLabels(scalesOf(history([]), told, 100, width), (at) => at.slice(0, 10))
      expect(labels.length).toBeGreaterThan(1)
      expect(labels.length).toBeLessThanOrEqual(width / 60)
    }
  })

  it('leaves out a first label that would run into the second, on the narrowest phone too', () => {
    const year = { ...history([]), from: instantAt(NOW - 365 * DAY - HOUR) }
    for (const width of [320, 390, 700, 900, 1200]) {
      const labels = axisLabels(scalesOf(year, SILENT, 100, width), () => '28 Nov 2025')
      const [first, second] = labels.map(({ x, textAnchor }) => (textAnchor === 'start' ? x + 70 : x + 35))
      expect(labels.length).toBeGreaterThan(1)
      expect((second ?? 0) - 70).toBeGreaterThanOrEqual(first ?? 0)
    }
  })
})
