import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { TEMPLATE_DATABASE, withDatabase } from './database-setup'

/** A database of one test file's own. `url` connects to it; `drop` ends its sessions and removes it. */
export type TestDatabase = { readonly url: string; readonly drop: () => Promise<void> }

/**
 * Makes a fresh, migrated database for the calling test file (a copy of the template, some 30 ms).
 * Only in `*.services.test.ts`: the project's global set-up starts the server.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('testDatabaseUrl')
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`)
  return {
    url: withDatabase(server, name),
    drop: () => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
