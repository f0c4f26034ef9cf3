import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Comparison, Filter, NumberTest, Term, TextTest } from '@/lib/domain/filter'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import { GUEST_SORTS, type GuestRow } from '@/lib/domain/view'
import { anyFilter } from '@/lib/engine/filter/testing'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { openStore, type Store } from './client'
import { guestIds, guestWindow } from './inventory-guests'

let database: TestDatabase
let store: Store
const NOW: Instant = '2026-11-21T08:00:00.000Z'

/** One row per guest, with everything a filter can ask for; NULL is not known. */
const FLEET = `
  INSERT INTO connections (id, name, kind, address, created_by) VALUES
    ('c1', 'kvm WEB', 'libvirt', '{"kind":"libvirt","uri":"qemu:///system","cleartextAccepted":false}', 't'),
    ('c2', '数据中心', 'proxmox', '{"kind":"proxmox","urls":[],"user":"u","fingerprints":[]}', 't');
  INSERT INTO connection_states (connection_id, failures, guests_at, last_answer_at) VALUES
    ('c1', 0, '2026-11-21 07:59:00+00', '2026-11-21 07:59:00+00'), ('c2', 1, NULL, NULL);
  INSERT INTO guests (id, connection_id, native_id, name, node, kind, power, tags, firmware, tpm, agent, description,
    capabilities, findings, snapshot_count, memory_snapshot_count, unmanaged_count, chain_depth, oldest_snapshot_at,
    held_bytes, held_confidence, storage_names, search_text, fingerprint, collected_at)
  SELECT 'g' || n, CASE WHEN n % 3 = 0 THEN 'c2' ELSE 'c1' END, 'n' || n,
    (ARRAY['web', 'WEB 1', 'db,2', '"x"', 'a\\b', '数据', '%_', '<script>'])[1 + n % 8], 'node-' || n % 2,
    CASE WHEN n % 5 = 0 THEN 'container' ELSE 'vm' END,
    (ARRAY['running', 'paused', 'stopped', 'suspended', 'unknown'])[1 + n % 5],
    CASE n % 4 WHEN 0 THEN '{}'::text[] WHEN 1 THEN '{web}' WHEN 2 THEN '{"WEB 1",tag:x}' ELSE '{数据}' END,
    'bios', false, 'absent', '', '{}',
    CASE n % 3 WHEN 0 THEN '[]'::jsonb WHEN 1 THEN '[{"finding":"mixed-chain"}]' ELSE '[{"finding":"managed-save"}]' END,
    CASE WHEN n % 7 = 0 THEN NULL ELSE n % 6 END, CASE WHEN n % 7 = 0 THEN NULL ELSE n % 2 END,
    CASE WHEN n % 4 = 0 THEN NULL ELSE n % 3 END, CASE WHEN n % 5 = 0 THEN NULL ELSE n % 8 END,
    CASE WHEN n % 6 = 0 THEN NULL ELSE '2026-11-21 08:00:00+00'::timestamptz - n % 50 * interval '1 hour' END,
    CASE WHEN n % 9 = 0 THEN NULL ELSE n % 20 * 262144 END, CASE WHEN n % 9 = 0 THEN 'unknown' ELSE 'exact' END,
    CASE n % 3 WHEN 0 THEN '{}'::text[] ELSE '{web,"=eq"}' END, '', 'f',
    '2026-11-21 08:00:00+00'::timestamptz - n * interval '1 minute'
  FROM generate_series(1, 120) AS n;
  UPDATE guests SET search_text = lower(name || E'\\n' || node || E'\\n' || native_id);`

let rows: (GuestRow & { findings: string[] })[]

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
  await store.pool.query(FLEET)
  const findings = new Map(
    (await store.query<{ id: string; findings: { finding: string }[] }>('SELECT id, findings FROM guests')).map(
      (row) => [row.id, row.findings.map(({ finding }) => finding)],
    ),
  )
  const window = await guestWindow(store, { filter: [], sort: 'name', dir: 'asc', offset: 0, limit: 500, now: NOW })
  rows = window.rows.map((row) => ({ ...row, findings: findings.get(row.id) ?? [] }))
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

