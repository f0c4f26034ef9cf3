import { afterAll, beforeAll, expect, test } from 'vitest'
import { asId, type ConnectionId } from '@/lib/domain/ids'
import { instanceKeyOf } from '@/lib/secrets/seal'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { keepCredentials, openConnection } from './registry'

let database: TestDatabase
let store: Store
const key = instanceKeyOf(Buffer.alloc(32, 1))
const id = asId<ConnectionId>('c')

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
  await withTransaction(store, async (tx) => {
    await insertConnection(tx, {
      id,
      name: 'kvm-1',
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: 'qemu+tls://kvm-1/system', cleartextAccepted: false },
      demo: false,
      createdBy: 'test',
    })
    await keepCredentials(tx, id, { username: 'lin', password: 'correct horse' }, () => key)
  })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

test('opens a connection with its sealed credentials, which no row shows', async () => {
  const opened = await openConnection(store, id, () => key)
  expect(opened).toMatchObject({ ok: true, value: { kind: 'libvirt' } })
  if (opened.ok) await opened.value.close()
  const [row] = await store.query<{ text: string }>(
    `SELECT encode(sealed, 'escape') || key_id AS text FROM connection_secrets`,
  )
  expect(row?.text).not.toContain('horse')
})

test('another key, and a key file that is gone, both keep us out with a reason', async () => {
  const other = instanceKeyOf(Buffer.alloc(32, 2))
  expect(await openConnection(store, id, () => other)).toMatchObject({ ok: false, why: { code: 'unlock-failed' } })
  const gone = (): never => {
    throw new Error('the key file is missing')
  }
  expect(await openConnection(store, id, gone)).toMatchObject({
    ok: false,
    why: { code: 'unlock-failed' },
    native: { text: 'the key file is missing' },
  })
  expect(await openConnection(store, asId<ConnectionId>('gone'), () => key)).toMatchObject({
    ok: false,
    why: { code: 'missing' },
  })
})
