import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionId } from '@/lib/domain/ids'
import { asId, type StorageId } from '@/lib/domain/ids'
import { read } from '@/lib/domain/inventory'
import { ok } from '@/lib/domain/result'
import type { HistoryPoint } from '@/lib/domain/sample'
import { DAY, epochMillis, GIB, HOUR, type Instant, instantAt, MINUTE } from '@/lib/domain/units'
import { guestGrowth } from '@/lib/engine/storage/growth'
import type { Hypervisor } from '@/lib/hypervisors/port'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { guestSpace, recordWrites } from '@/lib/store/guest-space'
import { listStorages } from '@/lib/store/inventory-storages'
import { claimLease, type Lease } from '@/lib/store/leases'
import { turnPartitions } from '@/lib/store/partitions'
import { rollUp } from '@/lib/store/roll-up'
import { historySteps, readForecast } from '@/lib/store/storage-past'
import { withTransaction } from '@/lib/store/tx'
import { aCollection, aGuest, aStorage, aVolume } from '@/lib/testing/builders'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { readGuest } from './read-guest'
import { storeCollection } from './store-collection'
import { fillHistory, fillPastWrites } from './tasks/fill-history'
import { keepSamples } from './tasks/keep-samples'

const NOW = '2026-11-21T09:00:00.000Z'
const later = (millis: number): Instant => instantAt(epochMillis(NOW) + millis)

let database: TestDatabase
let store: Store
let connectionId: ConnectionId
let lease: Lease

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
beforeEach(async () => {
  await store.query(
    'TRUNCATE connections, changes, settings, storage_samples, storage_samples_hourly, storage_samples_daily, guest_space CASCADE',
  )
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name: 'kvm-gz-01',
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: 'qemu:///system', cleartextAccepted: false },
      demo: false,
      createdBy: 'test',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  connectionId = added.value
  const claimed = await claimLease(store, connectionId, 'worker')
  if (!claimed.ok) throw new Error(claimed.why.code)
  lease = claimed.value
})

type Stand = { usedGib: number; capacityGib?: number; path?: string }

async function see(at: Instant, { usedGib, capacityGib = 1000, path = '/pool' }: Stand): Promise<void> {
  const collection = aCollection().build()
  const storage = aStorage('images').build()
  const facts = {
    ...storage.facts,
    path,
    capacityBytes: capacityGib * GIB,
    usedBytes: usedGib * GIB,
    availableBytes: (capacityGib - usedGib) * GIB,
  }
  const stored = await storeCollection(store, {
    lease,
    collection: { ...collection, startedAt: at, finishedAt: at, storages: read([{ ...storage, facts }]) },
    thorough: false,
    requests: [],
    nextAttemptAt: () => at,
  })
  if (!stored.ok) throw new Error(stored.why.code)
}

const samples = () =>
  store.query<{ at: Instant; used: number }>('SELECT at, used_bytes AS used FROM storage_samples ORDER BY at')
async function theStorage(now: Instant = NOW) {
  const [storage] = await listStorages(store, now)
  if (storage === undefined) throw new Error('no storage')
  return storage
}
const roll = (now: Instant) => withTransaction(store, (tx) => rollUp(tx, now))

const remembering = (points: HistoryPoint[]): Hypervisor => {
  const history: NonNullable<Hypervisor['history']> = async (storages) =>
    ok(storages.map(({ nativeId }) => ({ nativeId, points: read(points) })))
  return { history } as Hypervisor
}

/** Ten GiB a day over so many days, ending an hour before now. */
const straight = (days: number): HistoryPoint[] =>
  Array.from({ length: days * 24 }, (_, hour) => ({
    at: later((hour - days * 24) * HOUR),
    spanMillis: HOUR,
    usedBytes: Math.round((700 - ((days * 24 - hour) * 10) / 24) * GIB),
    capacityBytes: 1000 * GIB,
  }))

