/**
 * Growth series to replay: how storages really fill, from a seed. Each is simulated hour by hour until it is full or a
 * year is over; a forecaster sees the part before `cut` and is judged by what the same process did afterwards. The
 * generator was written before the forecaster, and knows nothing of it.
 */
import { DAY, GIB, HOUR, type Instant, instantAt } from '@/lib/domain/units'

const SERIES_KINDS = ['linear', 'weekly', 'steps', 'saw-tooth', 'noise'] as const
export type SeriesKind = (typeof SERIES_KINDS)[number]

export type GrowthSeries = {
  kind: SeriesKind
  seed: number
  capacityBytes: number
  /** the moment of the forecast: the last sample's */
  now: Instant
  /** one an hour, oldest first */
  samples: { at: Instant; usedBytes: number }[]
  /** what then happened: days from `now` until it was first full; null = not within a year */
  fullInDays: number | null
}

/** A forecast may look so far; what fills later counts as not filling. */
export const HORIZON_DAYS = 365
const HOURS_A_DAY = 24
/** Monday 00:00 UTC, so that weekdays are the same in every run. */
const START = Date.UTC(2026, 5, 1)

/** `count` series from `seed`, the kinds in turn. The same arguments give the same series. */
export function growthSeries(seed: number, count: number): GrowthSeries[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = SERIES_KINDS[index % SERIES_KINDS.length]
    if (kind === undefined) throw new RangeError('no kind of series')
    return oneSeries(kind, seed * 100_003 + index)
  })
}

function oneSeries(kind: SeriesKind, seed: number): GrowthSeries {
  const random = randomFrom(seed)
  const capacityGib = 500 + random.next() * 20_000
  const historyHours = Math.round((7 + random.next() * 53) * HOURS_A_DAY)
  const next = PROCESSES[kind](random, capacityGib, historyHours)
  const used: number[] = []
  let fullAt: number | null = null
  for (let hour = 0; hour <= historyHours + HORIZON_DAYS * HOURS_A_DAY; hour += 1) {
    const gib = next(hour)
    if (hour > historyHours && gib >= capacityGib) {
      fullAt = hour
      break
    }
    if (hour <= historyHours) used.push(Math.max(0, Math.min(gib, capacityGib * 0.995)))
  }
  return {
    kind,
    seed,
    capacityBytes: Math.round(capacityGib * GIB),
    now: instantAt(START + historyHours * HOUR),
    samples: used.map((gib, hour) => ({ at: instantAt(START + hour * HOUR), usedBytes: Math.round(gib * GIB) })),
    fullInDays: fullAt === null ? null : ((fullAt - historyHours) * HOUR) / DAY,
  }
}

/** Used GiB at an hour. Called for every hour in turn, so that it may keep state. */
type Process = (random: Random, capacityGib: number, historyHours: number) => (hour: number) => number

/** Growth a day that fills what is free after so many days from the cut, and where the series then began. */
function slowOrFast(random: Random, capacityGib: number, historyHours: number): { start: number; perHour: number } {
  const shareNow = 0.55 + random.next() * 0.4
  const daysLeft = 4 * 60 ** random.next()
  // It was not empty when it was first seen.
  const most = ((shareNow - 0.05) * capacityGib) / historyHours
  const perHour = Math.min(most, (capacityGib * (1 - shareNow)) / (daysLeft * HOURS_A_DAY))
  return { start: shareNow * capacityGib - perHour * historyHours, perHour }
}

const linear: Process = (random, capacityGib, historyHours) => {
  const { start, perHour } = slowOrFast(random, capacityGib, historyHours)
  const jitter = capacityGib * (0.0005 + random.next() * 0.002)
  return (hour) => start + perHour * hour + random.normal() * jitter
}

/** Grows on working days, stands still at weekends, and breathes with a weekly backup. */
const weekly: Process = (random, capacityGib, historyHours) => {
  const { start, perHour } = slowOrFast(random, capacityGib, historyHours)
  const swing = capacityGib * (0.005 + random.next() * 0.03)
  const jitter = capacityGib * 0.001
  let grown = 0
  return (hour) => {
    const weekday = Math.floor(hour / HOURS_A_DAY) % 7
    if (weekday < 5) grown += perHour * 1.4
    return start + grown + (weekday === 5 || weekday === 6 ? swing : 0) + random.normal() * jitter
  }
}

/** Guests move in and out now and then; beneath it a steady growth. */
const steps: Process = (random, capacityGib, historyHours) => {
  const { start, perHour } = slowOrFast(random, capacityGib, historyHours)
  const chanceAnHour = 1 / ((15 + random.next() * 45) * HOURS_A_DAY)
  const jitter = capacityGib * 0.001
  let shifted = 0
  return (hour) => {
    if (random.next() < chanceAnHour) {
      const size = capacityGib * (0.02 + random.next() * 0.08)
      // In and out are as likely, so that the growth beneath is the trend.
      shifted += random.next() < 0.5 ? size : -Math.min(size, shifted + start * 0.5)
    }
    return start + shifted + perHour * hour + random.normal() * jitter
  }
}

/** Snapshots grow and are cleaned up every few days; a third of such storages grows no further beneath. */
const sawTooth: Process = (random, capacityGib, historyHours) => {
  const trend = slowOrFast(random, capacityGib, historyHours)
  const steady = random.next() < 0.33
  const periodHours = Math.round((2 + random.next() * 8) * HOURS_A_DAY)
  const height = capacityGib * (0.03 + random.next() * 0.1)
  const perHour = steady ? 0 : trend.perHour * 0.7
  const start = steady ? capacityGib * (0.5 + random.next() * 0.3) : Math.max(0, trend.start - height)
  const jitter = capacityGib * 0.001
  let lastCleanUp = 0
  let due = periodHours
  return (hour) => {
    if (hour >= due) {
      lastCleanUp = hour
      due = hour + Math.round(periodHours * (0.7 + random.next() * 0.6))
    }
    return start + perHour * hour + (height * (hour - lastCleanUp)) / periodHours + random.normal() * jitter
  }
}

/** Much noise and some spikes around little or no growth. */
const noise: Process = (random, capacityGib, historyHours) => {
  const trend = slowOrFast(random, capacityGib, historyHours)
  const steady = random.next() < 0.5
  const jitter = capacityGib * (0.005 + random.next() * 0.02)
  const start = steady ? capacityGib * (0.5 + random.next() * 0.3) : trend.start
  let drift = 0
  return (hour) => {
    drift = drift * 0.98 + random.normal() * jitter * 0.2
    const spike = random.next() < 0.002 ? capacityGib * 0.05 * random.next() : 0
    return start + (steady ? 0 : trend.perHour * hour) + drift + random.normal() * jitter * 0.3 + spike
  }
}

const PROCESSES: Record<SeriesKind, Process> = { linear, weekly, steps, 'saw-tooth': sawTooth, noise }

type Random = { next(): number; normal(): number }

/** Mulberry32: small, fast, the same on every machine. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return { next, normal }
}
