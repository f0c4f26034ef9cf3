/**
 * When a storage will be full. Robust against what storages do: snapshots grow and are cleaned up (saw-tooth), guests
 * move in and out (steps), weeks repeat. The trend is a line through weekly means, or through what clean-ups leave; full
 * is when the usual peaks above that trend, in the week as it usually goes, reach the capacity. Pure.
 */
import { CROSSING_SHARES, type Crossing, type Forecast, type ForecastPoint, type UsedAt } from '@/lib/domain/forecast'
import { type Bytes, DAY, instantAt, type Millis } from '@/lib/domain/units'
import { BUCKET, type Bucket, inBuckets } from './buckets'
import { fitSlope, movingMeans } from './line'
import { quantile } from './quantile'
import { findShifts, type Shift } from './shifts'

/** Under three days any line is a guess. */
export const FORECAST_NEEDS: Millis = 3 * DAY
/** What fills later than this does not fill as far as anybody plans. */
export const FORECAST_HORIZON: Millis = 365 * DAY
/** Older weeks say little about the next. */
export const FORECAST_LOOKS_BACK: Millis = 60 * DAY
/** Fewer than this are gaps with something between them. */
const FEWEST_BUCKETS = 8
const SLOTS_A_WEEK = (7 * DAY) / BUCKET
/** From here on there are weekly means to draw a line through, so that a weekly rhythm is no trend. */
const WEEKS_NEED_SLOTS = SLOTS_A_WEEK + 6
/** The range that the past's own slopes cover: four of five. */
const LOW = 0.1
const HIGH = 0.9
/** Peaks this high above the trend come again; higher ones are accidents. */
const PEAK = 0.7
/** Moments of the path: close together at first, where a chart looks. */
const PATH_AT: readonly Millis[] = [0, 1, 2, 4, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365].map(
  (days) => days * DAY,
)
/** A rhythm is one when it was seen twice … */
const WEEK_SHOWS_SLOTS = 2 * SLOTS_A_WEEK
/** … and explains that much of what is around the trend. */
const WEEK_EXPLAINS = 0.5

type Line = { perMilli: number; lowPerMilli: number; highPerMilli: number }

/** Forecasts from the past of one storage, oldest point first, all of them below one capacity. */
export function forecastStorage(input: { points: readonly UsedAt[]; capacityBytes: Bytes | null }): Forecast {
  const { capacityBytes } = input
  const last = input.points.at(-1)
  const first = input.points.find(({ at }) => last !== undefined && at >= last.at - FORECAST_LOOKS_BACK)
  if (last === undefined || first === undefined || capacityBytes === null || capacityBytes <= 0) {
    return { status: 'silent', because: 'figures-missing', hasMillis: 0 }
  }
  const hasMillis = last.at - first.at
  const buckets = inBuckets(input.points, first.at)
  if (hasMillis < FORECAST_NEEDS || buckets.length < FEWEST_BUCKETS) {
    return { status: 'silent', because: 'history-short', hasMillis }
  }
  const shifts = findShifts(buckets)
  const level = withoutMoves(buckets, shifts.kind === 'moves' ? shifts.jumps : [])
  const line = shifts.kind === 'clean-ups' ? fitFloors(level, shifts.jumps) : fitLine(level)
  const from: Standing = { at: last.at, ...standsAt(level, line) }
  return {
    status: 'told',
    madeFrom: instantAt(last.at),
    trend: trendOf(line, capacityBytes),
    perDay: {
      lowBytes: Math.round(line.lowPerMilli * DAY),
      midBytes: Math.round(line.perMilli * DAY),
      highBytes: Math.round(line.highPerMilli * DAY),
    },
    crossings: CROSSING_SHARES.filter((share) => last.usedBytes < share * capacityBytes).map((share) =>
      crossing(share, from, line, capacityBytes),
    ),
    path: pathOf(from, line, last.usedBytes, capacityBytes),
  }
}

