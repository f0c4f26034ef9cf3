import { setImmediate as nextTurn } from 'node:timers/promises'

/** Longest stretch of our own work before others may run; event-loop delay is promised below 50 ms. */
const TURN_MS = 12

/** Lets long loops share the event loop: `await turns()` between pieces, which waits only when a turn was used up. */
export function createTurns(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < TURN_MS) return
    await nextTurn()
    since = performance.now()
  }
}

/** Runs `work` for every item, at most `width` at once, in order of the list. Rejects with the first rejection. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const runner = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, runner))
}
