import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../scripts/lib/migrate.mjs'
import { startPostgres } from '../../scripts/lib/postgres.mjs'
import { startWatchdog } from '../../scripts/lib/watchdog-client.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the throw-away PostgreSQL listens, with its password and the database to make others in. */
    testDatabaseUrl: string
  }
}

/** The migrated database every test's own one is copied from. */
export const TEMPLATE_DATABASE = 'snapwarden_template'

/**
 * Starts one throw-away PostgreSQL for a test run (no fsync, everything under the temporary directory), migrates a
 * template, and takes all of it away afterwards.
 */
export default async function setupTestDatabase(project: TestProject): Promise<() => Promise<void>> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-test-db-')))
  let messages = ''
  const server = await startPostgres({
    directory: join(directory, 'postgres'),
    passwordFile: join(directory, 'password'),
    durable: false,
    settings: { max_connections: '200', shared_buffers: '64MB', max_wal_size: '256MB' },
    log: (text) => {
      messages = (messages + text).slice(-4_096)
    },
  })
  // A test run that is killed must not leave a server behind.
  const watchdog = startWatchdog()
  watchdog.watch(server.pid, 'database')
  const removeAll = async () => {
    await server.stop()
    watchdog.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`)
    await client.end()
    await migrate({ url: withDatabase(server.url, TEMPLATE_DATABASE) })
  } catch (error) {
    await removeAll()
    throw new Error(`the test database could not be prepared: ${messages}`, { cause: error })
  }
  project.provide('testDatabaseUrl', server.url)
  return removeAll
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url)
  parsed.pathname = `/${database}`
  return parsed.toString()
}
