/** What is said of a database that is full or gone, on a real one. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { migrate } from '../../scripts/lib/migrate.mjs'
import { startPostgres } from '../../scripts/lib/postgres.mjs'
import { openStore, type Store } from './client'
import { databaseProblem } from './database-problem'
import { withTransaction } from './tx'
import { insertUser } from './users'

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

describe('the problem of a database', () => {
  let database: TestDatabase
  let store: Store
  beforeAll(async () => {
    database = await createTestDatabase()
    store = openStore(database.url)
  })
  afterAll(async () => {
    await store.close()
    await database.drop()
  })

  const raising = (code: string) => `DO $$ BEGIN RAISE EXCEPTION 'as it would' USING ERRCODE = '${code}'; END $$`

  it.each([
    ['53100', 'full'],
    ['57P01', 'down'],
    ['57P03', 'down'],
    ['08006', 'down'],
    ['22012', null],
    ['23505', null],
  ] as const)('of code %s is %s, also as Prisma hands it on', async (code, problem) => {
    expect(databaseProblem(await thrownBy(store.query(raising(code))))).toBe(problem)
    expect(databaseProblem(await thrownBy(store.prisma().$executeRawUnsafe(raising(code))))).toBe(problem)
  })

  it('that is not there is down', async () => {
    const nowhere = openStore('postgresql://u:p@127.0.0.1:1/none')
    expect(databaseProblem(await thrownBy(nowhere.query('SELECT 1')))).toBe('down')
    expect(databaseProblem(await thrownBy(nowhere.prisma().$queryRawUnsafe('SELECT 1')))).toBe('down')
    await nowhere.close()
  })

  it('is none for whatever else is thrown', () => {
    const circle: { cause?: unknown } = {}
    circle.cause = circle
    for (const other of [new Error('a bug'), 'text', null, undefined, circle, { code: 53100 }])
      expect(databaseProblem(other)).toBeNull()
  })
})

/** A small file system of its own, where this user may make one. */
function mountSmall(sizeMiB: number): string | null {
  if (process.getuid?.() !== 0) return null
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-small-')))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', directory], { stdio: 'ignore' })
    return directory
  } catch {
    rmSync(directory, { recursive: true })
    return null // a container without the right to mount
  }
}

const small = mountSmall(160)

describe('a disk that is full', () => {
  afterAll(() => {
    if (small === null) return
    execFileSync('umount', [small])
    rmSync(small, { recursive: true })
  })

  it.runIf(small !== null)(
    'refuses what is new, serves what is stored, and takes more once there is room',
    async () => {
      if (small === null) return
      const server = await startPostgres({
        directory: join(small, 'data', 'postgres'),
        passwordFile: join(small, 'password'),
        durable: true,
        log: () => undefined,
      })
      await migrate({ url: server.url })
      const store = openStore(server.url)
      const add = (email: string) =>
        withTransaction(store, (tx) =>
          insertUser(tx, { email, name: 'x'.repeat(2_000), role: 'viewer', passwordHash: '' }),
        )
      const emails = async () =>
        (await store.query<{ email: string }>('SELECT email FROM users')).map((row) => row.email)
      expect(await add('before@example.org')).not.toBeNull()
      const filler = join(small, 'filler')
      fillWith(filler)

      const stored = ['before@example.org']
      let refusal: unknown = null
      // A table takes what still fits into its pages; then it has to grow.
      for (let one = 0; refusal === null && one < 1_000; one += 1) {
        refusal = await thrownBy(add(`${one}@example.org`))
        if (refusal === null) stored.push(`${one}@example.org`)
      }
      expect(databaseProblem(refusal)).toBe('full')
      expect((await emails()).sort()).toEqual(stored.sort())

      rmSync(filler)
      expect(await add('after@example.org')).not.toBeNull()
      expect((await emails()).sort()).toEqual([...stored, 'after@example.org'].sort())
      await store.close()
      await server.stop()
    },
  )
})

/** Writes until nothing more fits. */
function fillWith(file: string): void {
  mkdirSync(join(file, '..'), { recursive: true })
  const descriptor = openSync(file, 'w')
  const block = Buffer.alloc(64 * 1024)
  try {
    for (;;) writeSync(descriptor, block)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    closeSync(descriptor)
  }
}
