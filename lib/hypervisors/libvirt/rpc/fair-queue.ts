interface Lane<T> {
  readonly items: T[]
  head: number
}

/**
 * A queue in which lanes take turns: a lane with thousands of waiting items delays another lane's only item by one
 * turn, not by thousands.
 */
export class FairQueue<T> {
  readonly #lanes = new Map<string, Lane<T>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  push(lane: string, item: T): void {
    const existing = this.#lanes.get(lane)
    if (existing) existing.items.push(item)
    else this.#lanes.set(lane, { items: [item], head: 0 })
    this.#size += 1
  }

  /** Takes the next item: first in, first out within a lane, lane after lane. */
  shift(): T | undefined {
    for (const [name, lane] of this.#lanes) {
      const item = lane.items[lane.head]
      lane.head += 1
      this.#size -= 1
      // A Map iterates in order of insertion, so deleting and setting again is what sends a lane to the back.
      this.#lanes.delete(name)
      if (lane.head < lane.items.length) this.#lanes.set(name, compact(lane))
      return item
    }
    return undefined
  }

  /** Takes everything at once. */
  drain(): T[] {
    const items = [...this.#lanes.values()].flatMap((lane) => lane.items.slice(lane.head))
    this.#lanes.clear()
    this.#size = 0
    return items
  }
}

/** Forgets consumed items now and then, so that a lane that is never empty does not grow for ever. */
function compact<T>(lane: Lane<T>): Lane<T> {
  return lane.head < 1024 ? lane : { items: lane.items.slice(lane.head), head: 0 }
}
