import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { Problem } from './problem.mjs'
import { root } from './root.mjs'

/** The advisory lock Prisma's own migrate takes, so that neither runs beside the other. */
const MIGRATION_LOCK = 72_707_369

/** Prisma's own table, column by column: `prisma migrate deploy` can take over at any time. */
const CREATE_LEDGER = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`

/**
 * Brings a database to this release's schema: applies `prisma/migrations/*` in order, each in a transaction with its
 * ledger row, so a failure leaves nothing behind. Several processes may call it at once: one applies, the others wait.
 * @param {{ url: string, directory?: string }} input `directory` holds one folder per migration
 * @returns {Promise<{ applied: string[] }>} the names applied now, in order
 * @throws {Problem} when a migration fails, was edited after it was applied, or the database is newer than this release
 */
export async function migrate({ url, directory = join(root, 'prisma', 'migrations') }) {
  const wanted = readMigrations(directory)
  const client = new pg.Client({ connectionString: url, application_name: 'snapwarden migrate' })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    await client.query(CREATE_LEDGER)
    const done = await readLedger(client)
    checkHistory(wanted, done)
    const applied = []
    for (const migration of wanted) {
      if (done.has(migration.name)) continue
      await applyOne(client, migration)
      applied.push(migration.name)
    }
    return { applied }
  } finally {
    await client.end()
  }
}

/**
 * @typedef {{ name: string, sql: string, checksum: string }} Migration
 * @param {string} directory
 * @returns {Migration[]}
 */
function readMigrations(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(directory, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

/**
 * @param {pg.Client} client
 * @returns {Promise<Map<string, { checksum: string, finished: boolean }>>}
 */
async function readLedger(client) {
  const { rows } = await client.query(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at',
  )
  return new Map(
    rows.map((row) => [row.migration_name, { checksum: row.checksum, finished: row.finished_at !== null }]),
  )
}

/** @param {Migration[]} wanted @param {Map<string, { checksum: string, finished: boolean }>} done */
function checkHistory(wanted, done) {
  const known = new Map(wanted.map((migration) => [migration.name, migration]))
  for (const [name, { checksum, finished }] of done) {
    if (!finished) {
      throw new Problem(
        `The database change ${name} began earlier and did not finish: restore the back-up from before the upgrade, or repair it with "prisma migrate resolve".`,
      )
    }
    const migration = known.get(name)
    if (migration === undefined) {
      throw new Problem(
        `The database was written by a newer Snapwarden (it holds the change ${name}): start that release, or restore a back-up made with this one.`,
      )
    }
    if (migration.checksum !== checksum) {
      throw new Problem(
        `The file prisma/migrations/${name}/migration.sql is not the one this database was built with: restore the file as released.`,
      )
    }
  }
}

/** @param {pg.Client} client @param {Migration} migration */
async function applyOne(client, { name, sql, checksum }) {
  await client.query('BEGIN')
  try {
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ($1, $2, $3, now())',
      [randomUUID(), checksum, name],
    )
    await client.query(sql)
    await client.query(
      'UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE migration_name = $1 AND rolled_back_at IS NULL',
      [name],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    const text = error instanceof Error ? error.message : String(error)
    throw new Problem(`The database change ${name} failed and was undone: ${text}.`, { cause: error })
  }
}
