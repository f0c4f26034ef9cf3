/** Waiting that ends with whoever waits. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Millis } from '@/lib/domain/units'

/** Waits; false = we were told to leave. */
export async function rest(millis: Millis, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(millis, undefined, { signal })
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error
  }
  return !signal.aborted
}
