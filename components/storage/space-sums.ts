/** Sums of what takes the space of a storage. Half a sum is not a sum: one figure that is not told leaves none. */
import type { StorageSpace } from '@/lib/domain/storage'

export const sum = (values: readonly (number | null)[]): number | null =>
  values.reduce((total, value) => (total === null || value === null ? null : total + value), 0 as number | null)

/** Less than this share of what is used is rounding and the file system's own. */
const REST_WORTH_A_LINE = 0.02

/** What is used and belongs to none of the lines; null where one of them is not told, or nothing worth a line is left. */
export function restOf({ guests, shared, leftover }: StorageSpace, usedBytes: number | null): number | null {
  const accounted = sum([
    ...guests.map(({ total }) => total.bytes),
    shared.bytes,
    leftover === null ? null : leftover.memory.bytes,
    leftover === null ? null : leftover.others.bytes,
  ])
  if (usedBytes === null || accounted === null) return null
  const rest = usedBytes - accounted
  return rest > REST_WORTH_A_LINE * usedBytes ? rest : null
}
