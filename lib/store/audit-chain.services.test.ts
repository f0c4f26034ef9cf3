import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { record } from './audit'
import { sealedEntries, verifyAudit } from './audit-chain'
import { openStore, type Store } from './client'
import { withTransaction } from './tx'

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url, { maxConnections: 12 })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

const write = (subject: string) =>
  withTransaction(store, (tx) =>
    record(tx, {
      actor: { kind: 'local', osUser: 'root', role: 'admin' },
      action: 'export.made',
      subject,
      detail: { text: 'ü "quoted" 快照', count: 3, nothing: null },
    }),
  )
const meddle = async (sql: string) => {
  await store.query('ALTER TABLE audit DISABLE TRIGGER audit_append_only')
  await store.query(sql)
  await store.query('ALTER TABLE audit ENABLE TRIGGER audit_append_only')
}

test('entries written at once form one chain that anybody can check with SHA-256 alone', async () => {
  await Promise.all(Array.from({ length: 40 }, (_, index) => write(`thing:${index}`)))
  let before = ''
  let count = 0
  for await (const { seq, record: text, previous, hash } of sealedEntries(store)) {
    count += 1
    expect(seq).toBe(count)
    expect(previous).toBe(before)
    expect(hash).toBe(createHash('sha256').update(`${previous}\n${text}`).digest('hex'))
    expect(JSON.parse(text)).toEqual(expect.arrayContaining([seq, 'local:root', 'export.made']))
    before = hash
  }
  expect(await verifyAudit(store)).toEqual({ intact: true, entries: 40, head: before })
})

test.each([
  ['edited', `UPDATE audit SET actor = 'local:nobody' WHERE seq = 7`, 7],
  ['edited with its text', `UPDATE audit SET record = replace(record, 'root', 'nobody') WHERE seq = 9`, 9],
  ['removed', 'DELETE FROM audit WHERE seq = 20', 20],
])('an entry that was %s is found', async (_, sql, brokenAt) => {
  await store.query('TRUNCATE audit')
  for (let index = 0; index < 25; index += 1) await write(`thing:${index}`)
  expect(await verifyAudit(store)).toMatchObject({ intact: true })
  await meddle(sql)
  expect(await verifyAudit(store)).toMatchObject({ intact: false, brokenAt })
})
