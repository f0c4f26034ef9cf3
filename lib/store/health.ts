import type { Db } from './client'

/**
 * How long ago any worker last gave a sign of life, by the database's own clock; null when none ever did.
 * Throws when the database does not answer.
 */
export async function readWorkerHeartbeatAge(db: Db): Promise<number | null> {
  const rows = await db.query<{ age: number | null }>(
    `SELECT (extract(epoch FROM clock_timestamp() - max(heartbeat_at)) * 1000)::float8 AS age FROM workers`,
  )
  const age = rows[0]?.age ?? null
  // A worker's clock may be ahead of the database's: its sign of life is then just now, not in the future.
  return age === null ? null : Math.max(0, Math.round(age))
}
