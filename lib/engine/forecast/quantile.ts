/** The value below which `share` (0…1) of the values lie, between neighbours in proportion. NaN for none. */
export function quantile(values: readonly number[] | Float64Array, share: number): number {
  return quantileOfSorted(new Float64Array(values).sort(), share)
}

/** The same of values in ascending order. */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low
  return low + (high - low) * (place - below)
}
