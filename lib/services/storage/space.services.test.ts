import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import { asId, type SnapshotId, type StorageId } from '@/lib/domain/ids'
import { DAY, epochMillis, GIB, type Instant, instantAt } from '@/lib/domain/units'
import { insertConnection } from '@/lib/store/connections'
import { claimLease } from '@/lib/store/leases'
import { withTransaction } from '@/lib/store/tx'
import { aCollection, aDisk, aGuest, anImage, aSnapshot, aStorage, aVolume } from '@/lib/testing/builders'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { storeCollection } from '@/lib/worker/store-collection'
import { placeHold } from '../hold/place'
import { storageSpace } from './space'
import { waysToFree } from './ways-to-free'

let web: TestWeb
let operator: Actor
let now: Instant
let id: StorageId

const layer = (name: string) => `/images/vda.${name}.qcow2`

/** A storage with one guest of two external snapshots, one whose snapshots were not read, and three files of nobody. */
beforeAll(async () => {
  web = await openTestWeb()
  operator = (await web.addUser('operator')).actor
  now = instantAt(Date.now())
  const connectionId = await withTransaction(web.store, (tx) =>
    insertConnection(tx, {
      name: 'kvm',
      kind: 'libvirt',
      mode: 'operate',
      address: { kind: 'libvirt', uri: 'qemu:///system', cleartextAccepted: false },
      demo: false,
      createdBy: 'test',
    }),
  )
  if (!connectionId.ok) throw new Error(connectionId.why.code)
  const lease = await claimLease(web.store, connectionId.value, 'worker')
  if (!lease.ok) throw new Error(lease.why.code)
  const orders = aGuest('orders')
    .withSnapshots(
      aSnapshot('large')
        .external({ vda: 8 * GIB })
        .takenAt(instantAt(epochMillis(now) - 4 * DAY)),
      aSnapshot('small')
        .external({ vda: GIB })
        .childOf('large')
        .takenAt(instantAt(epochMillis(now) - DAY)),
    )
    .withDisks(
      aDisk('vda', {
        chain: [
          anImage(layer('small'), { allocatedBytes: GIB, madeBySnapshot: 'small' }),
          anImage(layer('large'), { allocatedBytes: 8 * GIB, madeBySnapshot: 'large' }),
          anImage('/images/vda.qcow2'),
        ],
      }),
    )
  const silent = aGuest('silent')
    .withUnreadSnapshots({ code: 'interrupted' })
    .withDisks(aDisk('vda', { chain: [anImage('/images/silent.qcow2')] }))
  const file = (name: string, guest: string, role: 'base' | 'overlay' | 'disk', bytes: number) =>
    aVolume(name, { usedBy: [`id-of-${guest}`], role, allocatedBytes: bytes })
  const nobody = (name: string, bytes: number | null) =>
    aVolume(name, { usedBy: [], role: 'orphan', allocatedBytes: bytes })
  const stored = await storeCollection(web.store, {
    lease: lease.value,
    collection: aCollection()
      .at(now)
      .withGuests(orders, silent)
      .withStorages(
        aStorage('images')
          .sized(100 * GIB, 60 * GIB)
          .withVolumes(
            file('vda.qcow2', 'orders', 'base', 20 * GIB),
            file('vda.large.qcow2', 'orders', 'overlay', 8 * GIB),
            file('vda.small.qcow2', 'orders', 'overlay', GIB),
            file('silent.qcow2', 'silent', 'disk', GIB),
            nobody('gone-memory.2.mem', 2 * GIB),
            nobody('gone.qcow2', 3 * GIB),
            nobody('lost.qcow2', null),
          ),
      )
      .build(),
    thorough: true,
    requests: [],
    nextAttemptAt: () => now,
  })
  if (!stored.ok) throw new Error(stored.why.code)
  const [row] = await web.store.query<{ id: string }>('SELECT id FROM storages')
  id = asId<StorageId>(row?.id ?? '')
})
afterAll(() => web.close())

async function space() {
  const read = await storageSpace({ ctx: web.contextOf(operator, now), input: { id } })
  if (!read.ok) throw new Error(read.why.code)
  return read.value
}

describe('what takes the space of a storage', () => {
  it('is told snapshot by snapshot, the largest first, as sure as each is', async () => {
    const [orders] = (await space()).guests
    expect(orders?.name).toBe('orders')
    expect(orders?.each?.more).toBe(0)
    expect(orders?.each?.snapshots.map(({ name, size, held }) => [name, size.confidence, held])).toEqual([
      ['large', expect.stringMatching(/exact|at-least|estimate/), false],
      ['small', expect.stringMatching(/exact|at-least|estimate/), false],
    ])
    const sizes = orders?.each?.snapshots.map(({ size }) => size.bytes ?? 0) ?? []
    expect(sizes[0]).toBeGreaterThan(sizes[1] ?? 0)
  })

  it('has no list of snapshots where they were not read, which is not an empty one', async () => {
    const silent = (await space()).guests.find(({ name }) => name === 'silent')
    expect(silent?.each).toBeNull()
  })

  it('says which are held', async () => {
    const large = (await space()).guests[0]?.each?.snapshots[0]
    const snapshotId = large?.snapshotId ?? asId<SnapshotId>('')
    await placeHold({ ctx: web.contextOf(operator, now), input: { snapshotId, note: 'audit' } })
    expect((await space()).guests[0]?.each?.snapshots.map(({ held }) => held)).toEqual([true, false])
  })

  it('has leftover memory files apart from other files of nobody, and half a sum is none', async () => {
    expect((await space()).leftover).toEqual({
      memory: { files: 1, bytes: 2 * GIB },
      others: { files: 2, bytes: null },
    })
  })
})

describe('the ways to free it', () => {
  it('are the advice its alerts carry: what may go, safest first, and nothing that was not read', async () => {
    const read = await waysToFree({ ctx: web.contextOf(operator, now), input: { id } })
    if (!read.ok) throw new Error(read.why.code)
    expect(read.value.storageId).toBe(id)
    expect(read.value.items.filter(({ guestName }) => guestName !== 'orders')).toEqual([])
  })
  it('are refused for a storage that is not there', async () => {
    const read = await waysToFree({ ctx: web.contextOf(operator, now), input: { id: asId<StorageId>('none') } })
    expect(read).toMatchObject({ ok: false, why: { code: 'missing', what: 'storage' } })
  })
})
