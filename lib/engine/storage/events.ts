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

/** A rise or fall within one step of this share of the capacity is worth a word. */
const SHARE_WORTH_A_WORD = 0.02
/** More words than this are no help on one chart; the largest stay. */
const MOST_WORDS = 6
/** Missing steps in a row that make a gap. */
const GAP_STEPS = 3

/** Clean-ups, jumps and gaps that the steps of a chart show by themselves. */
export function eventsOfSteps(steps: readonly HistoryStep[], stepMillis: Millis): StorageEventAt[] {
  const read = steps.filter((step) => step.usedBytes !== null)
  const changes: (StorageEventAt & { bytes: Bytes })[] = []
  const gaps: StorageEventAt[] = []
  for (const [index, step] of read.entries()) {
    const before = read[index - 1]
    if (before === undefined || step.usedBytes === null || before.usedBytes === null) continue
    if (elapsedMillis(before.at, step.at) > GAP_STEPS * stepMillis) {
      gaps.push({ event: 'gap', at: instantAt(epochMillis(before.at) + stepMillis), until: step.at })
      continue
    }
    const change = step.usedBytes - before.usedBytes
    const capacity = step.capacityBytes ?? before.capacityBytes
    if (capacity === null || Math.abs(change) < SHARE_WORTH_A_WORD * capacity) continue
    changes.push({ event: change < 0 ? 'clean-up' : 'jump', at: step.at, bytes: Math.abs(change) })
  }
  const largest = changes.sort((a, b) => b.bytes - a.bytes).slice(0, MOST_WORDS)
  return [...gaps, ...largest].sort((a, b) => (a.at < b.at ? -1 : 1))
}
