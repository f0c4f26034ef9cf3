/** The time we all live in, for worlds that are shown rather than tested. */
import { instantAt, type Millis } from '../../domain/units'
import type { FakeClock } from './state'

export const systemClock: FakeClock = {
  now: () => instantAt(Date.now()),
  wait: (millis: Millis, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve('aborted')
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort)
        resolve('elapsed')
      }, millis)
      const onAbort = () => {
        clearTimeout(timer)
        resolve('aborted')
      }
      signal.addEventListener('abort', onAbort, { once: true })
    }),
}
