import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { asId, type ConnectionId, type GuestId, type StorageId } from '@/lib/domain/ids'
import type { Collection, Volume } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import type { Reason } from '@/lib/domain/reason'
import { anyHistory, modelAfter } from '@/lib/engine/inventory/testing'
import { changesAfter, latestSeq } from '@/lib/store/changes'
import { cleanId } from '@/lib/store/clean'
import { openStore, type Store } from '@/lib/store/client'
import { connectionDetail, insertConnection } from '@/lib/store/connections'
import { guestDetail, guestWindow } from '@/lib/store/inventory-guests'
import { listStorages, storageDetail } from '@/lib/store/inventory-storages'
import { knownGuests, knownIndex, knownVolumes } from '@/lib/store/known'
import { claimLease, type Lease } from '@/lib/store/leases'
import { planWorld } from '@/lib/store/plan-world'
import { requestCollect, waitForCollect } from '@/lib/store/requests'
import { withTransaction } from '@/lib/store/tx'
import { aCollection, aGuest, aSnapshot, aStorage, aVolume, TEST_NOW } from '@/lib/testing/builders'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { storeCollection } from './store-collection'

let database: TestDatabase
let store: Store
let connectionId: ConnectionId
let lease: Lease

const LATER = '2026-11-21T09:00:10.000Z'
const POLICY = {
  advisedDepth: 3,
  maxDepth: 32,
  maxAgeMillis: 600_000,
  validMillis: 900_000,
  shutdownLimitMillis: 180_000,
  nameTemplate: '{guest}',
  timeZone: 'UTC',
}
const UPGRADE = join(
  import.meta.dirname,
  '../../prisma/migrations/20261128033100_current_unknown_until_read/migration.sql',
)
const why: Reason = { code: 'not-permitted', privilege: 'read' }

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
  ;({ connectionId, lease } = await ownedConnection('kvm-gz-01'))
})

async function ownedConnection(name: string): Promise<{ connectionId: ConnectionId; lease: Lease }> {
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name,
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: 'qemu:///system', cleartextAccepted: false },
      demo: false,
      createdBy: 'test',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  const claimed = await claimLease(store, added.value, 'worker')
  if (!claimed.ok) throw new Error(claimed.why.code)
  return { connectionId: added.value, lease: claimed.value }
}

const put = async (collection: Collection, requests: string[] = []) => {
  const stored = await storeCollection(store, {
    lease,
    collection,
    thorough: false,
    requests,
    nextAttemptAt: () => LATER,
  })
  if (!stored.ok) throw new Error(`not stored: ${stored.why.code}`)
  return stored.value
}
const window = () =>
  guestWindow(store, { filter: [], sort: 'name', dir: 'asc', offset: 0, limit: 100, now: '2026-11-21T09:00:20.000Z' })
const idOf = async (name: string): Promise<GuestId> => {
  const row = (await window()).rows.find((each) => each.name === name)
  if (row === undefined) throw new Error(`no guest ${name}`)
  return row.id
}