describe('samples', () => {
  test('are one a minute, and none when nothing was read', async () => {
    for (const seconds of [0, 10, 20, 50, 61, 70, 125]) await see(later(seconds * 1000), { usedGib: 500 + seconds })
    expect((await samples()).map(({ used }) => used / GIB)).toEqual([500, 561, 625])
  })

  test('go with the reading that saw them, or not at all', async () => {
    await store.query('UPDATE connection_leases SET epoch = epoch + 1 WHERE connection_id = $1', [connectionId])
    await expect(see(NOW, { usedGib: 1 })).rejects.toThrow('not-owner')
    expect(await samples()).toEqual([])
  })

  test('name what turned: grown, moved, replaced, a clock set back', async () => {
    await see(NOW, { usedGib: 500 })
    await see(later(MINUTE), { usedGib: 500, capacityGib: 2000 })
    await see(later(2 * MINUTE), { usedGib: 500, capacityGib: 2000, path: '/new' })
    await see(later(3 * MINUTE), { usedGib: 20, capacityGib: 4000, path: '/new' })
    await see(later(-2 * HOUR), { usedGib: 21, capacityGib: 4000, path: '/new' })
    const events = await store.query<{ event: string }>(
      "SELECT event->>'event' AS event FROM storage_events ORDER BY at",
    )
    expect(events.map(({ event }) => event).sort()).toEqual(['clock-back', 'grown', 'moved', 'replaced'])
  })
})

describe('rolling up', () => {
  test('gives hours and days, and the same again', async () => {
    for (let minute = 0; minute < 130; minute += 10) await see(later(minute * MINUTE), { usedGib: 500 + minute })
    expect(await roll(later(130 * MINUTE))).toBe(true)
    const hours = () =>
      store.query('SELECT at, used_bytes, used_max_bytes, samples FROM storage_samples_hourly ORDER BY at')
    const days = () => store.query('SELECT at, used_bytes, samples FROM storage_samples_daily ORDER BY at')
    const [first, second] = [await hours(), await days()]
    expect(first).toMatchObject([
      { at: NOW, used_bytes: 525 * GIB, used_max_bytes: 550 * GIB, samples: 6 },
      { used_bytes: 585 * GIB, samples: 6 },
      { used_bytes: 620 * GIB, samples: 1 },
    ])
    expect(second).toMatchObject([{ at: '2026-11-21T00:00:00.000Z', samples: 13 }])
    await roll(later(131 * MINUTE))
    expect([await hours(), await days()]).toEqual([first, second])
    await see(later(140 * MINUTE), { usedGib: 640 })
    await roll(later(141 * MINUTE))
    expect((await hours()).at(-1)).toMatchObject({ used_bytes: 630 * GIB, samples: 2 })
  })

  test('is made up for after the worker was away', async () => {
    await see(NOW, { usedGib: 500 })
    await roll(later(MINUTE))
    await see(later(5 * HOUR), { usedGib: 510 })
    await see(later(11 * HOUR), { usedGib: 520 })
    await roll(later(12 * HOUR))
    expect(await store.query('SELECT 1 FROM storage_samples_hourly')).toHaveLength(3)
  })

  test('is done by one worker at a time', async () => {
    await withTransaction(store, async (tx) => {
      expect(await rollUp(tx, NOW)).toBe(true)
      expect(await roll(NOW)).toBe(false)
    })
  })
})

describe('partitions', () => {
  const names = async (table: string) =>
    (
      await store.query<{ name: string }>(
        'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = to_regclass($1) ORDER BY 1',
        [table],
      )
    ).map(({ name }) => name)

  test('are there ahead, and old ones are dropped whole', async () => {
    await see(NOW, { usedGib: 500 })
    await turnPartitions(store, NOW)
    expect(await names('storage_samples')).toEqual(
      expect.arrayContaining(['storage_samples_2026112106', 'storage_samples_2026112112']),
    )
    await turnPartitions(store, later(50 * HOUR))
    expect(await names('storage_samples')).toContain('storage_samples_2026112106')
    expect(await turnPartitions(store, later(3 * DAY))).toBeGreaterThan(0)
    expect(await names('storage_samples')).not.toContain('storage_samples_2026112106')
    expect(await samples()).toEqual([])
  })
})

