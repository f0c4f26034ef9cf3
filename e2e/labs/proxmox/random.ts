/** Seeded chance: the same seed and the same calls give the same cluster, UPIDs and orders of lists. */
export interface Chance {
  /** From 0 (included) to 1 (excluded). */
  next(): number
  /** From `low` to `high`, both included. */
  whole(low: number, high: number): number
  uuid(): string
  /** A copy in another order: Perl's hashes have none, and real lists come in a new one at each call. */
  shuffled<T>(list: readonly T[]): T[]
}

/** mulberry32: 32 bits of state are plenty for a laboratory. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  const hex = (digits: number): string => Array.from({ length: digits }, () => whole(0, 15).toString(16)).join('')
  return {
    next,
    whole,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[whole(0, 3)]}${hex(3)}-${hex(12)}`,
    shuffled: (list) => {
      const copy = [...list]
      for (let last = copy.length - 1; last > 0; last--) {
        const other = whole(0, last)
        const kept = copy[last] as (typeof copy)[number]
        copy[last] = copy[other] as (typeof copy)[number]
        copy[other] = kept
      }
      return copy
    },
  }
}
