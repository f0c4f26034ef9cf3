import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, elapsedMillis, type Instant, instantAt } from '@/lib/domain/units'
import type { GuestRow } from '@/lib/domain/view'
import { fillBigInventory, LARGE_TREE_GUEST } from '@/lib/testing/big-inventory'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { openStore, type Store } from './client'
import { ADVISED_CHAIN_DEPTH, MAX_ATTENTION } from './inventory-attention'
import { guestDetail, guestSnapshots, guestWindow } from './inventory-guests'
import { overview, sumFigure } from './inventory-overview'
import { searchHits } from './inventory-search'
import { listStorages, storageDetail } from './inventory-storages'
import { shellCounts } from './shell'

let database: TestDatabase
let store: Store
let rows: GuestRow[]
let now: Instant

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
  await fillBigInventory(store, { guests: 200, snapshots: 1_500, connections: 4, largeTree: 300 })
  now = instantAt(Date.now())
  rows = (await guestWindow(store, { filter: [], sort: 'name', dir: 'asc', offset: 0, limit: 500, now })).rows
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

const known = (pick: (row: GuestRow) => number | null): number[] =>
  rows.map(pick).filter((value): value is number => value !== null)
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

describe('the overview', () => {
  test('adds up what the rows of the list say', async () => {
    const view = await overview(store, now)
    const counts = known((row) => row.snapshotCount)
    expect(view).toMatchObject({
      guests: 200,
      connections: 4,
      snapshots: { count: sum(counts), guestsUnknown: 200 - counts.length },
      deepChains: {
        guests: known((row) => row.chainDepth).filter((depth) => depth > ADVISED_CHAIN_DEPTH).length,
        unknown: rows.filter((row) => row.chainDepth === null).length,
      },
      unmanaged: { snapshots: sum(known((row) => row.unmanagedCount)) },
      held: { bytes: sum(known((row) => row.held.bytes)), confidence: 'at-least' },
    })
    const oldest = rows.map((row) => row.oldestSnapshotAt).sort()[0]
    expect(view.oldest?.at).toBe(oldest)
    expect(view.deepest?.depth).toBe(Math.max(...known((row) => row.chainDepth)))
    expect(sum(view.ages.map(({ guests }) => guests))).toBe(rows.filter((row) => row.oldestSnapshotAt !== null).length)
    const ages = rows.map((row) => elapsedMillis(row.oldestSnapshotAt ?? now, now))
    expect(view.ages.find(({ under }) => under === 'over')?.guests).toBe(ages.filter((age) => age >= 30 * DAY).length)
    expect(await shellCounts(store, now)).toEqual({
      counts: { guests: 200, storages: 4, connections: 4, alerts: 0 },
      alertsUrgent: false,
      demo: false,
    })
  })

  test('an empty fleet has nothing, exactly', async () => {
    const empty = await createTestDatabase()
    const emptyStore = openStore(empty.url)
    expect(await overview(emptyStore, now)).toMatchObject({
      guests: 0,
      oldest: null,
      deepest: null,
      held: { bytes: 0, confidence: 'exact' },
      memory: { snapshots: 0, bytes: { bytes: 0, confidence: 'exact' } },
      attention: [],
      attentionTotal: 0,
    })
    await emptyStore.close()
    await empty.drop()
  })

  test('lists the worst first and counts all', async () => {
    await store.query(`UPDATE storages SET used_bytes = CASE native_id WHEN 'images' THEN
      CASE id WHEN 'bench-storage-1' THEN 96 WHEN 'bench-storage-2' THEN 91 WHEN 'bench-storage-3' THEN 80 ELSE 79 END END,
      capacity_bytes = 100`)
    await store.query(
      `UPDATE connection_states SET failures = 2, last_error = '{"code": "interrupted"}' WHERE connection_id = 'bench-connection-4'`,
    )
    const view = await overview(store, now)
    expect(view.attention.length).toBeLessThanOrEqual(MAX_ATTENTION)
    expect(view.attentionTotal).toBeGreaterThanOrEqual(view.attention.length)
    expect(view.attention[0]).toMatchObject({ severity: 'stale', because: { what: 'connection-silent' } })
    expect(view.storages[0]?.id).toBe('bench-storage-1')
    expect((await listStorages(store, now)).find(({ id }) => id === 'bench-storage-4')?.stale).toBe(true)
    await store.query('DELETE FROM guests')
    const rest = (await overview(store, now)).attention
    expect(rest.find(({ severity }) => severity === 'stale')).toMatchObject({
      severity: 'stale',
      name: 'bench-kvm-004',
      because: { what: 'connection-silent', guests: 0, reason: { code: 'interrupted' } },
    })
    // Once an alert says so, it is said once.
    await store.query(
      `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, connection_id, where_name,
         severity, worst_severity, since, fired_at, value, value_at)
       VALUES ('a', 'r', '', 'stale-data', 'connection', 'bench-connection-4', 'bench-kvm-004', 'bench-connection-4',
         'bench-kvm-004', 'warning', 'warning', $1, $1, 1, $1)`,
      [now],
    )
    expect((await overview(store, now)).attention.filter(({ severity }) => severity === 'stale')).toEqual([])
  })
})