describe('a past that the hypervisor tells', () => {
  test('makes a forecast at once, and telling it twice changes nothing', async () => {
    await see(NOW, { usedGib: 700 })
    const hypervisor = remembering(straight(20))
    expect(await fillHistory(store, connectionId, hypervisor, NOW)).toEqual(ok(1))
    const rows = await store.query('SELECT * FROM storage_samples_hourly ORDER BY at')
    expect(await fillHistory(store, connectionId, hypervisor, NOW), 'asked once').toEqual(ok(0))
    await store.query('UPDATE storage_series SET history_at = NULL')
    await fillHistory(store, connectionId, hypervisor, NOW)
    expect(await store.query('SELECT * FROM storage_samples_hourly ORDER BY at')).toEqual(rows)
    const storage = await theStorage()
    const forecast = storage.outlook?.forecast
    if (forecast?.status !== 'told') throw new Error('silent')
    const full = forecast.crossings.at(-1)?.at ?? NOW
    expect((epochMillis(full) - epochMillis(NOW)) / DAY).toBeCloseTo(30, 0)
    expect(storage.outlook?.spark.length).toBeGreaterThan(10)
    const kept = await readForecast(store, storage.id)
    expect(kept?.forecast.status === 'told' && kept.forecast.path.length).toBeGreaterThan(5)
  })

  test('never takes the place of what we saw ourselves', async () => {
    await see(NOW, { usedGib: 500 })
    await roll(later(MINUTE))
    const lie = [{ at: NOW, spanMillis: HOUR, usedBytes: 1, capacityBytes: 1000 * GIB }]
    await fillHistory(store, connectionId, remembering(lie), later(MINUTE))
    const [row] = await store.query<{ used: number }>('SELECT used_bytes AS used FROM storage_samples_hourly')
    expect(row?.used).toBe(500 * GIB)
  })

  test('is asked for again after a gap', async () => {
    await see(NOW, { usedGib: 700 })
    await fillHistory(store, connectionId, remembering([]), NOW)
    await see(later(MINUTE), { usedGib: 700 })
    expect(await fillHistory(store, connectionId, remembering([]), NOW)).toEqual(ok(0))
    await see(later(5 * HOUR), { usedGib: 710 })
    expect(await fillHistory(store, connectionId, remembering([]), later(5 * HOUR))).toEqual(ok(1))
  })

  test('under three days leaves the forecast silent', async () => {
    await see(NOW, { usedGib: 700 })
    await fillHistory(store, connectionId, remembering(straight(2)), NOW)
    expect((await theStorage()).outlook?.forecast).toMatchObject({ status: 'silent', because: 'history-short' })
  })
})

describe('charts', () => {
  test('read hours and days in steps', async () => {
    await see(NOW, { usedGib: 700 })
    await fillHistory(store, connectionId, remembering(straight(60)), NOW)
    const { id } = await theStorage()
    const lengths = async (range: '7d' | '30d' | '90d' | '365d') =>
      (await historySteps(store, id, range, NOW))?.steps.length
    expect(await lengths('7d')).toBe(168)
    expect(await lengths('30d')).toBe(240)
    // Sixty days, the first step begun.
    expect(await lengths('90d')).toBe(241)
    expect(await lengths('365d')).toBe(61)
    const month = (await historySteps(store, id, '30d', NOW))?.steps ?? []
    expect(month.slice(0, -1).every(({ remembered }) => remembered)).toBe(true)
    expect(await historySteps(store, asId<StorageId>('none'), '7d', NOW)).toBeNull()
  })
})

