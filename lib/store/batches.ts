/** Many rows without holding anything up. */
import { setImmediate } from 'node:timers/promises'
import type { Tx } from './tx'

/**
 * The rows of one statement, all as of one moment, `size` at a time, letting the event loop breathe between them. One
 * such walk at a time in a transaction.
 */
export async function* rowsInBatches<Row extends object>(tx: Tx, sql: string, size: number): AsyncGenerator<Row[]> {
  await tx.query(`DECLARE batches NO SCROLL CURSOR FOR ${sql}`)
  for (;;) {
    const rows = await tx.query<Row>(`FETCH ${size} FROM batches`)
    if (rows.length > 0) yield rows
    if (rows.length < size) break
    await setImmediate()
  }
  await tx.query('CLOSE batches')
}