describe('one guest and its tree', () => {
  test('a thousand snapshots come with their parents', async () => {
    const fresh = await createTestDatabase()
    const other = openStore(fresh.url)
    await fillBigInventory(other, { guests: 3, snapshots: 1_006, connections: 1, largeTree: 1_000 })
    const detail = await guestDetail(other, LARGE_TREE_GUEST, now)
    expect(detail?.snapshots).toHaveLength(1_000)
    const ids = new Set(detail?.snapshots.map(({ id }) => id))
    const [root, ...children] = detail?.snapshots ?? []
    expect(root?.parentId).toBeNull()
    expect(children.every(({ parentId }) => parentId !== null && ids.has(parentId))).toBe(true)
    expect(detail?.currentParentId).toBe(detail?.snapshots.at(-1)?.id)
    expect(detail?.storages).toEqual([{ id: 'bench-storage-1', name: 'images-1' }])
    expect(await guestDetail(other, 'nobody' as never, now)).toBeNull()
    expect(await guestSnapshots(other, 'nobody' as never)).toEqual([])
    const [storage] = await listStorages(other, now)
    const volumes = await storageDetail(other, storage?.id ?? ('' as never), now)
    expect(volumes?.volumes).toHaveLength(12)
    expect(volumes?.volumes[0]?.guests).toHaveLength(1)

    const hits = await searchHits(other, 'before update 7')
    expect(hits[0]).toMatchObject({ kind: 'snapshot', name: 'before update 7' })
    expect((await searchHits(other, 'BENCH-KVM')).map(({ kind }) => kind)).toEqual(['connection'])
    expect((await searchHits(other, 'images-1'))[0]).toMatchObject({ kind: 'storage', where: 'bench-kvm-001' })
    expect(await searchHits(other, '  ')).toEqual([])
    expect(await searchHits(other, "%_'\u0000\\")).toEqual([])
    await other.close()
    await fresh.drop()
  })
})

test('sums carry honest labels', () => {
  const sumOf = (known: number, unknown: number, floors: number, ceilings: number) =>
    sumFigure({ bytes: known === 0 ? null : 5, known, unknown, floors, ceilings })
  expect(sumOf(0, 0, 0, 0)).toEqual({ bytes: 0, confidence: 'exact' })
  expect(sumOf(0, 2, 0, 0)).toEqual({ bytes: null, confidence: 'unknown' })
  expect(sumOf(2, 0, 0, 0)).toEqual({ bytes: 5, confidence: 'exact' })
  expect(sumOf(2, 1, 0, 0)).toEqual({ bytes: 5, confidence: 'at-least' })
  expect(sumOf(2, 0, 0, 1)).toEqual({ bytes: 5, confidence: 'at-most' })
  expect(sumOf(2, 1, 0, 1)).toEqual({ bytes: 5, confidence: 'estimate' })
})
