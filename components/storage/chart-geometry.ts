/** Where things stand on a storage's chart: scales, lines, areas, labels. Pure, so that it can be looked at in a test. */
import type { Crossing, Forecast, ForecastPoint } from '@/lib/domain/forecast'
import type { HistoryStep, StorageHistoryView } from '@/lib/domain/storage'
import { DAY, epochMillis, type Instant, instantAt, type Millis } from '@/lib/domain/units'

export const PLOT = { height: 236, top: 26, bottom: 26, right: 116 } as const
/** Labels on one side need this much from each other. */
const LABEL_PITCH = 15
/** A future shorter than this share of the past is not worth a look, one longer than the past is a guess. */
const FUTURE = { least: 0.3, most: 1 }
const TICK_DAYS = [1, 2, 7, 14, 30, 60, 90, 180] as const
const TICK_WIDTH = 84

export type Scales = {
  width: number
  from: Millis
  now: Millis
  to: Millis
  /** lowest share drawn */
  floor: number
  x: (at: Millis) => number
  y: (share: number) => number
}

/** The scales of a chart `width` pixels wide. `capacityBytes` is 100 %. */
export function scalesOf(
  history: StorageHistoryView,
  forecast: Forecast,
  capacityBytes: number,
  width: number,
): Scales {
  const now = epochMillis(history.to)
  const span = now - epochMillis(history.from)
  const full = forecast.status === 'told' ? forecast.crossings.at(-1)?.at : null
  const wanted = full == null ? FUTURE.most / 2 : ((epochMillis(full) - now) * 1.06) / span
  const ahead = forecast.status === 'told' ? Math.min(FUTURE.most, Math.max(FUTURE.least, wanted)) : 0.04
  const lowest = history.steps.reduce((least, step) => {
    const bytes = step.usedBytes === null ? null : step.usedBytes - (step.snapshotBytes ?? 0)
    return bytes === null ? least : Math.min(least, bytes / capacityBytes)
  }, 0.7)
  const floor = Math.max(0, Math.floor((lowest - 0.04) * 10) / 10)
  const from = epochMillis(history.from)
  const to = now + span * ahead
  const plotWidth = Math.max(80, width - PLOT.right)
  const plotHeight = PLOT.height - PLOT.top - PLOT.bottom
  return {
    width,
    from,
    now,
    to,
    floor,
    x: (at) => ((at - from) / (to - from)) * plotWidth,
    y: (share) => PLOT.top + (1 - (Math.min(1.02, Math.max(floor, share)) - floor) / (1 - floor)) * plotHeight,
  }
}

const point = (x: number, y: number): string => `${x.toFixed(1)},${y.toFixed(1)}`

/** The line of what was used, one path for all runs. */
export function usedLine(runs: readonly HistoryStep[][], capacityBytes: number, { x, y }: Scales): string {
  return runs
    .map(
      (run) =>
        `M${run.map((step) => point(x(epochMillis(step.at)), y((step.usedBytes ?? 0) / capacityBytes))).join('L')}`,
    )
    .join('')
}

/** The area below what was used, or below what was used without snapshots where that is known. */
export function areaBelow(
  runs: readonly HistoryStep[][],
  capacityBytes: number,
  { x, y, floor }: Scales,
  part: 'used' | 'data',
): string {
  return runs
    .map((run) => (part === 'used' ? run : run.filter(({ snapshotBytes }) => snapshotBytes !== null)))
    .filter((run) => run.length > 1)
    .map((run) => {
      const top = run.map((step) => {
        const bytes = (step.usedBytes ?? 0) - (part === 'data' ? (step.snapshotBytes ?? 0) : 0)
        return point(x(epochMillis(step.at)), y(bytes / capacityBytes))
      })
      const [first, last] = [run[0], run.at(-1)]
      const base = (step: HistoryStep | undefined) => point(x(epochMillis(step?.at ?? '')), y(floor))
      return `M${base(first)}L${top.join('L')}L${base(last)}Z`
    })
    .join('')
}

/** The path of a forecast up to the right edge, with a point exactly there. */
export function pathWithin(path: readonly ForecastPoint[], to: Millis): ForecastPoint[] {
  const within: ForecastPoint[] = []
  for (const [index, next] of path.entries()) {
    if (epochMillis(next.at) <= to) {
      within.push(next)
      continue
    }
    const before = path[index - 1]
    if (before !== undefined) within.push(between(before, next, to))
    break
  }
  return within
}

