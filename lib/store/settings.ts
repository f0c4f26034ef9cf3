/** Settings of the installation, as JSON checked at reading. */
import type { z } from 'zod'
import type { Db } from './client'
import { cleanJson } from './text'
import type { Tx } from './tx'

/** The value under `key`, or null when it was never set. Throws when the stored value does not fit: that is our bug. */
export async function readSetting<T>(db: Db, key: string, schema: z.ZodType<T>): Promise<T | null> {
  const [row] = await db.query<{ value: unknown }>('SELECT value FROM settings WHERE key = $1', [key])
  return row === undefined ? null : schema.parse(row.value)
}

/** Sets the value under `key`. */
export async function writeSetting(tx: Tx, key: string, value: unknown): Promise<void> {
  await tx.query(
    `INSERT INTO settings (key, value) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [key, cleanJson(value)],
  )
}
