/** Requests to read a connection now: rows that the worker owning the connection answers, and that the asker waits on. */
import { randomUUID } from 'node:crypto'
import { asId, type CollectionId, type ConnectionId } from '@/lib/domain/ids'
import type { Scope, Unread } from '@/lib/domain/inventory'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant, Millis } from '@/lib/domain/units'
import type { Db } from './client'
import { scopeSchema, unreadSchema } from './json'
import { cleanJson, cleanText } from './text'
import type { Tx } from './tx'
import { waitFor } from './wait-for'

/** A reading that answered a request, as stored. */
export type CollectAnswer = {
  collectionId: CollectionId
  startedAt: Instant
  finishedAt: Instant
  /** what could not be read */
  unread: Unread[]
}

export type CollectRequest = { id: string; connectionId: ConnectionId; scope: Scope; requestedAt: Instant }

/** Asks for a fresh reading and wakes the worker at commit. Returns the request's id. */
export async function requestCollect(
  tx: Tx | Db,
  input: { connectionId: ConnectionId; scope: Scope; requestedBy: string },
): Promise<string> {
  const id = randomUUID()
  await tx.query('INSERT INTO collect_requests (id, connection_id, scope, requested_by) VALUES ($1, $2, $3, $4)', [
    id,
    input.connectionId,
    cleanJson(input.scope),
    cleanText(input.requestedBy),
  ])
  return id
}

/**
 * Waits until a request is answered, at most `timeoutMillis` (then `not-collected-in-time`). Also when nothing could
 * be read there is an answer: it says so in `unread`. Must not run inside a transaction: it waits for another's commit.
 */
export async function waitForCollect(
  db: Db,
  requestId: string,
  timeoutMillis: Millis,
  signal?: AbortSignal,
): Promise<Outcome<CollectAnswer>> {
  return waitFor(timeoutMillis, signal, async () => {
    const [row] = await db.query<AnswerColumns>(
      `SELECT r.finished_at AS "doneAt", l.id, l.started_at AS "startedAt", l.finished_at AS "finishedAt", l.unread
       FROM collect_requests r LEFT JOIN collections l ON l.id = r.collection_id WHERE r.id = $1`,
      [requestId],
    )
    if (row === undefined) return refused({ code: 'missing', what: 'connection', name: requestId })
    if (row.doneAt === null) return null
    if (row.id === null || row.startedAt === null || row.finishedAt === null) return refused({ code: 'interrupted' })
    return ok({
      collectionId: asId<CollectionId>(row.id),
      startedAt: row.startedAt,
      finishedAt: row.finishedAt,
      unread: unreadSchema.parse(row.unread),
    })
  })
}

/** Open requests for these connections, oldest first. */
export async function openCollectRequests(db: Db, connectionIds: readonly ConnectionId[]): Promise<CollectRequest[]> {
  const rows = await db.query<{ id: string; connectionId: string; scope: unknown; requestedAt: Instant }>(
    `SELECT id, connection_id AS "connectionId", scope, requested_at AS "requestedAt" FROM collect_requests
     WHERE finished_at IS NULL AND connection_id = ANY($1) ORDER BY requested_at, id`,
    [connectionIds],
  )
  return rows.map((row) => ({
    id: row.id,
    connectionId: asId<ConnectionId>(row.connectionId),
    scope: scopeSchema.parse(row.scope),
    requestedAt: row.requestedAt,
  }))
}

/** Marks requests as being worked on, for pages that show it. */
export async function startCollectRequests(db: Db, ids: readonly string[]): Promise<void> {
  await db.query('UPDATE collect_requests SET started_at = now() WHERE id = ANY($1) AND started_at IS NULL', [ids])
}

/** Answers requests with the reading that began after they were made; null = it could not be stored. */
export async function finishCollectRequests(
  db: Db,
  ids: readonly string[],
  collectionId: CollectionId | null,
): Promise<void> {
  if (ids.length === 0) return
  await db.query(
    'UPDATE collect_requests SET finished_at = now(), collection_id = $2 WHERE id = ANY($1) AND finished_at IS NULL',
    [ids, collectionId],
  )
}

/** Removes answered requests and questions, and unanswered ones nobody can wait for any more. */
export async function pruneRequests(db: Db, olderThanMillis: Millis): Promise<number> {
  const requests = await db.query(
    `DELETE FROM collect_requests WHERE requested_at < now() - $1 * interval '1 millisecond' RETURNING id`,
    [olderThanMillis],
  )
  const questions = await db.query(
    `DELETE FROM questions WHERE asked_at < now() - $1 * interval '1 millisecond' RETURNING id`,
    [olderThanMillis],
  )
  return requests.length + questions.length
}

type AnswerColumns = {
  doneAt: Instant | null
  id: string | null
  startedAt: Instant | null
  finishedAt: Instant | null
  unread: unknown
}
