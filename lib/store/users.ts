/** People and their passwords. E-mail addresses are kept in lower case: one person, one row. */
import { randomUUID } from 'node:crypto'
import { asId, type UserId } from '../domain/ids'
import { ROLES, type Role } from '../domain/permission'
import type { Instant } from '../domain/units'
import type { UserRow } from '../domain/view'
import type { Db } from './client'
import { cleanText } from './text'
import type { Tx } from './tx'

export const LANGUAGES = ['en', 'zh-CN'] as const
export const THEMES = ['system', 'light', 'dark'] as const
export const DENSITIES = ['comfortable', 'default', 'compact'] as const

export type StoredUser = {
  id: UserId
  email: string
  name: string
  role: Role
  disabled: boolean
  /** null = follow the browser */
  language: string | null
  theme: string
  density: string
  shortcuts: boolean
  createdAt: Instant
}

type UserTableRow = {
  id: string
  email: string
  name: string
  role: string
  disabled_at: Instant | null
  language: string | null
  theme: string
  density: string
  shortcuts: boolean
  created_at: Instant
}

const COLUMNS = 'id, email, name, role, disabled_at, language, theme, density, shortcuts, created_at'
/** Administrators change one after another, so that the last one cannot be lost between two. Any constant. */
const ADMINISTRATORS_LOCK = 7_266_011

export async function findUser(db: Db, id: UserId): Promise<StoredUser | null> {
  const [row] = await db.query<UserTableRow>(`SELECT ${COLUMNS} FROM users WHERE id = $1`, [id])
  return row === undefined ? null : userFromRow(row)
}

export async function findUserByEmail(db: Db, email: string): Promise<StoredUser | null> {
  const [row] = await db.query<UserTableRow>(`SELECT ${COLUMNS} FROM users WHERE email = $1`, [email.toLowerCase()])
  return row === undefined ? null : userFromRow(row)
}

/** Everybody, by e-mail, with their live sessions. */
export async function listUsers(db: Db): Promise<UserRow[]> {
  const rows = await db.query<UserTableRow & { sessions: number; last_seen: Instant | null }>(
    `SELECT ${COLUMNS.split(', ')
      .map((column) => `u.${column}`)
      .join(', ')}, count(s.id) AS sessions, max(s.updated_at) AS last_seen
     FROM users u LEFT JOIN sessions s ON s.user_id = u.id AND s.expires_at > now()
     GROUP BY u.id ORDER BY u.email`,
  )
  return rows.map((row) => {
    const { id, email, name, role, disabled, createdAt } = userFromRow(row)
    return { id, email, name, role, disabled, createdAt, lastSeenAt: row.last_seen, sessions: row.sessions }
  })
}

/** Whether set-up is done: an administrator exists, disabled or not. */
export async function administratorExists(db: Db): Promise<boolean> {
  const rows = await db.query("SELECT 1 FROM users WHERE role = 'admin' LIMIT 1")
  return rows.length > 0
}

/** Takes the turn to change administrators, until the transaction ends. */
export async function lockAdministrators(tx: Tx): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [ADMINISTRATORS_LOCK])
}

/** How many can sign in and manage, besides `except`. Call after `lockAdministrators`. */
export async function otherAdministrators(tx: Tx, except: UserId): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    "SELECT count(*) AS count FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> $1",
    [except],
  )
  return row?.count ?? 0
}

export type NewUser = { email: string; name: string; role: Role; passwordHash: string; language?: string | null }

/** Adds a person. Returns null when the e-mail address is taken. */
export async function insertUser(tx: Tx, user: NewUser): Promise<UserId | null> {
  const id = asId<UserId>(randomUUID())
  const rows = await tx.query(
    `INSERT INTO users (id, email, name, role, language, email_verified) VALUES ($1, $2, $3, $4, $5, true)
     ON CONFLICT (email) DO NOTHING RETURNING id`,
    [id, cleanText(user.email.toLowerCase()), cleanText(user.name), user.role, user.language ?? null],
  )
  if (rows.length === 0) return null
  await setPassword(tx, id, user.passwordHash)
  return id
}

/** Replaces the password. `passwordHash` is argon2id's. */
export async function setPassword(tx: Tx, id: UserId, passwordHash: string): Promise<void> {
  const rows = await tx.query(
    `UPDATE accounts SET password = $2, updated_at = now()
     WHERE user_id = $1 AND provider_id = 'credential' RETURNING id`,
    [id, passwordHash],
  )
  if (rows.length > 0) return
  await tx.query(
    `INSERT INTO accounts (id, account_id, provider_id, user_id, password) VALUES ($1, $2, 'credential', $2, $3)`,
    [randomUUID(), id, passwordHash],
  )
}

/** The stored hash, or null for somebody who cannot sign in with a password. */
export async function passwordHashOf(db: Db, id: UserId): Promise<string | null> {
  const [row] = await db.query<{ password: string | null }>(
    "SELECT password FROM accounts WHERE user_id = $1 AND provider_id = 'credential'",
    [id],
  )
  return row?.password ?? null
}

export type UserPatch = Partial<
  Pick<StoredUser, 'name' | 'role' | 'disabled' | 'language' | 'theme' | 'density' | 'shortcuts'>
>

/** Changes what the patch names and leaves the rest. */
export async function updateUser(tx: Tx, id: UserId, patch: UserPatch): Promise<void> {
  const { disabled, ...rest } = patch
  const assignments: string[] = ['updated_at = now()']
  const values: unknown[] = [id]
  for (const [column, value] of Object.entries(rest)) {
    if (value === undefined) continue
    values.push(typeof value === 'string' ? cleanText(value) : value)
    assignments.push(`${column} = $${values.length}`)
  }
  if (disabled !== undefined) assignments.push(`disabled_at = ${disabled ? 'coalesce(disabled_at, now())' : 'NULL'}`)
  await tx.query(`UPDATE users SET ${assignments.join(', ')} WHERE id = $1`, values)
}

/** Removes a person with their sessions, password and tokens. */
export async function deleteUser(tx: Tx, id: UserId): Promise<void> {
  await tx.query('DELETE FROM users WHERE id = $1', [id])
}

export function roleOf(text: string): Role {
  const role = ROLES.find((known) => known === text)
  if (role === undefined) throw new Error(`unknown role in a row: ${text}`)
  return role
}

const userFromRow = (row: UserTableRow): StoredUser => ({
  id: asId<UserId>(row.id),
  email: row.email,
  name: row.name,
  role: roleOf(row.role),
  disabled: row.disabled_at !== null,
  language: row.language,
  theme: row.theme,
  density: row.density,
  shortcuts: row.shortcuts,
  createdAt: row.created_at,
})
