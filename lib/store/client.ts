/** The way to our PostgreSQL: one pool of connections; raw SQL through it, and Prisma over the same pool on demand. */
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/client'
import { instantFromPostgres } from './postgres-time'
import { transactionSlot } from './transaction-slot'

/** Runs SQL. A store and a transaction both can, so that functions take either. */
export type Db = {
  /**
   * Runs one statement with bound parameters. bigint comes back as a number, timestamptz as an Instant, jsonb parsed.
   * Throws what PostgreSQL refuses: that is our bug or a database that is away, never an expected outcome.
   */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
}

export type Store = Db & {
  readonly pool: pg.Pool
  readonly url: string
  /** Prisma over the same pool, made at first use: a process that never asks does not pay its memory. */
  prisma(): PrismaClient
  /** Ends every connection. Idempotent. */
  close(): Promise<void>
}

/** One connection of the pool. */
export type StoreClient = pg.PoolClient

export type StoreOptions = {
  /** how many connections at most; the embedded server allows some hundred for all processes together */
  maxConnections?: number
  /** told when an idle connection is lost, e.g. at a restart of the database; the pool makes new ones by itself */
  onConnectionLost?: (error: Error) => void
}

const DEFAULT_MAX_CONNECTIONS = 10
/** A database that does not answer within this is down for the caller. */
const CONNECT_TIMEOUT_MILLIS = 10_000
/** No statement of ours takes longer on any inventory we promise; one that does would hold its connection for ever. */
const STATEMENT_TIMEOUT_MILLIS = 60_000

const INT8 = 20
const TIMESTAMPTZ = 1184

/** Numbers below 2^53 stay numbers (Bytes), instants stay text: rows map to domain types without a second pass. */
const typeParsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return Number
    if (oid === TIMESTAMPTZ) return instantFromPostgres
    return pg.types.getTypeParser(oid, format)
  },
}

/** Opens the store at a PostgreSQL URL. Connects lazily; never throws for a database that is away. */
export function openStore(url: string, options: StoreOptions = {}): Store {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLIS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'snapwarden',
    statement_timeout: STATEMENT_TIMEOUT_MILLIS,
    idle_in_transaction_session_timeout: 2 * STATEMENT_TIMEOUT_MILLIS,
    options: '-c timezone=UTC -c datestyle=ISO',
    types: typeParsers,
  })
  pool.on('error', (error) => options.onConnectionLost?.(error))
  captureTransactions(pool)

  let prisma: PrismaClient | null = null
  let closing: Promise<void> | null = null
  return {
    pool,
    url,
    query: async <Row extends object>(sql: string, parameters: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...parameters])).rows,
    prisma: () => {
      prisma ??= new PrismaClient({ adapter: new PrismaPg(pool) })
      return prisma
    },
    close: () => {
      closing ??= (async () => {
        await prisma?.$disconnect()
        await pool.end()
      })()
      return closing
    },
  }
}

/**
 * Hands the connection of a Prisma transaction to `withPrismaTransaction`, so that raw SQL runs in the same one.
 * Prisma begins a transaction by taking a connection from this pool.
 */
function captureTransactions(pool: pg.Pool): void {
  const connect = pool.connect.bind(pool)
  const capturing = async (): Promise<pg.PoolClient> => {
    const slot = transactionSlot.getStore()
    const client = await connect()
    if (slot !== undefined) slot.client = client
    return client
  }
  pool.connect = ((callback?: Parameters<typeof connect>[0]) =>
    callback === undefined ? capturing() : connect(callback)) as typeof pool.connect
}

const globalStore = globalThis as typeof globalThis & { snapwardenStore?: Store }

/**
 * The one store of this process, at DATABASE_URL. On globalThis, because Next loads a module more than once.
 * Throws when DATABASE_URL is not set: the launcher sets it.
 */
export function getStore(): Store {
  if (globalStore.snapwardenStore === undefined) {
    const url = process.env.DATABASE_URL
    if (url === undefined || url === '') throw new Error('DATABASE_URL is not set: start with npm start')
    globalStore.snapwardenStore = openStore(url, {
      onConnectionLost: (error) => console.error(`database connection lost: ${error.message}`),
    })
  }
  return globalStore.snapwardenStore
}
