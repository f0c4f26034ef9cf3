/** Transactions. What belongs together is written together: a row, its audit entry, its change entry. */
import type pg from 'pg'
import type { Db, Store } from './client'
import type { Prisma } from './generated/client'
import { transactionSlot } from './transaction-slot'

/** An open transaction. */
export type Tx = Db & { readonly inTransaction: true }
/** An open transaction in which Prisma and raw SQL see the same rows. */
export type PrismaTx = Tx & { readonly prisma: Prisma.TransactionClient }

/** A verb with its audit entry is some milliseconds; a first inventory of 10,000 guests is seconds. */
const TRANSACTION_TIMEOUT_MILLIS = 120_000
const WAIT_FOR_CONNECTION_MILLIS = 10_000

/** Whether `db` already is a transaction. */
const isTransaction = (db: Db): db is Tx => 'inTransaction' in db

/**
 * Runs `work` in one transaction: all of it is committed, or nothing when it throws. Inside an outer transaction it
 * joins that one. `work` may run nothing outside the transaction that it needs undone.
 */
export async function withTransaction<T>(db: Store | Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  if (isTransaction(db)) return work(db)
  const client = await db.pool.connect()
  let broken: Error | undefined
  const onError = (error: Error) => {
    broken = error
  }
  client.on('error', onError)
  try {
    await client.query('BEGIN')
    const result = await work({ inTransaction: true, query: queryOn(client) })
    await client.query('COMMIT')
    return result
  } catch (error) {
    try {
      await client.query('ROLLBACK')
    } catch (rollbackError) {
      // The connection is gone, and PostgreSQL rolls back what it lost: only the connection is not used again.
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError))
    }
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}

/** As `withTransaction`, with Prisma in the same transaction. */
export async function withPrismaTransaction<T>(db: Store | PrismaTx, work: (tx: PrismaTx) => Promise<T>): Promise<T> {
  if (isTransaction(db)) return work(db)
  const slot: { client: pg.PoolClient | null } = { client: null }
  return transactionSlot.run(slot, () =>
    db.prisma().$transaction(
      (prisma) =>
        // Outside the slot again: a connection that `work` takes is not this transaction's.
        transactionSlot.run(undefined, () => {
          if (slot.client === null) throw new Error('Prisma began a transaction without a connection of our pool')
          return work({ inTransaction: true, prisma, query: queryOn(slot.client) })
        }),
      { timeout: TRANSACTION_TIMEOUT_MILLIS, maxWait: WAIT_FOR_CONNECTION_MILLIS },
    ),
  )
}

const queryOn =
  (client: pg.PoolClient): Db['query'] =>
  async <Row extends object>(sql: string, parameters: readonly unknown[] = []) =>
    (await client.query<Row>(sql, [...parameters])).rows
