/** API tokens. Only the SHA-256 of the secret is kept; it has 256 random bits, so a slow hash would add nothing. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { asId, type TokenId, type UserId } from '../domain/ids'
import type { Role } from '../domain/permission'
import type { Instant } from '../domain/units'
import type { TokenRow } from '../domain/view'
import type { Db } from './client'
import { cleanText } from './text'
import type { Tx } from './tx'
import { roleOf } from './users'

/** Marks our tokens in configuration files and secret scanners. */
const MARK = 'swt_'
const SECRET_BYTES = 32
const PREFIX_LENGTH = MARK.length + 6
const USED_EVERY_MILLIS = 60_000

export type TokenHolder = {
  id: TokenId
  name: string
  role: Role
  /** the person it belongs to with today's role; null = made on the command line */
  user: { id: UserId; role: Role } | null
}

/** A new secret, its stored form, and the part that may be shown. */
export function makeTokenSecret(): { secret: string; hash: string; prefix: string } {
  const secret = MARK + randomBytes(SECRET_BYTES).toString('base64url')
  return { secret, hash: hashToken(secret), prefix: secret.slice(0, PREFIX_LENGTH) }
}

const hashToken = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export type NewToken = {
  name: string
  hash: string
  prefix: string
  role: Role
  userId: UserId | null
  createdBy: string
  expiresAt: Instant
}

/** Adds a token. */
export async function insertToken(tx: Tx, token: NewToken): Promise<TokenId> {
  const id = asId<TokenId>(randomUUID())
  await tx.query(
    `INSERT INTO api_tokens (id, name, hash, prefix, role, user_id, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, cleanText(token.name), token.hash, token.prefix, token.role, token.userId, token.createdBy, token.expiresAt],
  )
  return id
}

/** Who holds this secret; null when it is unknown, revoked, expired, or its person is disabled. */
export async function findTokenHolder(db: Db, secret: string): Promise<TokenHolder | null> {
  const [row] = await db.query<{
    id: string
    name: string
    role: string
    user_id: string | null
    user_role: string | null
  }>(
    `SELECT t.id, t.name, t.role, t.user_id, u.role AS user_role FROM api_tokens t LEFT JOIN users u ON u.id = t.user_id
     WHERE t.hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now() AND (t.user_id IS NULL OR u.disabled_at IS NULL)`,
    [hashToken(secret)],
  )
  if (row === undefined) return null
  const user =
    row.user_id === null || row.user_role === null
      ? null
      : { id: asId<UserId>(row.user_id), role: roleOf(row.user_role) }
  return { id: asId<TokenId>(row.id), name: row.name, role: roleOf(row.role), user }
}

/** Remembers that the token is in use, at most once a minute. */
export async function touchToken(db: Db, id: TokenId): Promise<void> {
  await db.query(
    `UPDATE api_tokens SET last_used_at = now()
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - $2 * interval '1 millisecond')`,
    [id, USED_EVERY_MILLIS],
  )
}

/** Tokens, newest first: of one person, or all when `userId` is null. */
export async function listTokens(db: Db, userId: UserId | null): Promise<TokenRow[]> {
  const rows = await db.query<TokenTableRow>(
    `SELECT t.id, t.name, t.prefix, t.role, coalesce(u.email, t.created_by) AS owner, t.created_at, t.expires_at,
            t.last_used_at, t.revoked_at
     FROM api_tokens t LEFT JOIN users u ON u.id = t.user_id
     WHERE $1::text IS NULL OR t.user_id = $1 ORDER BY t.created_at DESC, t.id LIMIT 1000`,
    [userId],
  )
  return rows.map((row) => ({
    id: asId<TokenId>(row.id),
    name: row.name,
    prefix: row.prefix,
    role: roleOf(row.role),
    owner: row.owner,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }))
}

type TokenTableRow = {
  id: string
  name: string
  prefix: string
  role: string
  owner: string
  created_at: Instant
  expires_at: Instant
  last_used_at: Instant | null
  revoked_at: Instant | null
}

/** Name and owner of a token, whatever its state. */
export async function findToken(db: Db, id: TokenId): Promise<{ name: string; userId: UserId | null } | null> {
  const [row] = await db.query<{ name: string; user_id: string | null }>(
    'SELECT name, user_id FROM api_tokens WHERE id = $1',
    [id],
  )
  return row === undefined ? null : { name: row.name, userId: row.user_id === null ? null : asId<UserId>(row.user_id) }
}

/** Ends a token. The row stays, so that the log can be read. Returns whether it was still valid. */
export async function revokeToken(tx: Tx, id: TokenId): Promise<boolean> {
  const rows = await tx.query(
    'UPDATE api_tokens SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING id',
    [id],
  )
  return rows.length > 0
}