describe('the space of guests', () => {
  const withGuests = async (at: Instant, webGib: number, known = true): Promise<void> => {
    const bytes = (gib: number) => (known ? gib * GIB : null)
    const storage = aStorage('images').build()
    const volume = (name: string, gib: number, role: 'disk' | 'overlay', usedBy: string[]) => ({
      ...aVolume(name),
      allocatedBytes: bytes(gib),
      role,
      usedBy,
    })
    const web = aGuest('web').build()
    const volumes = read([
      volume('web.qcow2', webGib, 'disk', [web.facts.nativeId]),
      volume('web.1', 5, 'overlay', [web.facts.nativeId]),
      volume('base', 9, 'disk', [web.facts.nativeId, 'other']),
    ])
    const collection = { ...aCollection().build(), startedAt: at, finishedAt: at }
    const stored = await storeCollection(store, {
      lease,
      collection: { ...collection, guests: read([web]), storages: read([{ ...storage, volumes }]) },
      thorough: false,
      requests: [],
      nextAttemptAt: () => at,
    })
    if (!stored.ok) throw new Error(stored.why.code)
  }
  const space = async (now: Instant) => {
    const answer = await guestSpace(store, (await theStorage()).id, now)
    const [guest] = answer?.guests ?? []
    if (answer === null || guest === undefined) throw new Error('no space')
    return { ...answer, guest, growth: guestGrowth(guest.before, guest.now) }
  }

  test('tells at first contact what a hypervisor remembers that guests wrote, and nothing false of the others', async () => {
    await withGuests(NOW, 40, false)
    await withTransaction(store, (tx) =>
      recordWrites(tx, connectionId, [{ nativeId: 'id-of-web', writtenBytes: GIB }], NOW),
    )
    const asked: string[] = []
    const pastWrites: NonNullable<Hypervisor['pastWrites']> = async (guests, since) => {
      asked.push(since)
      return ok(guests.map(({ nativeId }) => ({ nativeId, writtenBytes: read(3 * GIB) })))
    }
    const hypervisor = { pastWrites } as Hypervisor
    expect(await fillPastWrites(store, connectionId, hypervisor, NOW)).toEqual(ok(1))
    expect(asked).toEqual(['2026-11-20T06:00:00.000Z'])
    const answer = await space(NOW)
    expect(answer.since).toBe('2026-11-20T06:00:00.000Z')
    expect(answer.growth).toEqual({ bytes: 3 * GIB, confidence: 'at-most' })
    expect(await fillPastWrites(store, connectionId, hypervisor, NOW), 'asked once').toEqual(ok(0))
    // What it writes from now on is added; its place in the past stays.
    const soon = later(10 * MINUTE)
    await withTransaction(store, (tx) =>
      recordWrites(tx, connectionId, [{ nativeId: 'id-of-web', writtenBytes: 2 * GIB }], soon),
    )
    expect((await space(soon)).growth).toEqual({ bytes: 4 * GIB, confidence: 'at-most' })
  })

  test('a look at one guest keeps what that one wrote, and leaves the others to the next reading', async () => {
    const collected = aCollection().withGuests(aGuest('web')).build()
    const told = ['id-of-web', 'id-of-db'].map((nativeId) => ({ nativeId, writtenBytes: GIB }))
    const hypervisor = { collect: async () => ({ ...collected, writes: told }) } as Partial<Hypervisor> as Hypervisor
    const look = { store, lease, hypervisor, nativeId: 'id-of-web', withStorages: false, nextAttemptAt: () => NOW }
    expect((await readGuest(look)).ok).toBe(true)
    const rows = await store.query('SELECT native_id FROM guest_writes WHERE connection_id = $1', [connectionId])
    expect(rows).toEqual([{ native_id: 'id-of-web' }])
  })

  test('shows what each takes and what it grew by since yesterday', async () => {
    const slot = '2026-11-21T12:00:00.000Z'
    await withGuests(slot, 40)
    await keepSamples(store, slot)
    const next = instantAt(epochMillis(slot) + DAY + HOUR)
    await withGuests(next, 52)
    const answer = await space(next)
    expect(answer.since).toBe(slot)
    expect(answer.guests).toHaveLength(1)
    expect(answer.guest).toMatchObject({ name: 'web', now: { dataBytes: 52 * GIB, snapshotBytes: 5 * GIB } })
    expect(answer.growth).toEqual({ bytes: 12 * GIB, confidence: 'exact' })
    expect(answer.shared).toEqual({ files: 1, bytes: 9 * GIB })
  })

  test('leaves unknown unknown, and takes a write counter for an upper bound', async () => {
    const slot = '2026-11-21T12:00:00.000Z'
    const web = aGuest('web').build().facts.nativeId
    const wrote = (at: Instant, gib: number) =>
      withTransaction(store, (tx) => recordWrites(tx, connectionId, [{ nativeId: web, writtenBytes: gib * GIB }], at))
    await withGuests(slot, 40, false)
    await keepSamples(store, slot)
    const next = instantAt(epochMillis(slot) + DAY + HOUR)
    expect((await space(next)).guest.now.dataBytes).toBeNull()
    expect((await space(next)).growth).toEqual({ bytes: null, confidence: 'unknown' })
    await store.query('TRUNCATE guest_space')
    await wrote(later(0), 100)
    await keepSamples(store, slot)
    await wrote(later(2 * HOUR), 130)
    // Restarted: the counter began again.
    await wrote(later(4 * HOUR), 7)
    expect((await space(next)).growth).toEqual({ bytes: 37 * GIB, confidence: 'at-most' })
  })
})
