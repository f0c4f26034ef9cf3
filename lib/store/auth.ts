/**
 * What the auth library (better-auth) may read and write: four tables, by equality, over our own SQL.
 * Session tokens are stored as SHA-256, so a stolen database signs nobody in; and a session is written together with
 * its audit entry.
 */
import { createHash } from 'node:crypto'
import { createAdapterFactory } from 'better-auth/adapters'
import type { Actor } from '../domain/actor'
import { asId, type UserId } from '../domain/ids'
import { ROLES } from '../domain/permission'
import { record } from './audit'
import { recordChange } from './changes'
import type { Db, Store } from './client'
import { withTransaction } from './tx'

type Value = string | number | boolean | null
type Row = Record<string, Value>
type Condition = { field: string; value: unknown; operator?: string | undefined; connector?: string | undefined }

/** The library's models: table, and its field names (which are Prisma's) with our columns. */
const MODELS: Record<string, { table: string; columns: Record<string, string> }> = {
  user: {
    table: 'users',
    columns: {
      id: 'id',
      email: 'email',
      name: 'name',
      emailVerified: 'email_verified',
      image: 'image',
      role: 'role',
      disabledAt: 'disabled_at',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  session: {
    table: 'sessions',
    columns: {
      id: 'id',
      token: 'token',
      userId: 'user_id',
      expiresAt: 'expires_at',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  account: {
    table: 'accounts',
    columns: {
      id: 'id',
      accountId: 'account_id',
      providerId: 'provider_id',
      userId: 'user_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      scope: 'scope',
      password: 'password',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  verification: {
    table: 'verifications',
    columns: {
      id: 'id',
      identifier: 'identifier',
      value: 'value',
      expiresAt: 'expires_at',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
}

/** How a session token is kept. */
const hashSessionToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** The adapter better-auth works on. */
export function authAdapter(store: Store) {
  return createAdapterFactory({
    config: {
      adapterId: 'snapwarden',
      adapterName: 'Snapwarden store',
      supportsDates: false,
      supportsBooleans: true,
      supportsJSON: false,
      supportsNumericIds: false,
      transaction: false,
    },
    adapter: () => ({
      create: async ({ model, data }) => {
        const row = data as unknown as Row
        const created = model === 'session' ? await createSession(store, row) : await insert(store, model, row)
        return created as unknown as typeof data
      },
      findOne: async ({ model, where }) => ((await select(store, model, where, 1))[0] ?? null) as never,
      findMany: async ({ model, where, limit }) => (await select(store, model, where ?? [], limit)) as never,
      update: async ({ model, where, update }) =>
        ((await change(store, model, where, update as unknown as Row))[0] ?? null) as never,
      updateMany: async ({ model, where, update }) => (await change(store, model, where, update as Row)).length,
      delete: async ({ model, where }) => {
        await remove(store, model, where)
      },
      deleteMany: async ({ model, where }) => (await remove(store, model, where)).length,
      consumeOne: async ({ model, where }) => ((await remove(store, model, where))[0] ?? null) as never,
      count: async ({ model, where }) => (await select(store, model, where ?? [], 10_000)).length,
    }),
  })
}

async function createSession(store: Store, row: Row): Promise<Row> {
  const userId = asId<UserId>(String(row.userId))
  return withTransaction(store, async (tx) => {
    const [user] = await tx.query<{ email: string; role: string }>('SELECT email, role FROM users WHERE id = $1', [
      userId,
    ])
    const role = ROLES.find((known) => known === user?.role)
    if (user === undefined || role === undefined) throw new Error('a session begins for a user we do not have')
    const created = await insert(tx, 'session', row)
    const actor: Actor = { kind: 'user', userId, email: user.email, role }
    const address = typeof row.ipAddress === 'string' && row.ipAddress !== '' ? row.ipAddress : null
    await record(tx, { actor, action: 'session.signed-in', subject: null, address })
    await recordChange(tx, 'users', userId)
    return created
  })
}

async function insert(db: Db, model: string, row: Row): Promise<Row> {
  const fields = Object.keys(row)
  const rows = await db.query<Row>(
    `INSERT INTO ${tableOf(model)} (${fields.map((field) => columnOf(model, field)).join(', ')})
     VALUES (${fields.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING ${selection(model)}`,
    fields.map((field) => stored(model, field, row[field])),
  )
  const created = rows[0]
  if (created === undefined) throw new Error(`nothing was written to ${tableOf(model)}`)
  return withToken(model, created, row.token)
}

async function select(db: Db, model: string, where: Condition[], limit: number): Promise<Row[]> {
  const { sql, values } = conditions(model, where, 0)
  const rows = await db.query<Row>(
    `SELECT ${selection(model)} FROM ${tableOf(model)} WHERE ${sql} LIMIT ${Math.trunc(limit)}`,
    values,
  )
  return rows.map((row) => withToken(model, row, askedToken(where)))
}

async function change(db: Db, model: string, where: Condition[], update: Row): Promise<Row[]> {
  const fields = Object.keys(update)
  const { sql, values } = conditions(model, where, fields.length)
  const assignments = fields.map((field, index) => `${columnOf(model, field)} = $${index + 1}`)
  const rows = await db.query<Row>(
    `UPDATE ${tableOf(model)} SET ${assignments.join(', ')} WHERE ${sql} RETURNING ${selection(model)}`,
    [...fields.map((field) => stored(model, field, update[field])), ...values],
  )
  return rows.map((row) => withToken(model, row, askedToken(where)))
}

async function remove(db: Db, model: string, where: Condition[]): Promise<Row[]> {
  const { sql, values } = conditions(model, where, 0)
  return db.query<Row>(`DELETE FROM ${tableOf(model)} WHERE ${sql} RETURNING ${selection(model)}`, values)
}

/** All conditions joined with AND. An empty list would touch every row, so it is refused like any unknown operator. */
function conditions(model: string, where: Condition[], offset: number): { sql: string; values: unknown[] } {
  if (where.length === 0) throw new Error(`the auth library asked for every ${model}`)
  const OPERATORS: Record<string, string> = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' }
  const parts = where.map((condition, index) => {
    const operator = OPERATORS[condition.operator ?? 'eq']
    if (operator === undefined || (condition.connector === 'OR' && where.length > 1)) {
      throw new Error(`the auth library asked in a way we do not answer: ${condition.operator} ${condition.connector}`)
    }
    return `${columnOf(model, condition.field)} ${operator} $${offset + index + 1}`
  })
  return { sql: parts.join(' AND '), values: where.map(({ field, value }) => stored(model, field, value)) }
}

const isToken = (model: string, field: string): boolean => model === 'session' && field === 'token'

function stored(model: string, field: string, value: unknown): unknown {
  if (isToken(model, field)) return hashSessionToken(String(value))
  return value instanceof Date ? value.toISOString() : value
}

const askedToken = (where: Condition[]): unknown => where.find(({ field }) => field === 'token')?.value

/** The library finds the token it asked with, never the hash: it writes that value into the cookie. */
function withToken(model: string, row: Row, token: unknown): Row {
  if (model !== 'session') return row
  return { ...row, token: typeof token === 'string' ? token : '' }
}

function modelOf(model: string) {
  const known = MODELS[model]
  if (known === undefined) throw new Error(`the auth library asked for ${model}, which we do not have`)
  return known
}

const tableOf = (model: string): string => modelOf(model).table

function columnOf(model: string, field: string): string {
  const column = modelOf(model).columns[field]
  if (column === undefined) throw new Error(`the auth library asked for ${model}.${field}, which we do not have`)
  return column
}

const selection = (model: string): string =>
  Object.entries(modelOf(model).columns)
    .map(([field, column]) => `${column} AS "${field}"`)
    .join(', ')