describe('storing a reading', () => {
  test('what was read comes back as pages show it', async () => {
    const guest = aGuest('web').tagged('prod').withChain('before', 'after')
    const storage = aStorage('images').withVolumes(
      aVolume('a', { usedBy: ['id-of-web'], role: 'disk' }),
      aVolume('b', { usedBy: ['id-of-web'], role: 'overlay', allocatedBytes: 5 }),
      aVolume('c', { role: 'orphan', allocatedBytes: 7 }),
    )
    await put(aCollection().withGuests(guest).withStorages(storage).build())
    const detail = await guestDetail(store, await idOf('web'), TEST_NOW)
    expect(detail).toMatchObject({
      name: 'web',
      tags: ['prod'],
      snapshotCount: 2,
      chainDepth: 2,
      treeDepth: 2,
      storageNames: ['images'],
      stale: false,
      disksFreshness: { at: '2026-11-21T08:59:59.000Z' },
      snapshots: [{ name: 'before', parentId: null }, { name: 'after' }],
    })
    expect(detail?.snapshots[1]?.parentId).toBe(detail?.snapshots[0]?.id)
    expect(detail?.currentParentId).toBe(detail?.snapshots[1]?.id)
    const [row] = await listStorages(store, TEST_NOW)
    expect(row).toMatchObject({ snapshotBytes: 5, orphanCount: 1, orphanBytes: 7, stale: false })
    const found = await storageDetail(store, asId<StorageId>(row?.id ?? ''), TEST_NOW)
    expect(found?.volumes.find((volume) => volume.name === 'a')?.guests).toEqual([
      { id: await idOf('web'), name: 'web' },
    ])
    expect(await connectionDetail(store, connectionId, TEST_NOW)).toMatchObject({
      health: { state: 'fresh', lastFullAt: TEST_NOW, failures: 0, version: '9.0.0', collectMillis: 1000 },
      guestCount: 1,
      storageCount: 1,
      unread: [],
    })
  })

  test('a place that nobody tells is kept as not told, and a base disk that is told as the base disk', async () => {
    const untold = aGuest('untold').withChain('a', 'b').withCurrentUntold()
    const onBase = aGuest('on-base').withChain('a', 'b').currentOn(null)
    await put(aCollection().withGuests(untold, onBase).build())
    expect(await guestDetail(store, await idOf('untold'), TEST_NOW)).toMatchObject({
      currentParentId: null,
      currentUnknown: true,
      treeDepth: null,
    })
    expect(await guestDetail(store, await idOf('on-base'), TEST_NOW)).toMatchObject({
      currentParentId: null,
      currentUnknown: false,
      treeDepth: 0,
    })
    const kept = await knownGuests(store, connectionId, ['id-of-untold'])
    expect(kept.get('id-of-untold')?.snapshots.value).toMatchObject({ currentParent: null, currentUnknown: true })
  })

  test('a row from before places could be untold says so, until its guest is read again', async () => {
    const onBase = aGuest('on-base').withChain('a', 'b').currentOn(null)
    const onB = aGuest('on-b').withChain('a', 'b').currentOn('b')
    const read = aCollection().withGuests(onBase, onB, aGuest('bare')).build()
    await put(read)
    await store.query(await readFile(UPGRADE, 'utf8'))
    const placeOf = async (name: string) => {
      const detail = await guestDetail(store, await idOf(name), TEST_NOW)
      const on = detail?.snapshots.find(({ id }) => id === detail.currentParentId)?.name ?? null
      return { on, unknown: detail?.currentUnknown, treeDepth: detail?.treeDepth }
    }
    expect(await placeOf('on-base')).toEqual({ on: null, unknown: true, treeDepth: null })
    expect(await placeOf('on-b')).toEqual({ on: 'b', unknown: false, treeDepth: 2 })
    expect(await placeOf('bare')).toEqual({ on: null, unknown: false, treeDepth: 0 })
    // The same reading by the same release: what differs is the row.
    await put(read)
    expect(await placeOf('on-base')).toEqual({ on: null, unknown: false, treeDepth: 0 })
  })

  test('a file that is to be removed is among the images of its plan, though no guest has it', async () => {
    const leftover = aVolume('left.qcow2', { role: 'orphan' })
    await put(aCollection().withGuests(aGuest('web')).withStorages(aStorage('images').withVolumes(leftover)).build())
    const [storage] = await listStorages(store, TEST_NOW)
    const storageId = asId<StorageId>(storage?.id ?? '')
    const pathsWith = async (leftovers: { storageId: StorageId; volume: string }[]) => {
      const world = await planWorld(store, {
        actor: { name: 'test', permissions: [] },
        guestIds: [await idOf('web')],
        leftovers,
        policy: POLICY,
        now: TEST_NOW,
        canOperate: () => true,
        environmentOf: () => 'unknown',
      })
      return world.volumes.map(({ path }) => path)
    }
    expect(await pathsWith([])).not.toContain('/images/left.qcow2')
    expect(await pathsWith([{ storageId, volume: 'left.qcow2' }])).toContain('/images/left.qcow2')
    expect(await pathsWith([{ storageId, volume: 'gone.qcow2' }])).not.toContain('/images/left.qcow2')
  })

  test('a guest lies on the storage of its own node, though others bear the same name', async () => {
    const guest = aGuest('web').withFacts({ node: 'n1' })
    const own = aStorage('thin').withFacts({ nativeId: 'n1/thin', node: 'n1' })
    const other = aStorage('thin').withFacts({ nativeId: 'n2/thin', node: 'n2' })
    own.withVolumes(aVolume('a', { usedBy: ['id-of-web'], role: 'disk' }))
    await put(aCollection().withGuests(guest).withStorages(own, other).build())
    const detail = await guestDetail(store, await idOf('web'), TEST_NOW)
    const rows = await listStorages(store, TEST_NOW)
    expect(detail?.storages).toEqual([{ id: rows.find(({ node }) => node === 'n1')?.id, name: 'thin' }])
  })

  test('a stale epoch writes nothing at all', async () => {
    await store.query('UPDATE connection_leases SET epoch = epoch + 1')
    const stored = await storeCollection(store, {
      lease,
      collection: aCollection().withGuests(aGuest()).build(),
      thorough: false,
      requests: [],
      nextAttemptAt: () => LATER,
    })
    expect(stored).toMatchObject({ ok: false, why: { code: 'not-owner' } })
    expect((await window()).all).toBe(0)
    expect((await connectionDetail(store, connectionId, TEST_NOW))?.health.state).toBe('never-read')
  })

  test('a reading of one guest that is as it was renews the age of that one alone', async () => {
    const fleet = aCollection().withGuests(aGuest('web').withChain('a'), aGuest('db'))
    await put(fleet.build())
    const ages = async () =>
      Promise.all(
        ['web', 'db'].map(async (name) => {
          const detail = await guestDetail(store, await idOf(name), LATER)
          return [detail?.collectedAt, detail?.snapshotsFreshness.at, detail?.disksFreshness.at]
        }),
      )
    const [before, other] = await ages()
    const web = aCollection()
      .withGuests(aGuest('web').withChain('a'))
      .scoped({ whole: false, guests: ['id-of-web'] })
    expect(await put(web.at(LATER).build())).toMatchObject({ changes: 0, collectionId: null })
    const began = '2026-11-21T09:00:09.000Z'
    expect(await ages()).toEqual([[began, began, began], other])
    expect(before).not.toContain(began)
  })

  test('an unchanged reading renews the age of everything and writes no row', async () => {
    const fleet = aCollection().withGuests(aGuest('web').withChain('a'), aGuest('db')).withStorages(aStorage())
    await put(fleet.build())
    const rows = await store.query(
      'SELECT xmin::text AS version FROM guests UNION ALL SELECT xmin::text FROM snapshots',
    )
    const seq = await latestSeq(store)
    expect(await put(fleet.at(LATER).build())).toMatchObject({ changes: 0, collectionId: null })
    expect(
      await store.query('SELECT xmin::text AS version FROM guests UNION ALL SELECT xmin::text FROM snapshots'),
    ).toEqual(rows)
    expect(await latestSeq(store)).toBe(seq)
    const detail = await guestDetail(store, await idOf('web'), LATER)
    expect(detail?.collectedAt).toBe('2026-11-21T09:00:09.000Z')
    expect(detail?.snapshotsFreshness).toEqual({ at: '2026-11-21T09:00:09.000Z' })
  })

  test('an unread section keeps what was known, frozen in age; ids stay', async () => {
    await put(aCollection().withGuests(aGuest('web').withChain('a')).build())
    await put(aCollection().at(LATER).withGuests(aGuest('web').withChain('a')).build())
    const before = await guestDetail(store, await idOf('web'), LATER)
    const failing = aCollection()
      .at('2026-11-21T09:00:20.000Z')
      .withGuests(aGuest('web').withUnreadSnapshots(why).withUnreadDisks(why).stopped())
    await put(failing.build())
    const after = await guestDetail(store, await idOf('web'), LATER)
    expect(after).toMatchObject({
      id: before?.id,
      power: 'stopped',
      snapshotCount: 1,
      chainDepth: 1,
      snapshotsFreshness: { at: '2026-11-21T09:00:09.000Z', unread: why },
      disksFreshness: { at: '2026-11-21T09:00:09.000Z', unread: why },
      configurationFreshness: { at: '2026-11-21T09:00:19.000Z' },
    })
    expect(after?.snapshots).toEqual(before?.snapshots)
    expect((await connectionDetail(store, connectionId, LATER))?.unread).toMatchObject([
      { section: 'snapshots', subject: 'web' },
      { section: 'disks', subject: 'web' },
    ])
  })

  test('a host that does not answer makes its data stale at once and removes nothing; it returns fresh', async () => {
    const fleet = aCollection().withGuests(aGuest('web')).withStorages(aStorage())
    await put(fleet.build())
    const gone: Reason = { code: 'unreachable', address: 'kvm-gz-01', cause: 'timeout' }
    await put(aCollection().at(LATER).unread('guests', gone).unread('storages', gone).build())
    expect((await window()).rows).toMatchObject([{ name: 'web', stale: true }])
    expect(await listStorages(store, LATER)).toMatchObject([{ stale: true }])
    expect(await connectionDetail(store, connectionId, LATER)).toMatchObject({
      health: { state: 'failing', failures: 1, lastError: gone, lastAnswerAt: TEST_NOW },
    })
    const seq = await latestSeq(store)
    await put(fleet.at('2026-11-21T09:00:20.000Z').build())
    expect((await window()).rows).toMatchObject([{ name: 'web', stale: false }])
    expect((await changesAfter(store, seq, 100)).map(({ topic }) => topic)).toEqual(
      expect.arrayContaining(['guests', 'guest', 'storages', 'storage', 'connections', 'connection']),
    )
  })

  test('failing on in the same way is shown, and not written down again and again', async () => {
    const gone: Reason = { code: 'unreachable', address: 'kvm-gz-01', cause: 'timeout' }
    const failing = aCollection().unread('guests', gone).unread('storages', gone)
    expect(await put(failing.build())).toMatchObject({ failures: 1, collectionId: expect.any(String) })
    const seq = await latestSeq(store)
    expect(await put(failing.at(LATER).build())).toMatchObject({ failures: 2, collectionId: null })
    expect((await changesAfter(store, seq, 100)).map(({ topic }) => topic)).toEqual(['connections', 'connection'])
  })

  test('a reading of some guests leaves the others, and their ages, alone', async () => {
    await put(aCollection().withGuests(aGuest('web'), aGuest('db')).withStorages(aStorage()).build())
    const someWeb = aCollection().at(LATER).ofGuests('id-of-web', 'id-of-x').withGuests(aGuest('web').stopped())
    await put(someWeb.build())
    expect((await window()).rows).toMatchObject([
      { name: 'db', power: 'running', collectedAt: '2026-11-21T08:59:59.000Z' },
      { name: 'web', power: 'stopped', collectedAt: '2026-11-21T09:00:09.000Z' },
    ])
    expect(await listStorages(store, TEST_NOW)).toHaveLength(1)
    await put(aCollection().at(LATER).ofGuests('id-of-web').build())
    expect((await window()).rows.map(({ name }) => name)).toEqual(['db'])
  })

  test('a request is answered also when nothing could be read', async () => {
    const id = await requestCollect(store, { connectionId, scope: { whole: true }, requestedBy: 'user:lin' })
    await put(aCollection().unread('guests', why).unread('storages', why).build(), [id])
    expect(await waitForCollect(store, id, 1_000)).toMatchObject({
      ok: true,
      value: { finishedAt: TEST_NOW, unread: [{ section: 'guests', reason: why }, { section: 'storages' }] },
    })
  })

  test('storage names follow the volumes, and outlive volumes that could not be read', async () => {
    const used = aVolume('a', { usedBy: ['id-of-web'] })
    const web = aGuest('web')
    const reading = (...storages: Parameters<ReturnType<typeof aCollection>['withStorages']>) =>
      put(
        aCollection()
          .withGuests(web)
          .withStorages(...storages)
          .build(),
      )
    await reading(aStorage('one').withVolumes(used))
    await reading(aStorage('one').withVolumes(), aStorage('two').withVolumes(used))
    expect((await window()).rows[0]?.storageNames).toEqual(['two'])
    await reading(aStorage('one').withVolumes(used), aStorage('two').withUnreadVolumes(why))
    expect((await window()).rows[0]?.storageNames).toEqual(['one', 'two'])
    const two = (await listStorages(store, TEST_NOW)).find(({ name }) => name === 'two')
    expect(two).toMatchObject({ orphanCount: 0 })
    await reading(aStorage('one').withVolumes(used))
    expect((await window()).rows[0]?.storageNames).toEqual(['one'])
  })

  test('a volume of which nobody can tell what it reads through is kept as that, until it is told', async () => {
    const kept = async (volume: Volume) => {
      const storage = aStorage('images').withVolumes(volume)
      await put(aCollection().withStorages(storage).build())
      const { nativeId } = storage.build().facts
      return (await knownVolumes(store, connectionId, [nativeId])).get(nativeId)?.value
    }
    expect(await kept(aVolume('dark', { backingUnread: true }))).toMatchObject([{ backingUnread: true }])
    expect((await kept(aVolume('dark')))?.[0]).not.toHaveProperty('backingUnread')
  })

  test('what PostgreSQL refuses is stored as near as it can be', async () => {
    const long = 'x'.repeat(5_000)
    const snapshots = [
      aSnapshot('a\u0000b').build(),
      aSnapshot('same').build(),
      { ...aSnapshot('same').build(), description: 'd'.repeat(100_000) },
      { ...aSnapshot(long).build(), nativeId: long },
      { ...aSnapshot('future').build(), createdAt: '+292277026596-01-01T00:00:00.000Z' },
    ]
    const guest = aGuest('<script>\ud800').withFacts({ memoryBytes: 1.5, cpus: 1e12, description: '\u0000' })
    await put(
      aCollection()
        .withGuests(guest.withSnapshots(...snapshots))
        .build(),
    )
    const [row] = (await window()).rows
    expect(row?.name).toBe('<script>\ufffd')
    const detail = await guestDetail(store, row?.id ?? asId<GuestId>(''), TEST_NOW)
    expect(detail?.snapshots).toHaveLength(5)
    expect(detail?.snapshots.map((each) => each.nativeId)).toContain(cleanId(long))
    expect(detail).toMatchObject({ cpus: null, memoryBytes: 2 })
    expect(detail?.snapshots.find((each) => each.name === 'future')?.createdAt).toBeNull()
  })

  test('the store agrees with the model over random histories', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        await store.query('TRUNCATE connections CASCADE')
        ;({ connectionId, lease } = await ownedConnection('kvm-gz-01'))
        let model = new Map<string, KnownGuest>()
        for (const collection of history) {
          await put(collection)
          model = modelAfter(model, collection)
          const index = await knownIndex(store, connectionId, null)
          expect([...index.guests.keys()].sort()).toEqual([...model.keys()].sort())
        }
        const stored = await knownGuests(store, connectionId, [...model.keys()])
        for (const [nativeId, guest] of model) {
          const sections = stored.get(nativeId)
          for (const section of ['disks', 'configuration'] as const) {
            expect(sections?.[section].value).toEqual(guest[section].value)
            expect(sections?.[section].unread).toEqual(guest[section].unread)
          }
          const names = (items: { name: string; parent: string | null }[] | undefined) =>
            items?.map(({ name, parent }) => `${name}<${parent}`).sort()
          expect(names(sections?.snapshots.value?.items)).toEqual(names(guest.snapshots.value?.items))
          expect(sections?.snapshots.unread).toEqual(guest.snapshots.unread)
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('what a hypervisor tells beyond the common facts', () => {
  const facts = { lock: 'backup', ha: true, lastBackup: { at: LATER }, birthMark: 'one' }

  test('is kept and shown', async () => {
    const tasks = [{ task: 'vzdump', by: 'root@pam', since: LATER }]
    await put(
      aCollection()
        .withGuests(aGuest('web').withFacts({ ...facts, tasks, template: true }))
        .build(),
    )
    expect(await guestDetail(store, await idOf('web'), TEST_NOW)).toMatchObject({
      lock: 'backup',
      template: true,
      ha: true,
      replicated: null,
      protected: null,
      lastBackup: { at: LATER },
      tasks,
    })
  })

  test('a guest whose facts cannot be read keeps them, and says where it is', async () => {
    await put(aCollection().withGuests(aGuest('web').tagged('prod').withFacts(facts)).build())
    const bare = aGuest('101').withId('id-of-web').on('node-2').withFacts({ power: 'unknown' }).build()
    const unread = { status: 'unread' as const, reason: why }
    const guest = { ...bare, factsUnread: why, disks: unread, snapshots: unread, configuration: unread }
    await put({ ...aCollection().build(), guests: { status: 'read', value: [guest] } })
    expect(await guestDetail(store, await idOf('web'), TEST_NOW)).toMatchObject({
      name: 'web',
      tags: ['prod'],
      node: 'node-2',
      power: 'unknown',
      lastBackup: { at: LATER },
      snapshotsFreshness: { unread: why },
    })
  })

  test('a guest born at another time under an old id is another guest', async () => {
    await put(aCollection().withGuests(aGuest('web').withFacts(facts).withChain('before')).build())
    const first = await idOf('web')
    await put(aCollection().withGuests(aGuest('web').withFacts(facts).withChain('before')).build())
    expect(await idOf('web')).toBe(first)
    await put(
      aCollection()
        .withGuests(aGuest('web').withFacts({ ...facts, birthMark: 'two' }))
        .build(),
    )
    expect(await idOf('web')).not.toBe(first)
    expect(await guestDetail(store, first, TEST_NOW)).toBeNull()
  })

  test('a birth that cannot be read is no new birth', async () => {
    await put(aCollection().withGuests(aGuest('web').withFacts(facts)).build())
    const first = await idOf('web')
    const guest = aGuest('web').withFacts({ birthMark: null }).withUnreadConfiguration(why)
    await put(aCollection().withGuests(guest).build())
    await put(aCollection().withGuests(aGuest('web').withFacts(facts)).build())
    expect(await idOf('web')).toBe(first)
  })

  test('a guest told as destroyed is replaced by the one that has its id now', async () => {
    await put(aCollection().withGuests(aGuest('ct')).build())
    const first = await idOf('ct')
    await put({ ...aCollection().withGuests(aGuest('ct')).build(), destroyed: ['id-of-ct'] })
    expect(await idOf('ct')).not.toBe(first)
  })
})

describe('a list that is shorter because we may see less', () => {
  const rights = { '/vms': ['VM.Audit'], '/vms/1': ['VM.Audit'], '/storage': ['Datastore.Audit'] }
  const with_ = (collection: Collection, now: Record<string, string[]>): Collection => ({ ...collection, rights: now })

  test('removes nothing, and says so until the rights are back', async () => {
    const both = aCollection().withGuests(aGuest('a'), aGuest('b')).withStorages(aStorage('images')).build()
    await put(with_(both, rights))
    const b = await idOf('b')
    const fewer = { '/vms/1': ['VM.Audit'] }
    await put(with_(aCollection().withGuests(aGuest('a')).build(), fewer))
    expect((await window()).rows.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(await listStorages(store, TEST_NOW)).toHaveLength(1)
    expect(await guestDetail(store, b, TEST_NOW)).toMatchObject({
      snapshotsFreshness: { unread: { code: 'rights-shrunk' } },
    })
    expect((await connectionDetail(store, connectionId, TEST_NOW))?.unread).toEqual([
      { section: 'guests', subject: null, reason: { code: 'rights-shrunk' } },
    ])
    // The same again, as after a restart: what was seen once is not forgotten.
    await put(with_(aCollection().withGuests(aGuest('a')).build(), fewer))
    expect((await window()).rows).toHaveLength(2)
    await put(with_(both, rights))
    expect((await guestDetail(store, b, TEST_NOW))?.snapshotsFreshness).toEqual({ at: '2026-11-21T08:59:59.000Z' })
    expect((await connectionDetail(store, connectionId, TEST_NOW))?.unread).toEqual([])
  })

  test('still removes what was told as destroyed, and what is missing under full rights', async () => {
    const all = aCollection().withGuests(aGuest('a'), aGuest('b'), aGuest('c')).build()
    await put(with_(all, rights))
    await put({ ...with_(aCollection().withGuests(aGuest('a')).build(), {}), destroyed: ['id-of-b'] })
    expect((await window()).rows.map(({ name }) => name)).toEqual(['a', 'c'])
    await put(with_(aCollection().withGuests(aGuest('a')).build(), rights))
    expect((await window()).rows.map(({ name }) => name)).toEqual(['a'])
  })
})
