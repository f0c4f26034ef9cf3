/** How long a plan takes: bytes to copy by what this storage's earlier merges did a second. Nothing measured: not known. */
import type { StorageId } from '@/lib/domain/ids'
import type { Plan, Step } from '@/lib/domain/plan'
import type { PlanStorage } from '@/lib/domain/plan-world'
import type { ByteRange, Millis } from '@/lib/domain/units'
import { add, NOTHING, UNBOUNDED } from './ranges'

/** So many of the newest merges decide: a storage changes with its load and its disks. */
const NEWEST = 8

/** Merges of less than this tell the fixed cost of a call, not a throughput. */
const LEAST_BYTES = 4 * 1024 * 1024

/** Merges of one storage run one after another; those of different storages of one guest too. */
export function timeOf(steps: readonly Step[], storages: ReadonlyMap<StorageId, PlanStorage>): Plan['time'] {
  const moved = new Map<StorageId, ByteRange>()
  for (const { moves, storages: on } of steps) {
    if (moves !== null && moves.max === 0) continue
    // A step that copies between storages is as fast as the slower one: it counts on each.
    for (const id of on) moved.set(id, add(moved.get(id) ?? NOTHING, moves ?? UNBOUNDED))
  }
  if (moved.size === 0) return null
  let min: Millis = 0
  let max: Millis | null = 0
  for (const [id, bytes] of moved) {
    const speed = throughputOf(storages.get(id))
    if (speed === null) return null
    min = Math.max(min, Math.round(bytes.min / speed.fastest))
    max = max === null || bytes.max === null ? null : max + Math.round(bytes.max / speed.slowest)
  }
  return { min, max }
}

/** Bytes a millisecond; null = nothing measured. */
function throughputOf(storage: PlanStorage | undefined): { slowest: number; fastest: number } | null {
  const rates = (storage?.measured ?? [])
    .filter(({ movedBytes, tookMillis }) => movedBytes >= LEAST_BYTES && tookMillis > 0)
    .slice(0, NEWEST)
    .map(({ movedBytes, tookMillis }) => movedBytes / tookMillis)
  return rates.length === 0 ? null : { slowest: Math.min(...rates), fastest: Math.max(...rates) }
}
