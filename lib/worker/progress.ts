import type { Millis } from '@/lib/domain/units'
import { recordChange } from '@/lib/store/changes'
import type { Store } from '@/lib/store/client'
import { writeProgress } from '@/lib/store/collections'
import type { ReadableConnection } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { faultOf, type Log } from './log'

/** Not more often than a person can read. */
const PROGRESS_INTERVAL: Millis = 1_000

/** Shows how far a first inventory is. `shown` waits for the last notice, which must not come after the reading's own. */
export function showProgress(input: { store: Store; log: Log; connection: ReadableConnection }): {
  show: (done: number, total: number) => void
  shown: () => Promise<void>
} {
  const { store, log, connection } = input
  let shownAt = Number.NEGATIVE_INFINITY
  let writing: Promise<void> = Promise.resolve()
  const write = async (done: number, total: number): Promise<void> => {
    try {
      await withTransaction(store, async (tx) => {
        await writeProgress(tx, connection.id, { done, total })
        await recordChange(tx, 'connection', connection.id)
      })
    } catch (error) {
      log.warn({ connection: connection.name, fault: faultOf(error) }, 'progress could not be shown')
    }
  }
  return {
    show: (done, total) => {
      const now = performance.now()
      if (now - shownAt < PROGRESS_INTERVAL) return
      shownAt = now
      writing = writing.then(() => write(done, total))
    },
    shown: () => writing,
  }
}
