/** Signed-in browsers. They are made by the auth adapter; here they are seen, kept fresh and ended. */
import { asId, type UserId } from '../domain/ids'
import type { Instant } from '../domain/units'
import type { SessionRow } from '../domain/view'
import type { Db } from './client'
import type { Tx } from './tx'

/** "Last seen" is written at most this often: a page with live data asks many times a second. */
const SEEN_EVERY_MILLIS = 60_000

/** Live sessions, last seen first: of one person, or of everybody when `userId` is null. */
export async function listSessions(db: Db, userId: UserId | null, currentId: string | null): Promise<SessionRow[]> {
  const rows = await db.query<{
    id: string
    email: string
    created_at: Instant
    updated_at: Instant
    ip_address: string | null
    user_agent: string | null
  }>(
    `SELECT s.id, u.email, s.created_at, s.updated_at, s.ip_address, s.user_agent
     FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.expires_at > now() AND ($1::text IS NULL OR s.user_id = $1)
     ORDER BY s.updated_at DESC, s.id LIMIT 500`,
    [userId],
  )
  return rows.map((row) => ({
    id: row.id,
    userEmail: row.email,
    createdAt: row.created_at,
    lastSeenAt: row.updated_at,
    address: row.ip_address === '' ? null : row.ip_address,
    agent: row.user_agent === '' ? null : row.user_agent,
    current: row.id === currentId,
  }))
}

/** Whose session this is, or null when it has ended. */
export async function findSessionOwner(db: Db, id: string): Promise<{ userId: UserId; email: string } | null> {
  const [row] = await db.query<{ user_id: string; email: string }>(
    `SELECT s.user_id, u.email FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.id = $1 AND s.expires_at > now() AND u.disabled_at IS NULL`,
    [id],
  )
  return row === undefined ? null : { userId: asId<UserId>(row.user_id), email: row.email }
}

/** Ends one session. Returns whether it was there. */
export async function deleteSession(tx: Tx, id: string): Promise<boolean> {
  return (await tx.query('DELETE FROM sessions WHERE id = $1 RETURNING id', [id])).length > 0
}

/** Ends every session of a person, except the one named. Returns how many. */
export async function deleteSessionsOf(tx: Tx, userId: UserId, exceptId: string | null): Promise<number> {
  const rows = await tx.query('DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING id', [
    userId,
    exceptId ?? '',
  ])
  return rows.length
}

/** Remembers that the session is in use. */
export async function touchSession(db: Db, id: string): Promise<void> {
  await db.query(
    `UPDATE sessions SET updated_at = now()
     WHERE id = $1 AND updated_at < now() - $2 * interval '1 millisecond'`,
    [id, SEEN_EVERY_MILLIS],
  )
}

/** Removes sessions that have ended by age. Returns how many. */
export async function pruneSessions(db: Db): Promise<number> {
  return (await db.query('DELETE FROM sessions WHERE expires_at < now() RETURNING id')).length
}
