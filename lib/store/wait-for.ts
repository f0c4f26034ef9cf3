import { setTimeout as wait } from 'node:timers/promises'
import { type Outcome, refused } from '@/lib/domain/result'
import type { Millis } from '@/lib/domain/units'

/** A local worker answers a wake within some ten milliseconds; asking less often would be felt. */
const FIRST_PAUSE_MILLIS = 20
const LONGEST_PAUSE_MILLIS = 250

/**
 * Asks `look` until it answers or `timeoutMillis` have passed (`not-collected-in-time`), or `signal` aborts
 * (`interrupted`). Bounded: pauses grow, and it looks once more at the very end.
 */
export async function waitFor<T>(
  timeoutMillis: Millis,
  signal: AbortSignal | undefined,
  look: () => Promise<Outcome<T> | null>,
): Promise<Outcome<T>> {
  const start = performance.now()
  let pause = FIRST_PAUSE_MILLIS
  for (;;) {
    const answer = await look()
    if (answer !== null) return answer
    if (signal?.aborted === true) return refused({ code: 'interrupted' })
    const left = timeoutMillis - (performance.now() - start)
    if (left <= 0) return refused({ code: 'not-collected-in-time', waitedMillis: timeoutMillis })
    await wait(Math.min(pause, left))
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MILLIS)
  }
}
