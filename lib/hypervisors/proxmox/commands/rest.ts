/** Waiting that ends with whoever waits. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Millis } from '@/lib/domain/units'
import type { CommandPatience } from './patience'

/** How long until the next look, after looking for so long. */
export const nextLook = ({ poll }: CommandPatience, elapsed: Millis): Millis =>
  Math.min(poll.longest, Math.max(poll.first, elapsed / 20))

/** Waits; false = we were told to leave. */
export async function rest(millis: Millis, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(millis, undefined, { signal })
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error
  }
  return !signal.aborted
}
