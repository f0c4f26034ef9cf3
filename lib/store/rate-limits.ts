/** Tries against a limited door, counted in the database, so that every web process counts the same ones. */
import { createHash } from 'node:crypto'
import type { Millis } from '../domain/units'
import type { Db } from './client'

/** `max` tries in a window of `windowMillis` that begins with the first of them. */
export type Limit = { max: number; windowMillis: Millis }
export type Tried = { allowed: boolean; triesLeft: number; retryAfterMillis: Millis }

/**
 * Counts one try and says whether it was within the limit. The count and the answer are one statement: two tries at
 * once are two tries. `door` and `who` make the key, kept as a hash so that the table holds no addresses.
 */
export async function countTry(db: Db, door: string, who: string, limit: Limit): Promise<Tried> {
  const [row] = await db.query<{ count: number; left_millis: number }>(
    `INSERT INTO rate_limits AS r (key, count, window_start) VALUES ($1, 1, now())
     ON CONFLICT (key) DO UPDATE SET
       count = CASE WHEN r.window_start <= now() - $2 * interval '1 millisecond' THEN 1 ELSE least(r.count + 1, 1000000) END,
       window_start = CASE WHEN r.window_start <= now() - $2 * interval '1 millisecond' THEN now() ELSE r.window_start END
     RETURNING count, ceil($2 - extract(epoch FROM now() - r.window_start) * 1000)::bigint AS left_millis`,
    [keyOf(door, who), limit.windowMillis],
  )
  const count = row?.count ?? 1
  return {
    allowed: count <= limit.max,
    triesLeft: Math.max(0, limit.max - count),
    retryAfterMillis: count <= limit.max ? 0 : Math.max(1_000, row?.left_millis ?? limit.windowMillis),
  }
}

/** Forgets the tries: whoever got in starts afresh. */
export async function forgetTries(db: Db, door: string, who: string): Promise<void> {
  await db.query('DELETE FROM rate_limits WHERE key = $1', [keyOf(door, who)])
}

/** Removes counts older than a day, longer than any window. Returns how many. */
export async function pruneRateLimits(db: Db): Promise<number> {
  return (await db.query("DELETE FROM rate_limits WHERE window_start < now() - interval '1 day' RETURNING key")).length
}

const keyOf = (door: string, who: string): string => `${door}:${createHash('sha256').update(who).digest('hex')}`
