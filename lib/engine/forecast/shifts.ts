/** Jumps in a storage's past: guests that moved in or out, clean-ups that give back what had grown, a weekly beat. */
import type { Bucket } from './buckets'
import { quantile } from './quantile'

/** A jump between a bucket and the one before it; what usually grows in between is not part of `bytes`. */
export type Shift = { index: number; bytes: number }

/**
 * What the jumps of a past are. `moves` happened once and say nothing of the trend; `clean-ups` come again, and the
 * trend is what they leave; `beat` goes up and down as a habit, which the trend sees through by itself.
 */
export type Shifts = { kind: 'none' | 'moves' | 'clean-ups' | 'beat'; jumps: Shift[] }

/** A jump is many times what usually happens between two points … */
const TIMES_USUAL = 6
/** … and worth a look at all, as a share of what is used. */
const SMALLEST_SHARE = 0.008
/** Clean-ups are drops with hardly a rise among them. */
const RISES_AMONG_DROPS = 1 / 3
/** Up and down this often, in buckets between two jumps, is a habit. */
const BEAT_EVERY = 20
const FEWEST_OF_A_HABIT = 3

/** Tells what the jumps between buckets are. */
export function findShifts(buckets: readonly Bucket[]): Shifts {
  const jumps = findJumps(buckets)
  if (jumps.length === 0) return { kind: 'none', jumps }
  const drops = jumps.filter(({ bytes }) => bytes < 0)
  const rises = jumps.length - drops.length
  if (drops.length >= 2 && rises <= drops.length * RISES_AMONG_DROPS) return { kind: 'clean-ups', jumps: drops }
  const often = jumps.length >= FEWEST_OF_A_HABIT && buckets.length / jumps.length < BEAT_EVERY
  return { kind: often ? 'beat' : 'moves', jumps }
}

function findJumps(buckets: readonly Bucket[]): Shift[] {
  const changes: number[] = []
  for (const [index, { last }] of buckets.entries()) {
    const before = buckets[index - 1]
    if (before !== undefined) changes.push(last - before.last)
  }
  if (changes.length < 4) return []
  const usual = quantile(changes, 0.5)
  const spread = quantile(
    changes.map((change) => Math.abs(change - usual)),
    0.5,
  )
  const largest = buckets.reduce((most, { last }) => Math.max(most, last), 0)
  const threshold = Math.max(TIMES_USUAL * 1.4826 * spread, SMALLEST_SHARE * largest)
  return changes.flatMap((change, before) =>
    Math.abs(change - usual) > threshold && !isSpike(changes, before, threshold)
      ? [{ index: before + 1, bytes: change - usual }]
      : [],
  )
}

/** Up and down again at once, or the other way round: neither is a jump. */
function isSpike(changes: readonly number[], index: number, threshold: number): boolean {
  const change = changes[index] ?? 0
  return [changes[index - 1], changes[index + 1]].some(
    (next) => next !== undefined && change * next < 0 && Math.abs(change + next) < threshold,
  )
}
