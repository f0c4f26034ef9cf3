/** Bad days of a Proxmox VE cluster, from the wire to what pages show: a reason, the last known, and the rest fresh. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ConnectionId } from '@/lib/domain/ids'
import { HOUR, instantAt } from '@/lib/domain/units'
import type { GuestDetail } from '@/lib/domain/view'
import type { ProxmoxCredentials } from '@/lib/hypervisors/credentials'
import type { Hypervisor } from '@/lib/hypervisors/port'
import { openProxmoxHypervisor } from '@/lib/hypervisors/proxmox/adapter'
import { startTestLab, type TestLab, tokenOf } from '@/lib/hypervisors/proxmox/testing/lab'
import { openStore, type Store } from '@/lib/store/client'
import { connectionDetail, insertConnection } from '@/lib/store/connections'
import { guestDetail, guestWindow } from '@/lib/store/inventory-guests'
import { listStorages, storageDetail } from '@/lib/store/inventory-storages'
import { claimLease, type Lease } from '@/lib/store/leases'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { addGuest, makeGuest } from '../../e2e/labs/proxmox/inventory'
import { type Stored, storeCollection } from './store-collection'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const ROOT = tokenOf('root@pam!lab')
const PASSWORD = {
  method: 'password',
  username: 'snap',
  realm: 'pve',
  password: 'snap-lab-password',
} as const satisfies ProxmoxCredentials
const GUESTS = 13

let database: TestDatabase
let store: Store
let lab: TestLab
let connectionId: ConnectionId
let lease: Lease
let opened: Hypervisor[]

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
beforeEach(async () => {
  await store.query('TRUNCATE connections, changes CASCADE')
  opened = []
  lab = await startTestLab()
  const { state } = lab.cluster
  // One more node with one guest, so that something else is there to stay fresh.
  state.nodes.set('pve4', { name: 'pve4', reach: 'online', ip: '192.0.2.14', listed: true, bootMs: 0 })
  const config = { name: 'far', memory: '128', scsi0: 'dir1:300/vm-300-disk-0.qcow2,size=1G' }
  addGuest(state, makeGuest('qemu', 300, 'pve4', config), 1)
  ;({ connectionId, lease } = await ownedConnection())
})
afterEach(async () => {
  await Promise.all(opened.map((hypervisor) => hypervisor.close()))
  await lab.close()
})

async function ownedConnection(): Promise<{ connectionId: ConnectionId; lease: Lease }> {
  const address = { kind: 'proxmox', user: 'root@pam!lab', ca: null } as const
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name: 'pve',
      kind: 'proxmox',
      mode: 'observe',
      address: { ...address, urls: [lab.lab.url], fingerprints: [], authorities: [] },
      demo: false,
      createdBy: 'test',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  const claimed = await claimLease(store, added.value, 'worker')
  if (!claimed.ok) throw new Error(claimed.why.code)
  return { connectionId: added.value, lease: claimed.value }
}

function open(login: ProxmoxCredentials = ROOT): Hypervisor {
  const access = { urls: [lab.lab.url], ca: lab.certificate.ca, fingerprints: [], login }
  const hypervisor = openProxmoxHypervisor(access, { now: lab.clock.now })
  opened.push(hypervisor)
  return hypervisor
}

/** Reads everything again, as a thorough reading does, and stores it. */
async function read(by: Hypervisor): Promise<Stored> {
  const collection = await by.collect({ whole: true }, { thorough: true }, AbortSignal.timeout(110_000))
  const stored = await storeCollection(store, {
    lease,
    collection,
    thorough: true,
    requests: [],
    nextAttemptAt: () => instantAt(lab.clock.now() + 10_000),
  })
  if (!stored.ok) throw new Error(`not stored: ${stored.why.code}`)
  return stored.value
}

const now = () => instantAt(lab.clock.now())
async function connection() {
  const detail = await connectionDetail(store, connectionId, now())
  if (detail === null) throw new Error('no connection')
  return detail
}
const rows = async () =>
  (await guestWindow(store, { filter: [], sort: 'name', dir: 'asc', offset: 0, limit: 100, now: now() })).rows
