import type { UsedAt } from '@/lib/domain/forecast'
import { HOUR, type Millis } from '@/lib/domain/units'

/** Six hours of a storage's past. `slot` counts them from the first on; one that is missing is a gap. */
export type Bucket = { slot: number; mean: number; last: number; most: number }

export const BUCKET: Millis = 6 * HOUR

/** Gathers points from `since` on, oldest first, into buckets that end with the last point. */
export function inBuckets(points: readonly UsedAt[], since: Millis): Bucket[] {
  const end = points.at(-1)?.at ?? 0
  const slots = Math.floor((end - since) / BUCKET)
  const buckets: Bucket[] = []
  let open: Bucket | null = null
  let sum = 0
  let count = 0
  for (const { at, usedBytes } of points) {
    if (at < since) continue
    const slot = slots - Math.floor((end - at) / BUCKET)
    if (open === null || open.slot !== slot) {
      if (open !== null) open.mean = sum / count
      open = { slot, mean: usedBytes, last: usedBytes, most: usedBytes }
      buckets.push(open)
      sum = usedBytes
      count = 1
      continue
    }
    sum += usedBytes
    count += 1
    open.last = usedBytes
    if (usedBytes > open.most) open.most = usedBytes
  }
  if (open !== null) open.mean = sum / count
  return buckets
}
