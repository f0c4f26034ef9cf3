/** Long work in short turns. */
import { setImmediate } from 'node:timers/promises'
import type { Millis } from '@/lib/domain/units'

/** Heartbeats, sockets and other connections wait so long at most; a pause costs next to nothing. */
const TURN: Millis = 10

/** Called between small parts of long work: lets everything else run once a turn is over. */
export function givingWay(): () => Promise<void> {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < TURN) return
    await setImmediate()
    began = performance.now()
  }
}