async function guest(name: string): Promise<GuestDetail> {
  const row = (await rows()).find((each) => each.name === name)
  const detail = row === undefined ? null : await guestDetail(store, row.id, now())
  if (detail === null) throw new Error(`no guest ${name}`)
  return detail
}
async function volumesOf(name: string) {
  const row = (await listStorages(store, now())).find((each) => each.name === name && each.node !== 'pve4')
  const detail = row === undefined ? null : await storageDetail(store, row.id, now())
  if (detail === null) throw new Error(`no storage ${name}`)
  return detail
}

/** Nothing is empty that was not: all guests are there, with the snapshots they had. */
async function expectAllLastKnown(): Promise<void> {
  const list = await rows()
  expect(list).toHaveLength(GUESTS)
  expect(list.every(({ stale }) => stale)).toBe(true)
  expect((await guest('db01')).snapshots.map(({ name }) => name)).toEqual(['state_a', 'state_b', 'state_c'])
}

/** The connection answers, and a guest nothing happened to is as fresh as the reading. */
async function expectOthersFresh(): Promise<void> {
  expect((await connection()).health).toMatchObject({ state: 'fresh', lastError: null })
  const db = await guest('db01')
  expect(db).toMatchObject({ stale: false, snapshotCount: 3 })
  expect(db.snapshotsFreshness.unread).toBeUndefined()
}

describe('the whole connection', () => {
  test('a wrong token says so, and keeps what was known', async () => {
    await read(open())
    await read(open({ ...ROOT, tokenSecret: '00000000-0000-4000-8000-00000000dead' }))
    expect((await connection()).health).toMatchObject({
      state: 'failing',
      lastError: { code: 'credentials-refused', method: 'token' },
    })
    await expectAllLastKnown()
  })

  test('an expired ticket is nobody’s business', async () => {
    const hypervisor = open(PASSWORD)
    await read(hypervisor)
    lab.clock.skip(3 * HOUR)
    await read(hypervisor)
    expect((await connection()).health).toMatchObject({ state: 'fresh', lastError: null })
    expect((await guest('db01')).stale).toBe(false)
  })

  test('a changed password says so as soon as the ticket is over, and keeps what was known', async () => {
    await read(open())
    const hypervisor = open(PASSWORD)
    const user = lab.cluster.state.users.get('snap@pve')
    if (user === undefined) throw new Error('no such user in the lab')
    user.password = 'changed meanwhile'
    await read(hypervisor)
    expect((await connection()).health).toMatchObject({
      state: 'failing',
      lastError: { code: 'credentials-refused', method: 'password' },
    })
    await expectAllLastKnown()
  })

  test('a reverse proxy that answers with a page says so, and keeps what was known', async () => {
    const hypervisor = open()
    await read(hypervisor)
    lab.cluster.faults.onRequest({ kind: 'html', status: 502, html: '<html><body>Bad Gateway</body></html>' })
    await read(hypervisor)
    expect((await connection()).health).toMatchObject({ state: 'failing', lastError: { code: 'protocol' } })
    await expectAllLastKnown()
    lab.cluster.faults.clear()
    await read(hypervisor)
    await expectOthersFresh()
  })

  test('lost quorum is told beside data that is fresh', async () => {
    const hypervisor = open()
    lab.cluster.state.clusterName = 'lab'
    await read(hypervisor)
    lab.cluster.state.quorate = false
    await read(hypervisor)
    expect((await connection()).health.changesRefused).toEqual({ code: 'no-quorum' })
    expect((await rows()).every(({ changesRefused }) => changesRefused?.code === 'no-quorum')).toBe(true)
    await expectOthersFresh()
  })

  test('numbers that come as strings change nothing', async () => {
    const hypervisor = open()
    await read(hypervisor)
    await read(hypervisor)
    const before = await guest('db01')
    lab.cluster.faults.onRequest({ kind: 'numbers-as-strings' })
    await read(hypervisor)
    expect({ ...(await guest('db01')), collectedAt: before.collectedAt }).toMatchObject({
      snapshots: before.snapshots,
      disks: before.disks,
      capabilities: before.capabilities,
    })
    await expectOthersFresh()
  })
})

