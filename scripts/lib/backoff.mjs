/** How long a crashed process rests before its next start; the last one repeats. */
const DELAYS_MS = [250, 1_000, 2_000, 5_000, 10_000, 30_000]

/** A run this long was healthy: the next crash counts as the first. */
const HEALTHY_RUN_MS = 60_000

/** @typedef {{ failures: number, delayMs: number }} Backoff */

/** @type {Backoff} */
export const NO_FAILURES = { failures: 0, delayMs: 0 }

/**
 * The back-off after one more crash.
 * @param {Backoff} backoff before it
 * @param {number} ranForMs how long the crashed run lasted
 * @returns {Backoff}
 */
export function afterCrash(backoff, ranForMs) {
  const failures = ranForMs >= HEALTHY_RUN_MS ? 1 : backoff.failures + 1
  return { failures, delayMs: DELAYS_MS[Math.min(failures, DELAYS_MS.length) - 1] ?? 0 }
}
