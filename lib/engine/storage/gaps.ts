/** Where the past of a storage has nothing between two steps, as distinct from steps that lie far apart by themselves. */
import type { HistoryStep } from '@/lib/domain/storage'
import { elapsedMillis, type Millis } from '@/lib/domain/units'

/** So many missing steps in a row make a gap. */
const GAP_STEPS = 3

/**
 * The steps with a figure, cut at gaps. A step that a hypervisor remembered stands for as long as it lies from its
 * nearest neighbour: coarse memories are as far apart as they are, and not full of gaps.
 */
export function runsOf(steps: readonly HistoryStep[], stepMillis: Millis): HistoryStep[][] {
  const read = steps.filter(({ usedBytes }) => usedBytes !== null)
  const runs: HistoryStep[][] = []
  for (const [index, step] of read.entries()) {
    const before = read[index - 1]
    const open = runs.at(-1)
    const spans = [spanOf(read, index - 1, stepMillis), spanOf(read, index, stepMillis)]
    const isGap = before === undefined || elapsedMillis(before.at, step.at) > GAP_STEPS * Math.max(...spans)
    if (isGap || open === undefined) runs.push([step])
    else open.push(step)
  }
  return runs
}

function spanOf(read: readonly HistoryStep[], index: number, stepMillis: Millis): Millis {
  const step = read[index]
  if (step?.remembered !== true) return stepMillis
  const distances = [read[index - 1], read[index + 1]].flatMap((other) =>
    other === undefined ? [] : [Math.abs(elapsedMillis(other.at, step.at))],
  )
  return Math.max(stepMillis, Math.min(...distances))
}
