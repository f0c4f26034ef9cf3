import { afterAll, beforeAll, expect, test } from 'vitest'
import { asId, type ConnectionId } from '@/lib/domain/ids'
import { instanceKeyOf } from '@/lib/secrets/seal'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection, updateConnection } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { startProxmoxLab } from '../../e2e/labs/proxmox/server'
import type { ProxmoxAccess } from './credentials'
import { startTestLab, tokenOf } from './proxmox/testing/lab'
import { keepCredentials, keepServers, openConnection } from './registry'

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

/** Nobody listens there. */
const DOWN = 'https://127.0.0.1:1'

async function addCluster(name: string, access: ProxmoxAccess): Promise<ConnectionId> {
  return withTransaction(store, async (tx) => {
    const address = { kind: 'proxmox', user: 'root@pam!lab', fingerprints: [], authorities: [], ca: null } as const
    const added = await insertConnection(tx, {
      name,
      kind: 'proxmox',
      mode: 'observe',
      address: { ...address, urls: access.urls, fingerprints: [], authorities: [] },
      demo: false,
      createdBy: 'test',
    })
    if (!added.ok) throw new Error(added.why.code)
    await keepCredentials(tx, added.value, access, () => key)
    return added.value
  })
}

async function guestsBy(connectionId: ConnectionId): Promise<number | string> {
  const opened = await openConnection(store, connectionId, () => key)
  if (!opened.ok) return opened.why.code
  const { guests } = await opened.value.collect({ whole: true }, { thorough: true }, AbortSignal.timeout(60_000))
  await opened.value.close()
  return guests.status === 'read' ? guests.value.length : guests.reason.code
}

test('after a restart a cluster whose entered server is down is read through a server told before', async () => {
  const lab = await startTestLab()
  const further = await startProxmoxLab({ cluster: lab.cluster, certificate: lab.certificate })
  try {
    const login = tokenOf('root@pam!lab')
    const cluster = await addCluster('pve', { urls: [DOWN], ca: lab.certificate.ca, fingerprints: [], login })
    expect(await guestsBy(cluster)).toBe('unreachable')
    await keepServers(store, cluster, [further.url], () => key)
    expect(await guestsBy(cluster)).toBe(12)

    // The addresses say where a token may go: they are sealed, and for this connection alone.
    const [row] = await store.query<{ text: string }>(
      `SELECT encode(sealed, 'escape') AS text FROM connection_servers WHERE connection_id = $1`,
      [cluster],
    )
    expect(row?.text).not.toContain('127.0.0.1')
    const other = await addCluster('pve-other', { urls: [DOWN], ca: lab.certificate.ca, fingerprints: [], login })
    await store.query(
      `INSERT INTO connection_servers (connection_id, key_id, sealed)
       SELECT $2, key_id, sealed FROM connection_servers WHERE connection_id = $1`,
      [cluster, other],
    )
    expect(await guestsBy(other)).toBe('unreachable')

    // Another address is another cluster, whatever the old one told.
    await withTransaction(store, (tx) =>
      updateConnection(tx, cluster, {
        address: {
          kind: 'proxmox',
          urls: [DOWN],
          user: 'root@pam!lab',
          fingerprints: [],
          authorities: [],
          ca: null,
        },
      }),
    )
    expect(await guestsBy(cluster)).toBe('unreachable')
  } finally {
    await further.close()
    await lab.close()
  }
}, 120_000)