function between(before: ForecastPoint, next: ForecastPoint, at: Millis): ForecastPoint {
  const share = (at - epochMillis(before.at)) / (epochMillis(next.at) - epochMillis(before.at))
  const mix = (a: number, b: number): number => a + (b - a) * share
  return {
    at: instantAt(Math.round(at)),
    lowBytes: mix(before.lowBytes, next.lowBytes),
    midBytes: mix(before.midBytes, next.midBytes),
    highBytes: mix(before.highBytes, next.highBytes),
  }
}

/** The band between low and high. */
export function bandOf(path: readonly ForecastPoint[], capacityBytes: number, { x, y }: Scales): string {
  const side = (points: readonly ForecastPoint[], bytes: 'lowBytes' | 'highBytes'): string[] =>
    points.map((each) => point(x(epochMillis(each.at)), y(each[bytes] / capacityBytes)))
  return path.length < 2
    ? ''
    : `M${side(path, 'highBytes').join('L')}L${side([...path].reverse(), 'lowBytes').join('L')}Z`
}

/** The dashed line, through the crossings that are told, so that it and its marks never disagree. */
export function forecastLine(
  path: readonly ForecastPoint[],
  crossings: readonly Crossing[],
  capacityBytes: number,
  { x, y, to }: Scales,
): string {
  const full = crossings.find(({ share }) => share === 1)?.at ?? null
  const points = path.map((each) => ({ at: epochMillis(each.at), share: each.midBytes / capacityBytes }))
  const marks = crossings.flatMap(({ at, share }) => (at === null ? [] : [{ at: epochMillis(at), share }]))
  const end = full === null ? to : Math.min(to, epochMillis(full))
  const start = points[0]
  if (start === undefined) return ''
  // Between marks the path is its own; near one it gives way to it.
  const pitch = (end - start.at) / 12
  const free = points.filter(({ at }) => at < end && marks.every((mark) => Math.abs(mark.at - at) > pitch))
  const all = [start, ...free.slice(1), ...marks.filter(({ at }) => at <= end)].sort((a, b) => a.at - b.at)
  let highest = 0
  const rising = all.map(({ at, share }) => {
    highest = marks.length > 0 ? Math.max(highest, share) : share
    return { at, share: highest }
  })
  const last = points.at(-1)
  if (full === null && last !== undefined && last.at > (rising.at(-1)?.at ?? 0)) rising.push(last)
  return `M${rising.map(({ at, share }) => point(x(at), y(share))).join('L')}`
}

/** Where labels stand so that none lies on another: pushed down from the top, in order. */
export function spread(tops: readonly number[]): number[] {
  const placed: number[] = []
  for (const top of tops) placed.push(Math.max(top, (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + LABEL_PITCH))
  return placed
}

/** Moments for the axis below, at midnight UTC, as many as have room and two at least. */
function ticksOf({ from, to, width }: Scales): Instant[] {
  const room = Math.max(2, Math.floor((width - PLOT.right) / TICK_WIDTH))
  const first = Math.ceil(from / DAY) * DAY
  const ticksEvery = (days: number): Instant[] =>
    Array.from({ length: Math.max(0, Math.ceil((to - first) / (days * DAY))) }, (_, index) =>
      instantAt(first + index * days * DAY),
    )
  const days = TICK_DAYS.find((each) => ticksEvery(each).length <= room) ?? 365
  return ticksEvery(days)
}

/** About what a letter of the axis takes; a Chinese one takes two. */
const LETTER_WIDTH = 6.4
const LABELS_APART = 10

export type AxisLabel = { at: Instant; text: string; x: number; textAnchor: 'start' | 'middle' }

/** Labels below their moments. The first one is moved in from the edge, or left out where it would run into the next. */
export function axisLabels(scales: Scales, nameOf: (at: Instant) => string): AxisLabel[] {
  const labels = ticksOf(scales).map((at, index): AxisLabel & { half: number } => {
    const text = nameOf(at)
    const half = ([...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 2 : 1), 0) * LETTER_WIDTH) / 2
    const x = scales.x(epochMillis(at))
    return index === 0 && x < half
      ? { at, text, x: 0, textAnchor: 'start', half }
      : { at, text, x, textAnchor: 'middle', half }
  })
  const [first, second] = labels
  const end = first?.textAnchor === 'start' ? 2 * first.half : 0
  const runsInto = second !== undefined && end + LABELS_APART > second.x - second.half
  return (runsInto ? labels.slice(1) : labels).map(({ half: _, ...label }) => label)
}
