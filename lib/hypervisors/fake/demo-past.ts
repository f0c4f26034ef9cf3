/** What the demo's storages did before anybody looked: growth, weeks, clean-ups, a guest that moved in; from a seed. */
import type { HistoryPoint } from '../../domain/sample'
import { type Bytes, DAY, GIB, HOUR, instantAt, type Millis } from '../../domain/units'
import { hashText } from './random'

type Habit = {
  /** growth a day */
  gibADay: number
  /** a clean-up gives back this much … */
  cleanUpGib?: number
  /** … so many days ago; what it gave back had grown since the one before */
  cleanUpsDaysAgo?: readonly number[]
  /** a guest of this size moved in so many days ago */
  movedInGib?: number
  movedInDaysAgo?: number
  /** how far a week swings */
  weekGib?: number
}

const HABITS: Record<string, Habit> = {
  'lvm-thin': { gibADay: 16, weekGib: 4 },
  datastore1: { gibADay: 46, cleanUpGib: 380, cleanUpsDaysAgo: [22], weekGib: 60 },
  'local-zfs': { gibADay: 15, weekGib: 12, movedInGib: 190, movedInDaysAgo: 12 },
  'ceph-vm': { gibADay: 44, weekGib: 120 },
  default: { gibADay: 21, cleanUpGib: 160, cleanUpsDaysAgo: [5, 14, 23, 32, 41, 50] },
  nvme: { gibADay: 17, weekGib: 10 },
  datastore2: { gibADay: 38, weekGib: 80 },
  'ds-archive': { gibADay: 0 },
  local: { gibADay: 0.4 },
}
const ORDINARY: Habit = { gibADay: 4, weekGib: 5 }

const HOURS_BACK = 60 * 24
const DAYS_BACK = 380

/** The past of a storage that now holds `usedBytes`: hours for two months, days for a year before them. */
export function demoPast(name: string, usedBytes: Bytes, capacityBytes: Bytes, now: Millis): HistoryPoint[] {
  const habit = HABITS[name] ?? ORDINARY
  const seed = hashText(name)
  const last = Math.floor(now / HOUR) * HOUR - HOUR
  const point = (at: Millis, spanMillis: Millis): HistoryPoint => {
    const used = usedBytes - (shapeOf(habit, seed, 0, now) - shapeOf(habit, seed, (now - at) / DAY, at)) * GIB
    // A year ago it was not less than a third of what it is now.
    const floor = usedBytes * 0.3
    return {
      at: instantAt(at),
      spanMillis,
      usedBytes: Math.round(Math.min(capacityBytes, Math.max(used, floor))),
      capacityBytes,
    }
  }
  const days = Array.from({ length: DAYS_BACK - HOURS_BACK / 24 }, (_, day) =>
    point(last - (DAYS_BACK - day) * DAY, DAY),
  )
  const hours = Array.from({ length: HOURS_BACK }, (_, hour) => point(last - (HOURS_BACK - 1 - hour) * HOUR, HOUR))
  return [...days, ...hours]
}

/** GiB above an arbitrary zero, so many days ago. */
function shapeOf(habit: Habit, seed: number, daysAgo: number, at: Millis): number {
  const { gibADay, cleanUpGib = 0, cleanUpsDaysAgo = [], movedInGib = 0, movedInDaysAgo = 0, weekGib = 0 } = habit
  const weekday = Math.sin((2 * Math.PI * at) / (7 * DAY))
  const jitter = (hashText(`${seed} ${Math.floor(at / HOUR)}`) % 1000) / 1000 - 0.5
  return (
    -gibADay * daysAgo +
    teeth(cleanUpGib, cleanUpsDaysAgo, daysAgo) +
    (daysAgo <= movedInDaysAgo ? movedInGib : 0) +
    weekGib * weekday +
    jitter * Math.max(0.5, gibADay * 0.06)
  )
}

/** Grows up to `gib` until a clean-up, then again. */
function teeth(gib: number, cleanUps: readonly number[], daysAgo: number): number {
  const next = [...cleanUps].reverse().find((clean) => clean <= daysAgo)
  const before = cleanUps.find((clean) => clean > daysAgo)
  const [, second] = cleanUps
  const period = second === undefined ? 14 : second - (cleanUps[0] ?? 0)
  if (before === undefined && next === undefined) return 0
  const since = before === undefined ? Math.max(0, (next ?? 0) + period - daysAgo) : before - daysAgo
  return gib * Math.min(1, since / period)
}
