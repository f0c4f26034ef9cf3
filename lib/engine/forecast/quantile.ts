/**
 * The value below which `share` (0…1) of the values lie, between neighbours in proportion. NaN for none. Selects instead
 * of sorting: a forecast asks for dozens of these, and a thousand storages for a thousand times as many.
 */
export function quantile(values: readonly number[] | Float64Array, share: number): number {
  if (values.length === 0) return Number.NaN
  const place = share * (values.length - 1)
  const below = Math.floor(place)
  const own = new Float64Array(values)
  const low = select(own, below)
  if (place === below) return low
  // What was selected stands in its place, and nothing after it is smaller.
  let high = Number.POSITIVE_INFINITY
  for (let index = below + 1; index < own.length; index += 1) high = Math.min(high, own[index] ?? high)
  return low + (high - low) * (place - below)
}

/** The value that would stand at `place` in order (Hoare's selection). Reorders what it is given. */
function select(values: Float64Array, place: number): number {
  let left = 0
  let right = values.length - 1
  while (left < right) {
    const pivot = values[(left + right) >> 1] ?? 0
    let from = left
    let to = right
    while (from <= to) {
      while ((values[from] ?? pivot) < pivot) from += 1
      while ((values[to] ?? pivot) > pivot) to -= 1
      if (from > to) break
      const moved = values[from] ?? pivot
      values[from] = values[to] ?? pivot
      values[to] = moved
      from += 1
      to -= 1
    }
    if (place <= to) right = to
    else if (place >= from) left = from
    else break
  }
  return values[place] ?? Number.NaN
}
