import { setImmediate as nextTurn } from 'node:timers/promises'

/** Longest stretch of our own work before others may run; event-loop delay is promised below 50 ms. */
const TURN_MS = 12

/** Lets long loops share the event loop: `await pace()` between pieces, which waits only when a turn was used up. */
export function createPace(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < TURN_MS) return
    await nextTurn()
    since = performance.now()
  }
}

/**
 * Runs `work` for every item, at most `width` at once, in order of the list. Rejects with the first rejection, after
 * the others under way have ended. A wider row than the connection's 4 calls keeps those 4 busy.
 */
export async function forEachAtOnce<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  let failure: { error: unknown } | null = null
  const runner = async () => {
    while (next < items.length && failure === null) {
      const index = next
      next += 1
      try {
        await work(items[index] as T, index)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, runner))
  if (failure !== null) throw (failure as { error: unknown }).error
}
