/** What happened to a storage, so that a jump on its chart has a name. */
import type { HistoryStep, StorageEvent, StorageEventAt } from '@/lib/domain/storage'
import {
  type Bytes,
  elapsedMillis,
  epochMillis,
  type Instant,
  instantAt,
  MINUTE,
  type Millis,
} from '@/lib/domain/units'
import { runsOf } from './gaps'

type Stand = { at: Instant; usedBytes: Bytes | null; capacityBytes: Bytes | null; path: string | null }

/** Our own clock may be set back by a little and nobody minds. */
const CLOCK_SLACK: Millis = MINUTE
/** A storage of another size in which less than this share is left is another storage. */
const LEFT_OF_REPLACED = 0.5

/** What turned between the last sample of a storage and the next. */
export function eventsBetween(before: Stand, after: Stand): StorageEvent[] {
  const events: StorageEvent[] = []
  const back = elapsedMillis(after.at, before.at)
  if (back > CLOCK_SLACK) events.push({ event: 'clock-back', byMillis: back })
  if (before.path !== null && after.path !== null && before.path !== after.path) {
    events.push({ event: 'moved', from: before.path, to: after.path })
  }
  const { capacityBytes: from } = before
  const { capacityBytes: to } = after
  if (from !== null && to !== null && from !== to) {
    const emptied =
      before.usedBytes !== null && after.usedBytes !== null && after.usedBytes < before.usedBytes * LEFT_OF_REPLACED
    events.push({ event: emptied ? 'replaced' : to > from ? 'grown' : 'shrunk', fromBytes: from, toBytes: to })
  }
  return events
}

/** A rise or fall at once of this share of the capacity is worth a word … */
const SHARE_WORTH_A_WORD = 0.015
/** … when it is also so many times what a step usually changes. */
const TIMES_USUAL = 5
/** More words than this are no help on one chart; the largest stay. */
const MOST_WORDS = 6

/** Clean-ups, jumps and gaps that the steps of a chart show by themselves. */
export function eventsOfSteps(steps: readonly HistoryStep[], stepMillis: Millis): StorageEventAt[] {
  const runs = runsOf(steps, stepMillis)
  const gaps = runs.slice(1).flatMap((run, index): StorageEventAt[] => {
    const [last, first] = [runs[index]?.at(-1), run[0]]
    return last === undefined || first === undefined
      ? []
      : [{ event: 'gap', at: instantAt(epochMillis(last.at) + stepMillis), until: first.at }]
  })
  const changes = runs.flatMap((run) =>
    run.slice(1).flatMap((step, index) => {
      const before = run[index]
      // What is told once a week changes by a week's growth between two steps: that is no jump.
      if (before === undefined || (step.remembered && elapsedMillis(before.at, step.at) > stepMillis)) return []
      const bytes = (step.usedBytes ?? 0) - (before.usedBytes ?? 0)
      return [{ at: step.at, bytes, capacityBytes: step.capacityBytes }]
    }),
  )
  const sizes = changes.map(({ bytes }) => Math.abs(bytes)).sort((a, b) => a - b)
  const usual = sizes[Math.floor(sizes.length / 2)] ?? 0
  const sudden = changes.flatMap((change, index): (StorageEventAt & { bytes: Bytes })[] => {
    // What happened in the middle of a step shows in two of them.
    const next = changes[index + 1]
    const both = next !== undefined && next.bytes * change.bytes > 0 && Math.abs(next.bytes) > TIMES_USUAL * usual
    const before = changes[index - 1]
    const counted =
      before !== undefined && before.bytes * change.bytes > 0 && Math.abs(before.bytes) > TIMES_USUAL * usual
    const bytes = Math.abs(change.bytes) > TIMES_USUAL * usual && !counted ? change.bytes + (both ? next.bytes : 0) : 0
    const worth = change.capacityBytes !== null && Math.abs(bytes) >= SHARE_WORTH_A_WORD * change.capacityBytes
    return worth ? [{ event: bytes < 0 ? 'clean-up' : 'jump', at: change.at, bytes: Math.abs(bytes) }] : []
  })
  const largest = sudden.sort((a, b) => b.bytes - a.bytes).slice(0, MOST_WORDS)
  return [...gaps, ...largest].sort((a, b) => (a.at < b.at ? -1 : 1))
}
