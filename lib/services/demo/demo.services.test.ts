import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionId } from '@/lib/domain/ids'
import { openConnection } from '@/lib/hypervisors/registry'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection, listConnections } from '@/lib/store/connections'
import { guestDetail, guestWindow } from '@/lib/store/inventory-guests'
import { listStorages } from '@/lib/store/inventory-storages'
import { claimLease } from '@/lib/store/leases'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { storeCollection } from '@/lib/worker/store-collection'
import { evaluateAlerts } from '@/lib/worker/tasks/evaluate-alerts'
import type { Context } from '../context'
import { getOverview } from '../overview/get'
import { addDemo } from './add'
import { removeDemo } from './remove'

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
beforeEach(() => store.query('TRUNCATE connections, changes, audit CASCADE'))

const context = (role: 'viewer' | 'admin' = 'admin'): Context => ({
  store,
  actor:
    role === 'admin'
      ? { kind: 'local', osUser: 'root', role }
      : { kind: 'token', tokenId: 't' as never, name: 'ci', role, userId: null },
  now: new Date().toISOString(),
  address: null,
  sessionId: null,
})

/** Reads every connection twice and stores it, as the worker does. */
async function collectAll(): Promise<void> {
  for (const { id } of await listConnections(store, context().now)) await collect(id)
}

async function collect(id: ConnectionId): Promise<void> {
  const claimed = await claimLease(store, id, 'worker')
  const opened = await openConnection(store, id)
  if (!claimed.ok || !opened.ok) throw new Error('a demo connection could not be opened')
  for (const thorough of [true, false]) {
    const collection = await opened.value.collect({ whole: true }, { thorough }, new AbortController().signal)
    const rest = { thorough, requests: [], nextAttemptAt: () => collection.finishedAt }
    expect(await storeCollection(store, { lease: claimed.value, collection, ...rest })).toMatchObject({ ok: true })
  }
  await opened.value.close()
}

describe('the demo fleet', () => {
  test('is added, read and shown as any fleet is, marked everywhere', async () => {
    expect(await addDemo({ ctx: context(), input: {} })).toEqual({ ok: true, value: { connections: 4 } })
    await collectAll()
    const now = context().now
    const connections = await listConnections(store, now)
    expect(connections.map(({ name, demo, health }) => [name, demo, health.state]).sort()).toEqual([
      ['kvm-edge-07', true, 'failing'],
      ['kvm-gz-01', true, 'fresh'],
      ['pve-sh', true, 'fresh'],
      ['vcenter-bj', true, 'fresh'],
    ])
    const window = await guestWindow(store, { filter: [], sort: 'chain', dir: 'desc', offset: 0, limit: 500, now })
    expect(window.total).toBeGreaterThan(150)
    expect(window.rows.every((row) => row.demo)).toBe(true)
    expect(window.rows.filter((row) => row.stale)).toHaveLength(9)
    const webServer = window.rows.find((row) => row.name === 'WebServer')
    expect(webServer).toMatchObject({ snapshotCount: 7, chainDepth: 5, storageNames: ['datastore1'] })
    if (webServer === undefined) throw new Error('no WebServer')
    expect((await guestDetail(store, webServer.id, now))?.changedSince).toMatchObject({ confidence: 'exact' })
    const storages = await listStorages(store, now)
    const figureOf = (storage: string) => {
      const row = storages.find(({ name }) => name === storage)
      return { bytes: row?.snapshotBytes, confidence: row?.snapshotConfidence }
    }
    // Proxmox tells no bytes of a snapshot on ZFS or LVM-thin: memory files are all there is to add up.
    expect(figureOf('local-zfs')).toEqual({ bytes: null, confidence: 'unknown' })
    expect(figureOf('lvm-thin')).toEqual({ bytes: expect.any(Number), confidence: 'at-least' })
    expect(figureOf('datastore1')).toEqual({ bytes: expect.any(Number), confidence: 'exact' })
    expect(figureOf('ds-archive')).toEqual({ bytes: 0, confidence: 'exact' })
    await evaluateAlerts(store, { now, publicUrl: 'https://snap.example', timeZone: 'UTC' })
    const overview = await getOverview({ ctx: { ...context(), now }, input: {} })
    if (!overview.ok) throw new Error(overview.why.code)
    const shown = overview.value
    const reasons = shown.attention.map(({ because }) => (because.what === 'alert' ? because.alert.kind : because.what))
    for (const what of ['storage-used', 'stale-data', 'orphaned-files']) expect(reasons).toContain(what)
    expect(shown.deepest?.depth).toBeGreaterThanOrEqual(9)
    expect(shown.orphans).toMatchObject({ volumes: 5, bytes: { confidence: 'at-least' }, storagesUnknown: 1 })
  })

  test('is added once, and removed with everything it brought', async () => {
    await addDemo({ ctx: context(), input: {} })
    await addDemo({ ctx: context(), input: {} })
    await collectAll()
    expect(await listConnections(store, context().now)).toHaveLength(4)
    expect(await removeDemo({ ctx: context(), input: {} })).toEqual({ ok: true, value: { connections: 4 } })
    expect(await removeDemo({ ctx: context(), input: {} })).toEqual({ ok: true, value: { connections: 0 } })
    const left = await store.query(
      'SELECT 1 FROM guests UNION ALL SELECT 1 FROM snapshots UNION ALL SELECT 1 FROM storages',
    )
    expect(left).toHaveLength(0)
    const audit = await store.query<{ action: string }>('SELECT action FROM audit ')
    expect(audit.map(({ action }) => action).sort()).toEqual(['demo.added', 'demo.removed'])
  })

  test('touches no connection of a real host, not even one of the same name', async () => {
    const address = { kind: 'libvirt', uri: 'qemu:///system', cleartextAccepted: false } as const
    const real = {
      name: 'kvm-gz-01',
      kind: 'libvirt',
      mode: 'observe',
      address,
      demo: false,
      createdBy: 'test',
    } as const
    await withTransaction(store, (tx) => insertConnection(tx, real))
    expect(await addDemo({ ctx: context(), input: {} })).toMatchObject({ ok: false, why: { code: 'already-exists' } })
    await removeDemo({ ctx: context(), input: {} })
    expect((await listConnections(store, context().now)).map(({ name }) => name)).toEqual(['kvm-gz-01'])
  })

  test('is added and removed by administrators only', async () => {
    expect(await addDemo({ ctx: context('viewer'), input: {} })).toMatchObject({
      ok: false,
      why: { code: 'forbidden' },
    })
    expect(await removeDemo({ ctx: context('viewer'), input: {} })).toMatchObject({
      ok: false,
      why: { code: 'forbidden' },
    })
  })
})
