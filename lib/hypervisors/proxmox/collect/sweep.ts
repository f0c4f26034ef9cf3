/** How fast the slow sweep goes: it corrects what tasks did not tell, and nobody on the server notices it. */
import { HOUR, MINUTE, type Millis } from '@/lib/domain/units'

/** Guests a minute. With lists of nodes and storages beside them the sweep stays below thirty requests a minute. */
const FASTEST_PER_MINUTE = 24
/** A small cluster is not read more often than this. */
const SOONEST: Millis = 10 * MINUTE
/** What the sweep promises for the largest cluster it is made for (5,000 guests take 3.5 h). */
export const SWEEP_PROMISE: Millis = 6 * HOUR
/** A worker that was away does not catch up all at once. */
const MOST_AT_ONCE = 6

/** How old a guest may become before it is read again. */
export const sweepPeriod = (guests: number): Millis => Math.max(SOONEST, (guests / FASTEST_PER_MINUTE) * MINUTE)

/** Hands out turns at the sweep's speed. */
export class SweepBudget {
  #turns = 0
  #at: Millis | null = null

  /** Turns earned since the last call. */
  take(now: Millis): number {
    const elapsed = this.#at === null ? 0 : Math.max(0, now - this.#at)
    this.#at = now
    this.#turns = Math.min(MOST_AT_ONCE, this.#turns + (elapsed / MINUTE) * FASTEST_PER_MINUTE)
    const whole = Math.floor(this.#turns)
    this.#turns -= whole
    return whole
  }
}