describe('a part of it', () => {
  test('a privilege missing on one storage leaves its content as last known, and the others fresh', async () => {
    const hypervisor = open()
    await read(hypervisor)
    const before = (await volumesOf('btr1')).volumes.length
    expect(before).toBeGreaterThan(0)
    const reason = 'Permission check failed (/storage/btr1, Datastore.Audit|Datastore.AllocateSpace)'
    lab.cluster.faults.onRequest(
      { kind: 'status', status: 403, reason },
      { path: /^\/nodes\/[^/]+\/storage\/btr1\/content/ },
    )
    await read(hypervisor)
    expect(await volumesOf('btr1')).toMatchObject({
      volumesFreshness: { unread: { code: 'not-permitted', path: '/storage/btr1' } },
    })
    expect((await volumesOf('btr1')).volumes).toHaveLength(before)
    expect((await volumesOf('dir1')).volumesFreshness.unread).toBeUndefined()
    expect((await connection()).unread).toContainEqual(
      expect.objectContaining({ section: 'volumes', reason: expect.objectContaining({ code: 'not-permitted' }) }),
    )
    await expectOthersFresh()
  })

  test('one node is dead: its guest says so and keeps what was known, the others are fresh', async () => {
    const hypervisor = open()
    await read(hypervisor)
    const before = await guest('far')
    const node = lab.cluster.state.nodes.get('pve4')
    if (node === undefined) throw new Error('no node')
    node.reach = 'refused'
    await read(hypervisor)
    const far = await guest('far')
    expect(far.snapshotsFreshness).toMatchObject({ unread: { code: 'node-unreachable', node: 'pve4' } })
    expect(far.disks).toEqual(before.disks)
    expect(far.configuration).toEqual(before.configuration)
    await expectOthersFresh()
  })

  test('cut JSON of one guest leaves its snapshots as last known', async () => {
    const hypervisor = open()
    await read(hypervisor)
    lab.cluster.faults.onRequest({ kind: 'truncated-json' }, { path: /^\/nodes\/pve1\/qemu\/108\/snapshot/ })
    await read(hypervisor)
    const many = await guest('many01')
    expect(many.snapshotsFreshness).toMatchObject({ unread: { code: 'protocol' } })
    expect(many.snapshots).toHaveLength(25)
    await expectOthersFresh()
  })

  test('a guest that moves while it is read is shown where it went', async () => {
    const hypervisor = open()
    await read(hypervisor)
    const raw = lab.cluster.state.guests.get(103)
    if (raw === undefined) throw new Error('no guest 103')
    const take = lab.cluster.faults.takeWireFaults
    lab.cluster.faults.takeWireFaults = (method, path) => {
      // The lists are out; what follows of this guest is asked of a node it has left.
      if (path.startsWith('/nodes/pve1/qemu/103/')) raw.node = 'pve4'
      return take(method, path)
    }
    await read(hypervisor)
    expect(await guest('raw01')).toMatchObject({ node: 'pve4', stale: false, snapshotCount: 0 })
    await expectOthersFresh()
  })

  test('a guest that is deleted between list and reading is gone, without a complaint', async () => {
    const hypervisor = open()
    await read(hypervisor)
    const take = lab.cluster.faults.takeWireFaults
    lab.cluster.faults.takeWireFaults = (method, path) => {
      if (path.startsWith('/nodes/pve1/qemu/103/')) lab.cluster.state.guests.delete(103)
      return take(method, path)
    }
    await read(hypervisor)
    expect((await rows()).map(({ name }) => name)).not.toContain('raw01')
    expect(await rows()).toHaveLength(GUESTS - 1)
    await expectOthersFresh()
  })
})
