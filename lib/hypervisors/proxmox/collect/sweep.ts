/** How fast the slow sweep goes: it corrects what tasks did not tell, and nobody on the server notices it. */
import { MINUTE, type Millis } from '@/lib/domain/units'

/**
 * Guests a minute, one request each while nothing differs: 5,000 take less than four hours, six are promised. With lists
 * of nodes, storages and privileges beside them the sweep stays below thirty requests a minute.
 */
const GUESTS_PER_MINUTE = 22
/** A guest is not read again sooner, so that a small cluster is left in peace. */
export const SWEEP_AGE: Millis = 10 * MINUTE
/** A worker that was away does not catch up all at once. */
const MOST_AT_ONCE = 6

/** Hands out turns at the sweep's speed. */
export class SweepBudget {
  #turns = 0
  #at: Millis | null = null

  /** Turns earned since the last call. */
  take(now: Millis): number {
    const elapsed = this.#at === null ? 0 : Math.max(0, now - this.#at)
    this.#at = now
    this.#turns = Math.min(MOST_AT_ONCE, this.#turns + (elapsed / MINUTE) * GUESTS_PER_MINUTE)
    const whole = Math.floor(this.#turns)
    this.#turns -= whole
    return whole
  }
}
