import { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'

/** Where the pool leaves the connection on which Prisma begins a transaction; set only while one begins. */
export const transactionSlot = new AsyncLocalStorage<{ client: pg.PoolClient | null } | undefined>()