/** Where a storage stands now: its trend, its usual peaks and its usual lows. */
type Standing = { at: Millis; mid: number; peak: number; floor: number; week: Float64Array }

/** The past as if what moved in or out had always been where it is now. The buckets it happened in are left out. */
function withoutMoves(buckets: readonly Bucket[], moves: readonly Shift[]): Bucket[] {
  if (moves.length === 0) return [...buckets]
  return buckets.flatMap((bucket, place) => {
    if (moves.some(({ index }) => index === place)) return []
    const by = moves.reduce((sum, { index, bytes }) => (index > place ? sum + bytes : sum), 0)
    return [{ slot: bucket.slot, mean: bucket.mean + by, last: bucket.last + by, most: bucket.most + by }]
  })
}

/** A line through the past: weekly means where it spans more than a week, outliers weighing little. */
function fitLine(buckets: readonly Bucket[]): Line {
  const first = buckets[0]?.slot ?? 0
  const span = lastOf(buckets).slot - first
  const bySlot = new Float64Array(span + 1).fill(Number.NaN)
  for (const { slot, mean } of buckets) bySlot[slot - first] = mean
  const values = span >= WEEKS_NEED_SLOTS ? movingMeans(bySlot, SLOTS_A_WEEK) : bySlot
  const slope = fitSlope(values)
  const lag = Math.max(1, Math.floor(values.length / 2))
  const others: number[] = [slope]
  for (let slot = 0; slot + lag < values.length; slot += 1) {
    const other = ((values[slot + lag] ?? Number.NaN) - (values[slot] ?? Number.NaN)) / lag
    if (!Number.isNaN(other)) others.push(other)
  }
  return {
    perMilli: slope / BUCKET,
    lowPerMilli: Math.min(slope, quantile(others, LOW)) / BUCKET,
    highPerMilli: Math.max(slope, quantile(others, HIGH)) / BUCKET,
  }
}

/** Clean-ups: the trend is how what they leave rises from one to the next. */
function fitFloors(buckets: readonly Bucket[], cleanUps: readonly Shift[]): Line {
  const floors = cleanUps.flatMap(({ index }) => buckets[index] ?? [])
  const slopes = floors.flatMap((from, place) =>
    floors.slice(place + 1).map((to) => (to.last - from.last) / ((to.slot - from.slot) * BUCKET)),
  )
  return lineFrom(slopes)
}

function lineFrom(slopes: readonly number[]): Line {
  return {
    perMilli: quantile(slopes, 0.5),
    lowPerMilli: quantile(slopes, LOW),
    highPerMilli: quantile(slopes, HIGH),
  }
}

/** What a week usually does around its trend, by six hours of the week; zeros where no week stands out. */
function weekOf(buckets: readonly Bucket[], perSlot: number): Float64Array {
  const week = new Float64Array(SLOTS_A_WEEK)
  const now = lastOf(buckets).slot
  if (now - (buckets[0]?.slot ?? now) < WEEK_SHOWS_SLOTS) return week
  const flat = buckets.map(({ slot, mean }) => mean - perSlot * (slot - now))
  const middle = quantile(flat, 0.5)
  const bySlot: number[][] = Array.from(week, () => [])
  for (const [place, { slot }] of buckets.entries()) bySlot[slot % SLOTS_A_WEEK]?.push((flat[place] ?? middle) - middle)
  for (const [place, values] of bySlot.entries()) week[place] = values.length < 2 ? 0 : quantile(values, 0.5)
  const before = spreadOf(flat.map((value) => value - middle))
  const after = spreadOf(
    flat.map((value, place) => value - middle - (week[(buckets[place]?.slot ?? 0) % SLOTS_A_WEEK] ?? 0)),
  )
  return after < WEEK_EXPLAINS * before ? week : week.fill(0)
}

/** Mean distance from zero. */
const spreadOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, values.length)

