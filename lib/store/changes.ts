/** The change log: what committed, ids only. Its readers tell browsers what to read again. */
import { type Change, TOPICS, type Topic } from '@/lib/domain/change'
import type { Db } from './client'
import type { Tx } from './tx'

/** Keeps `seq` in commit order: without it a reader that saw 7 would never see 6, committed later. Any constant. */
const CHANGE_ORDER_LOCK = 7_266_001

/** The channel on which PostgreSQL tells, at commit, that the log grew. */
export const CHANGE_CHANNEL = 'snapwarden_change'

/** One entry to be. `id` null: the list, or, for a topic of one thing, every one of them. */
export type NewChange = { topic: Topic; id: string | null }

/** Adds an entry to the change log in the caller's transaction. Call it late: it holds a lock until commit. */
export async function recordChange(tx: Tx, topic: Topic, id: string | null): Promise<void> {
  await recordChanges(tx, [{ topic, id }])
}

/** Adds entries to the change log in the caller's transaction, in order. Call it late: it holds a lock until commit. */
export async function recordChanges(tx: Tx, changes: readonly NewChange[]): Promise<void> {
  if (changes.length === 0) return
  await tx.query('SELECT pg_advisory_xact_lock($1)', [CHANGE_ORDER_LOCK])
  await tx.query(
    `INSERT INTO changes (topic, ref)
     SELECT topic, ref FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS new(topic, ref, place) ORDER BY place`,
    [changes.map((change) => change.topic), changes.map((change) => change.id)],
  )
}

/** The entries after `seq`, oldest first, at most `limit`. */
export async function changesAfter(db: Db, seq: number, limit: number): Promise<Change[]> {
  const rows = await db.query<{ seq: number; topic: string; ref: string | null }>(
    'SELECT seq, topic, ref FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2',
    [seq, limit],
  )
  return rows.map((row) => ({ seq: row.seq, topic: topicOf(row.topic), id: row.ref }))
}

/** The newest and the oldest entry still kept; both 0 in an empty log. A reader older than `oldest` reads all again. */
export async function changeRange(db: Db): Promise<{ oldest: number; latest: number }> {
  const [row] = await db.query<{ oldest: number | null; latest: number | null }>(
    'SELECT min(seq) AS oldest, max(seq) AS latest FROM changes',
  )
  return { oldest: row?.oldest ?? 0, latest: row?.latest ?? 0 }
}

/** `seq` of the newest entry, 0 in an empty log. */
export async function latestSeq(db: Db): Promise<number> {
  return (await changeRange(db)).latest
}

/** Removes entries older than `olderThanMillis`, keeping the newest one so that `seq` stays known. Returns how many. */
export async function pruneChanges(db: Db, olderThanMillis: number): Promise<number> {
  const rows = await db.query<{ seq: number }>(
    `DELETE FROM changes WHERE at < now() - $1 * interval '1 millisecond' AND seq < (SELECT max(seq) FROM changes)
     RETURNING seq`,
    [olderThanMillis],
  )
  return rows.length
}

function topicOf(text: string): Topic {
  const topic = TOPICS.find((known) => known === text)
  if (topic === undefined) throw new Error(`unknown topic in the change log: ${text}`)
  return topic
}
