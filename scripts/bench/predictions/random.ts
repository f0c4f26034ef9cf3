/** Numbers that follow from a seed alone: a history can be grown again. */
export type Random = {
  /** in [0, 1) */
  next(): number
  whole(from: number, to: number): number
  pick<T>(from: readonly T[]): T
  chance(share: number): boolean
}

/** mulberry32 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    whole,
    pick: (from) => {
      const found = from[whole(0, from.length - 1)]
      if (found === undefined) throw new RangeError('nothing to pick from')
      return found
    },
    chance: (share) => next() < share,
  }
}