function standsAt(buckets: readonly Bucket[], line: Line): Omit<Standing, 'at'> {
  const now = lastOf(buckets).slot
  const perSlot = line.perMilli * BUCKET
  const week = weekOf(buckets, perSlot)
  const brought = (value: 'mean' | 'most'): Float64Array => {
    const values = new Float64Array(buckets.length)
    for (const [place, bucket] of buckets.entries()) {
      values[place] = bucket[value] - perSlot * (bucket.slot - now) - (week[bucket.slot % SLOTS_A_WEEK] ?? 0)
    }
    return values
  }
  const means = brought('mean')
  // Beginning with the six hours that now ends.
  const ahead = week.map((_, place) => week[(now + place) % SLOTS_A_WEEK] ?? 0)
  return {
    mid: quantile(means, 0.5),
    peak: quantile(brought('most'), PEAK),
    floor: quantile(means, 1 - PEAK),
    week: ahead,
  }
}

const lastOf = (buckets: readonly Bucket[]): Bucket => buckets.at(-1) ?? { slot: 0, mean: 0, last: 0, most: 0 }

/** Less than this share of the capacity in a year is standing still. */
const STEADY_SHARE_A_YEAR = 0.02

function trendOf(line: Line, capacityBytes: Bytes): 'growing' | 'steady' | 'shrinking' {
  const yearly = (line.perMilli * FORECAST_HORIZON) / capacityBytes
  if (Math.abs(yearly) < STEADY_SHARE_A_YEAR) return 'steady'
  return yearly > 0 ? 'growing' : 'shrinking'
}

function crossing(share: Crossing['share'], from: Standing, line: Line, capacityBytes: Bytes): Crossing {
  const target = share * capacityBytes
  const at = reaches(target, from.peak, line.perMilli, from.week)
  const earliest = reaches(target, from.peak, line.highPerMilli, from.week)
  const latest = at === null ? null : reaches(target, from.mid, line.lowPerMilli, from.week)
  const instant = (wait: Millis | null) => (wait === null ? null : instantAt(Math.round(from.at + wait)))
  return {
    share,
    at: instant(at),
    earliest: instant(at === null || earliest === null ? earliest : Math.min(at, earliest)),
    latest: instant(at === null || latest === null ? latest : Math.max(at, latest)),
  }
}

/** How long until a line, with the week around it, first reaches a target; null beyond the horizon. */
function reaches(target: Bytes, level: number, perMilli: number, week: Float64Array): Millis | null {
  const best = week.reduce((most, value) => Math.max(most, value), 0)
  if (perMilli <= 0 && level + best < target) return null
  // Before this not even the highest part of a week could reach it.
  const from = perMilli > 0 ? Math.max(0, (target - level - best) / perMilli) : 0
  for (let slot = Math.floor(from / BUCKET); slot * BUCKET <= FORECAST_HORIZON; slot += 1) {
    const missing = target - level - (week[slot % SLOTS_A_WEEK] ?? 0)
    const start = slot * BUCKET
    const wait = perMilli > 0 ? Math.max(start, missing / perMilli) : missing <= perMilli * start ? start : null
    if (wait !== null && wait < start + BUCKET) return wait <= FORECAST_HORIZON ? wait : null
  }
  return null
}

/** The path begins where the storage is and comes to its usual peaks within so long. */
const TO_THE_PEAKS: Millis = 2 * DAY

function pathOf(from: Standing, line: Line, usedBytes: Bytes, capacityBytes: Bytes): ForecastPoint[] {
  const within = (bytes: number): number => Math.round(Math.min(capacityBytes, Math.max(0, bytes)))
  return PATH_AT.map((ahead) => {
    const begun = Math.min(1, ahead / TO_THE_PEAKS)
    const stand = (level: number): number => usedBytes + (level - usedBytes) * begun
    return {
      at: instantAt(Math.round(from.at + ahead)),
      lowBytes: within(stand(from.floor) + line.lowPerMilli * ahead),
      midBytes: within(stand(from.peak) + line.perMilli * ahead),
      highBytes: within(stand(from.peak) + line.highPerMilli * ahead),
    }
  })
}
