/** Seeded pseudo-randomness: the same seed gives the same fleet on every machine. Not for secrets. */

export type Random = {
  /** a fraction from 0 up to but not including 1 */
  next(): number
  /** a whole number from `min` to `max`, both included */
  between(min: number, max: number): number
  pick<T>(values: readonly [T, ...T[]]): T
  chance(probability: number): boolean
}

/** mulberry32: 32 bits of state, good enough to look at. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (values) => values[Math.floor(next() * values.length)] ?? values[0],
    chance: (probability) => next() < probability,
  }
}

/** A stable number for a text (FNV-1a), to seed with names. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
