/** How reading a connection goes: its state, and the log of readings that told something. */
import type { CollectionId, ConnectionId } from '@/lib/domain/ids'
import type { Rights, Scope, Unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { Instant, Millis } from '@/lib/domain/units'
import { cleanInteger } from './clean'
import type { Db } from './client'
import { reasonSchema, rightsSchema, unreadSchema } from './json'
import { cleanJson, cleanText } from './text'
import type { Tx } from './tx'

/** What the next reading is compared with. */
export type ConnectionStateKept = {
  failures: number
  lastError: Reason | null
  unread: Unread[]
  version: string | null
  lastAnswerAt: Instant | null
  lastThoroughAt: Instant | null
  nextAttemptAt: Instant | null
  /** what our credentials might do when most was seen; null = never told */
  rights: Rights | null
  /** why it refused every change; null = nothing said so */
  changesRefused: Reason | null
}

/** The states of some connections, by connection. */
export async function connectionStates(
  db: Db,
  connectionIds: readonly ConnectionId[],
): Promise<Map<ConnectionId, ConnectionStateKept>> {
  const rows = await db.query<Omit<ConnectionStateKept, keyof StateJson> & StateJson>(
    `SELECT connection_id AS "connectionId", failures, last_error AS "lastError", unread, version,
       last_answer_at AS "lastAnswerAt", last_thorough_at AS "lastThoroughAt", next_attempt_at AS "nextAttemptAt", rights,
       changes_refused AS "changesRefused"
     FROM connection_states WHERE connection_id = ANY($1)`,
    [connectionIds],
  )
  return new Map(
    rows.map(({ connectionId, lastError, unread, rights, changesRefused, ...rest }) => [
      connectionId,
      {
        ...rest,
        lastError: lastError === null ? null : reasonSchema.parse(lastError),
        unread: unreadSchema.parse(unread),
        rights: rights === null ? null : rightsSchema.parse(rights),
        changesRefused: changesRefused === null ? null : reasonSchema.parse(changesRefused),
      },
    ]),
  )
}

type StateJson = {
  connectionId: ConnectionId
  lastError: unknown
  unread: unknown
  rights: unknown
  changesRefused: unknown
}

/** One attempt to read a connection, and what of it moves the state. */
export type Attempt = {
  startedAt: Instant
  finishedAt: Instant
  scope: Scope
  thorough: boolean
  unread: Unread[]
  /** why it counts as failed; what it did read counts all the same */
  failure: Reason | null
  guestsListed: boolean
  storagesListed: boolean
  version: string | null
  clockSkewMillis: Millis | null
  /** null = none was shown this time */
  certificateValidTo: Instant | null
  nextAttemptAt: Instant
  /** kept for the next reading to compare with; null = those kept before */
  rights: Rights | null
  /** why it refuses every change now, null = nothing says so */
  changesRefused: Reason | null
}

/** Writes the state after an attempt. A reading of some guests moves only the signs of life. */
export async function writeState(tx: Tx, connectionId: ConnectionId, attempt: Attempt): Promise<void> {
  const { whole } = attempt.scope
  const answered = attempt.guestsListed
  const full = whole && attempt.failure === null && attempt.unread.length === 0
  await tx.query(
    `INSERT INTO connection_states AS s (connection_id, last_attempt_at, last_answer_at, last_full_at,
       last_thorough_at, guests_at, storages_at, next_attempt_at, last_error, failures, version, clock_skew_millis,
       collect_millis, unread, rights, progress, certificate_valid_to,
       changes_refused)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14::jsonb, '[]'), $15, NULL, $16, $17)
     ON CONFLICT (connection_id) DO UPDATE SET
       last_attempt_at = excluded.last_attempt_at,
       last_answer_at = coalesce(excluded.last_answer_at, s.last_answer_at),
       last_full_at = coalesce(excluded.last_full_at, s.last_full_at),
       last_thorough_at = coalesce(excluded.last_thorough_at, s.last_thorough_at),
       guests_at = coalesce(excluded.guests_at, s.guests_at),
       storages_at = coalesce(excluded.storages_at, s.storages_at),
       next_attempt_at = excluded.next_attempt_at,
       last_error = excluded.last_error,
       failures = CASE WHEN excluded.failures = 0 THEN 0 ELSE s.failures + 1 END,
       version = coalesce(excluded.version, s.version),
       clock_skew_millis = coalesce(excluded.clock_skew_millis, s.clock_skew_millis),
       collect_millis = coalesce(excluded.collect_millis, s.collect_millis),
       unread = CASE WHEN $14::jsonb IS NULL THEN s.unread ELSE excluded.unread END,
       rights = coalesce(excluded.rights, s.rights),
       certificate_valid_to = coalesce(excluded.certificate_valid_to, s.certificate_valid_to),
       changes_refused = excluded.changes_refused,
       progress = NULL`,
    [
      connectionId,
      attempt.startedAt,
      answered ? attempt.finishedAt : null,
      full ? attempt.finishedAt : null,
      whole && attempt.thorough && attempt.failure === null ? attempt.finishedAt : null,
      whole && attempt.guestsListed ? attempt.startedAt : null,
      whole && attempt.storagesListed ? attempt.startedAt : null,
      attempt.nextAttemptAt,
      attempt.failure === null ? null : cleanJson(attempt.failure),
      attempt.failure === null ? 0 : 1,
      attempt.version === null ? null : cleanText(attempt.version, 200),
      cleanInteger(attempt.clockSkewMillis),
      whole ? Math.max(0, Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt)) : null,
      whole ? cleanJson(attempt.unread) : null,
      attempt.rights === null ? null : cleanJson(attempt.rights),
      attempt.certificateValidTo,
      attempt.changesRefused === null ? null : cleanJson(attempt.changesRefused),
    ],
  )
}

/** Adds a reading to the log. */
export async function insertCollection(
  tx: Tx,
  id: CollectionId,
  connectionId: ConnectionId,
  attempt: Attempt,
  counts: { guestsRead: number; changes: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO collections (id, connection_id, started_at, finished_at, scope, thorough, unread, guests_read, changes)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      connectionId,
      attempt.startedAt,
      attempt.finishedAt,
      cleanJson(attempt.scope),
      attempt.thorough,
      cleanJson(attempt.unread),
      counts.guestsRead,
      counts.changes,
    ],
  )
}

/** Shows how far a first inventory is; null when none runs. */
export async function writeProgress(
  db: Db,
  connectionId: ConnectionId,
  progress: { done: number; total: number } | null,
): Promise<void> {
  await db.query('UPDATE connection_states SET progress = $2 WHERE connection_id = $1', [
    connectionId,
    progress === null ? null : cleanJson(progress),
  ])
}

/** Removes readings older than `olderThanMillis`, keeping the newest of each connection. Returns how many. */
export async function pruneCollections(db: Db, olderThanMillis: Millis): Promise<number> {
  const rows = await db.query(
    `DELETE FROM collections old WHERE finished_at < now() - $1 * interval '1 millisecond'
       AND EXISTS (SELECT 1 FROM collections newer WHERE newer.connection_id = old.connection_id
         AND newer.finished_at > old.finished_at) RETURNING id`,
    [olderThanMillis],
  )
  return rows.length
}
