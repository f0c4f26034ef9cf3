/** Longest stretch of our own work before others may run; event-loop delay is promised below 50 ms. */
const TURN_MS = 10

/** When the loop last came round to us. One for the process: what two do in one round holds others up together. */
let roundAt = performance.now()
let isComing = false

function nextRound(): Promise<void> {
  // The first of a round's immediates is the one that says when it began.
  if (!isComing) {
    isComing = true
    setImmediate(() => {
      isComing = false
      roundAt = performance.now()
    })
  }
  return new Promise((resolve) => void setImmediate(resolve))
}

/** Lets long loops share the event loop: `await pace()` between pieces, which waits only when the round is used up. */
export function createTurns(): () => Promise<void> {
  return async () => {
    while (performance.now() - roundAt >= TURN_MS) await nextRound()
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
