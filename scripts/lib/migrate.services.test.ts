import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { withDatabase } from '@/lib/testing/database-setup'
import { migrate } from './migrate.mjs'
import { root } from './root.mjs'

/** An empty database of this file's own (not the migrated template) and a folder of hand-written migrations. */
let directory: string
let url: string
let admin: pg.Client
const name = `migrate_${process.pid}`

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'snapwarden-migrations-'))
  admin = new pg.Client({ connectionString: inject('testDatabaseUrl') })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name}`)
  url = withDatabase(inject('testDatabaseUrl'), name)
})

afterEach(async () => {
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
  await admin.end()
  rmSync(directory, { recursive: true, force: true })
})

function given(migration: string, sql: string): void {
  mkdirSync(join(directory, migration), { recursive: true })
  writeFileSync(join(directory, migration, 'migration.sql'), sql)
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe('migrate', () => {
  it('applies what is missing, in order, once', async () => {
    given('20260101_first', 'CREATE TABLE a (id int);')
    given('20260102_second', 'ALTER TABLE a ADD COLUMN b int; INSERT INTO a VALUES (1, 2);')
    expect(await migrate({ url, directory })).toEqual({ applied: ['20260101_first', '20260102_second'] })
    expect(await migrate({ url, directory })).toEqual({ applied: [] })
    expect(await query('SELECT * FROM a')).toEqual([{ id: 1, b: 2 }])
  })

  it('lets exactly one of several processes apply', async () => {
    given('20260101_first', 'CREATE TABLE a (id int);')
    const results = await Promise.all([1, 2, 3].map(() => migrate({ url, directory })))
    expect(results.flatMap((result) => result.applied)).toEqual(['20260101_first'])
  })

  it('undoes a failing migration whole and applies it once it is right', async () => {
    given('20260101_first', 'CREATE TABLE a (id int); SELECT no_such_column;')
    await expect(migrate({ url, directory })).rejects.toThrow(/20260101_first failed and was undone/)
    given('20260101_first', 'CREATE TABLE a (id int);')
    expect(await migrate({ url, directory })).toEqual({ applied: ['20260101_first'] })
  })

  it('refuses a file that changed after it was applied', async () => {
    given('20260101_first', 'CREATE TABLE a (id int);')
    await migrate({ url, directory })
    given('20260101_first', 'CREATE TABLE a (id bigint);')
    await expect(migrate({ url, directory })).rejects.toThrow(/not the one this database was built with/)
  })

  it('refuses a database a newer release wrote', async () => {
    given('20260101_first', 'CREATE TABLE a (id int);')
    given('20990101_later', 'CREATE TABLE later (id int);')
    await migrate({ url, directory })
    rmSync(join(directory, '20990101_later'), { recursive: true })
    await expect(migrate({ url, directory })).rejects.toThrow(/written by a newer Snapwarden/)
  })

  it('names a migration another tool left unfinished', async () => {
    given('20260101_first', 'CREATE TABLE a (id int);')
    await migrate({ url, directory })
    await query('UPDATE _prisma_migrations SET finished_at = NULL')
    await expect(migrate({ url, directory })).rejects.toThrow(/did not finish/)
  })

  it("applies the product's own migrations to an empty database", async () => {
    cpSync(join(root, 'prisma', 'migrations'), directory, { recursive: true })
    const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const { applied } = await migrate({ url, directory })
    expect(applied).toEqual(folders.map((entry) => entry.name).sort())
  })
})
