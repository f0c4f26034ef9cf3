/** Hears what PostgreSQL tells at commit, and goes on hearing after the database was away. */
import pg from 'pg'
import type { Millis } from '@/lib/domain/units'
import type { CHANGE_CHANNEL } from './changes'

/** What wakes a worker: a request, a question, a connection added or changed, a rule of alerts. */
export const WORK_CHANNEL = 'snapwarden_work'
const RETRY_MILLIS: Millis = 500
const CONNECT_TIMEOUT_MILLIS: Millis = 5_000

/**
 * Listens on a connection of its own and calls `onWake` for every notice with what it says, until the returned function is called.
 * After a lost connection it listens again and wakes once (null), because notices of the meantime are lost. `onTrouble`
 * hears of every failed try.
 */
export function listen(
  url: string,
  channel: typeof WORK_CHANNEL | typeof CHANGE_CHANNEL,
  hears: { onWake: (told: string | null) => void; onTrouble: (error: Error) => void },
): () => Promise<void> {
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | null = null
  let ended = false

  const again = (why: Error, failed: pg.Client): void => {
    if (client === failed) client = null
    if (ended || timer !== null) return
    hears.onTrouble(why)
    timer = setTimeout(() => {
      timer = null
      connecting = connect()
    }, RETRY_MILLIS)
  }

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'snapwarden listening',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MILLIS,
      keepAlive: true,
    })
    next.on('error', (error) => again(error, next))
    next.on('end', () => again(new Error('the connection ended'), next))
    next.on('notification', ({ payload }) => {
      if (!ended) hears.onWake(payload ?? null)
    })
    try {
      await next.connect()
      await next.query(`LISTEN ${channel}`)
      client = next
      if (!ended) hears.onWake(null)
    } catch (error) {
      again(asError(error), next)
    }
    if (ended) await end(next)
  }

  const end = async (gone: pg.Client): Promise<void> => {
    try {
      await gone.end()
    } catch (error) {
      // A database that left before us: the connection is over, which is what was wanted.
      hears.onTrouble(asError(error))
    }
  }

  let connecting = connect()
  let closing: Promise<void> | null = null
  return () => {
    ended = true
    if (timer !== null) clearTimeout(timer)
    closing ??= connecting.then(() => (client === null ? undefined : end(client)))
    return closing
  }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))
