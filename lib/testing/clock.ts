/** A clock tests set by hand: no test waits for real time. */
import { epochMillis, type Instant, instantAt, type Millis } from '@/lib/domain/units'

export type ManualClock = {
  now(): Instant
  /** Resolves when the clock has been moved that far, or `aborted` as soon as the signal is. */
  wait(millis: Millis, signal: AbortSignal): Promise<'elapsed' | 'aborted'>
  /** Moves time forward (or back, for a clock that was set) and wakes whoever waited long enough. */
  advance(millis: Millis): void
  /** How many are waiting. */
  waiting(): number
}

/** Starts at `start` and stands still until told. */
export function manualClock(start: Instant = '2026-11-21T09:00:00.000Z'): ManualClock {
  let now = epochMillis(start)
  const sleepers = new Set<{ until: Millis; wake: () => void }>()
  return {
    now: () => instantAt(now),
    wait: (millis, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve('aborted')
        if (millis <= 0) return resolve('elapsed')
        const onAbort = () => {
          sleepers.delete(sleeper)
          resolve('aborted')
        }
        const sleeper = {
          until: now + millis,
          wake: () => {
            signal.removeEventListener('abort', onAbort)
            resolve('elapsed')
          },
        }
        sleepers.add(sleeper)
        signal.addEventListener('abort', onAbort, { once: true })
      }),
    advance: (millis) => {
      now += millis
      for (const sleeper of [...sleepers]) {
        if (sleeper.until > now) continue
        sleepers.delete(sleeper)
        sleeper.wake()
      }
    },
    waiting: () => sleepers.size,
  }
}