/** True, false, or null for "not known". The straightforward reading of a filter. */
type Truth = boolean | null
const not = (truth: Truth): Truth => (truth === null ? null : !truth)
const or = (truths: Truth[]): Truth => (truths.includes(true) ? true : truths.includes(null) ? null : false)
const compare = (value: number | null, test: NumberTest): Truth => {
  if (test === 'unknown') return value === null
  if (value === null) return null
  const outcomes: Record<Comparison, boolean> = {
    '=': value === test.value,
    '>': value > test.value,
    '>=': value >= test.value,
    '<': value < test.value,
    '<=': value <= test.value,
  }
  return outcomes[test.comparison]
}
const has = (text: string, { text: wanted, whole }: TextTest): boolean =>
  whole ? text.toLowerCase() === wanted.toLowerCase() : text.toLowerCase().includes(wanted.toLowerCase())

function holds(term: Term, row: GuestRow & { findings: string[] }): Truth {
  switch (term.field) {
    case 'words':
      return term.values.some((word) =>
        [row.name, row.node, row.nativeId, row.connectionName].some((text) => has(text, { text: word, whole: false })),
      )
    case 'name':
    case 'node':
      return term.values.some((wanted) => has(row[term.field === 'name' ? 'name' : 'node'], wanted))
    case 'connection':
      return term.values.some((wanted) => has(row.connectionName, wanted))
    case 'tag':
      return row.tags.some((tag) => term.values.some((wanted) => has(tag, wanted)))
    case 'storage':
      return row.storageNames.some((name) => term.values.some((wanted) => has(name, wanted)))
    case 'platform':
      return term.values.includes(row.connectionKind)
    case 'kind':
      return term.values.includes(row.kind)
    case 'power':
      return term.values.includes(row.power)
    case 'finding':
      return term.values.some((finding) => row.findings.includes(finding))
    case 'snapshots':
      return or(term.values.map((test) => compare(row.snapshotCount, test)))
    case 'chain':
      return or(term.values.map((test) => compare(row.chainDepth, test)))
    case 'held':
      return or(term.values.map((test) => compare(row.held.bytes, test)))
    case 'oldest': {
      const age = row.oldestSnapshotAt === null ? null : elapsedMillis(row.oldestSnapshotAt, NOW)
      return or(term.values.map((test) => compare(age, test)))
    }
    case 'memory':
      return row.memorySnapshotCount === null ? null : row.memorySnapshotCount > 0 === term.value
    case 'unmanaged':
      return row.unmanagedCount === null ? null : row.unmanagedCount > 0 === term.value
    case 'stale':
      return row.stale === term.value
  }
}
const matches = (filter: Filter, row: GuestRow & { findings: string[] }): boolean =>
  filter.every((term) => (term.negated ? not(holds(term, row)) : holds(term, row)) === true)

describe('the guest filter in SQL', () => {
  test('finds exactly what a plain reading of it finds', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(anyFilter, async (filter) => {
        const expected = rows.filter((row) => matches(filter, row)).map((row) => row.id)
        found += expected.length
        expect((await guestIds(store, filter, NOW)).sort()).toEqual(expected.sort())
      }),
      { numRuns: 400 },
    )
    expect(found).toBeGreaterThan(1_000)
  })

  test('text that PostgreSQL refuses finds nothing and breaks nothing', async () => {
    for (const field of ['words', 'name', 'tag'] as const) {
      const text = '\u0000\ud800'
      const term: Term =
        field === 'words'
          ? { negated: false, field, values: [text] }
          : { negated: false, field, values: [{ text, whole: false }] }
      expect(await guestIds(store, [term], NOW)).toEqual([])
    }
  })

  test('windows of any size and order hold every match once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...(['running', 'paused', 'stopped'] as const)), { maxLength: 2 }),
        fc.constantFrom(...GUEST_SORTS),
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.integer({ min: 7, max: 60 }),
        async (powers, sort, dir, limit) => {
          const filter: Filter = powers.length === 0 ? [] : [{ negated: false, field: 'power', values: powers }]
          const ids = new Set<string>()
          let total = Number.POSITIVE_INFINITY
          for (let offset = 0; offset < total; offset += limit) {
            const window = await guestWindow(store, { filter, sort, dir, offset, limit, now: NOW })
            total = window.total
            expect(window.all).toBe(120)
            for (const row of window.rows) ids.add(row.id)
          }
          expect(ids.size).toBe(total)
          expect(ids.size).toBe(rows.filter((row) => matches(filter, row)).length)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('what is not known sorts last in both directions', async () => {
    for (const dir of ['asc', 'desc'] as const) {
      const { rows: sorted } = await guestWindow(store, {
        filter: [],
        sort: 'held',
        dir,
        offset: 0,
        limit: 500,
        now: NOW,
      })
      const firstUnknown = sorted.findIndex((row) => row.held.bytes === null)
      expect(sorted.slice(firstUnknown).every((row) => row.held.bytes === null)).toBe(true)
    }
  })
})
