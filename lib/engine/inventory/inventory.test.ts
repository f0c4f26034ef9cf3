import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KnownGuest } from '@/lib/domain/known'
import { aCollection, aGuest, aStorage, aVolume, TEST_NOW } from '@/lib/testing/builders'
import { diffThings } from './diff'
import { figuresOf, mergeGuest, mergeStorage, storageFiguresOf, uniqueById } from './merge'
import { sameJson } from './same-json'
import { goneGuests, goneStorages, mergeStorageNames } from './scope'
import { anyCollectedGuest, anyCollection, anyHistory, modelAfter } from './testing'
import { failureOf, listUnread, MAX_UNREAD_LISTED } from './unread'

const LATER = '2026-11-21T09:00:10.000Z'
const why = { code: 'interrupted' } as const

describe('merging', () => {
  test('a section that was not read keeps value and age, and says why; one that was read replaces both', () => {
    fc.assert(
      fc.property(anyCollectedGuest(1), anyCollectedGuest(1), (first, second) => {
        const known = mergeGuest(null, first, TEST_NOW)
        const now = mergeGuest(known, second, LATER)
        for (const section of ['disks', 'snapshots', 'configuration'] as const) {
          const read = second[section]
          if (read.status === 'unread') {
            expect(now[section]).toEqual({ ...known[section], unread: read.reason })
          } else {
            expect(now[section]).toMatchObject({ at: LATER, unread: null })
            expect(now[section].value).not.toBeNull()
          }
        }
        expect(now.facts).toEqual(second.facts)
        expect(now.collectedAt).toBe(LATER)
      }),
    )
  })

  test('merging the same reading again changes nothing but ages', () => {
    fc.assert(
      fc.property(anyCollectedGuest(1), anyCollectedGuest(1), (first, second) => {
        const once = mergeGuest(mergeGuest(null, first, TEST_NOW), second, LATER)
        expect(mergeGuest(once, second, LATER)).toEqual(once)
      }),
    )
  })

  test('what was never read has no figures: unknown is not zero', () => {
    const guest = mergeGuest(null, aGuest().withUnreadDisks(why).withUnreadSnapshots(why).build(), TEST_NOW)
    expect(figuresOf(guest)).toMatchObject({
      snapshotCount: null,
      unmanagedCount: null,
      chainDepth: null,
      held: { bytes: null, confidence: 'unknown' },
    })
  })

  test('images nobody could look into leave the number of unmanaged snapshots open', () => {
    const guest = aGuest().withSnapshots().build()
    if (guest.snapshots.status === 'read')
      guest.snapshots.value.imagesUnread = { code: 'not-permitted', privilege: 'x' }
    expect(figuresOf(mergeGuest(null, guest, TEST_NOW))).toMatchObject({ snapshotCount: 0, unmanagedCount: null })
  })

  test('repeated native ids are all kept, under ids of their own', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'a#2', 'a#3')), (ids) => {
        const unique = uniqueById(ids.map((nativeId) => ({ nativeId })))
        expect(new Set(unique.map(({ nativeId }) => nativeId)).size).toBe(ids.length)
        for (const id of ids) expect(unique.map(({ nativeId }) => nativeId)).toContain(id)
      }),
    )
  })
})

describe('a history of readings', () => {
  test('guests disappear only when their list was read, lay in scope, and lacks them', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        let known = new Map<string, KnownGuest>()
        for (const collection of history) {
          const next = modelAfter(known, collection)
          for (const nativeId of known.keys()) {
            if (next.has(nativeId)) continue
            expect(collection.guests.status).toBe('read')
            if (!collection.scope.whole) expect(collection.scope.guests).toContain(nativeId)
          }
          for (const [nativeId, guest] of known) {
            const untouched = !collection.scope.whole && !collection.scope.guests.includes(nativeId)
            if (untouched || collection.guests.status === 'unread') expect(next.get(nativeId)).toBe(guest)
          }
          known = next
        }
      }),
    )
  })

  test('storages disappear only in a whole reading that listed them', () => {
    const whole = aCollection().withStorages(aStorage('a')).build()
    expect(goneStorages(['id-of-a', 'id-of-b'], whole)).toEqual(['id-of-b'])
    expect(goneStorages(['id-of-b'], { ...whole, scope: { whole: false, guests: [] } })).toEqual([])
    expect(goneStorages(['id-of-b'], aCollection().unread('storages', why).build())).toEqual([])
    expect(goneGuests(['x'], aCollection().unread('guests', why).build())).toEqual([])
  })
})

describe('difference', () => {
  test('every read thing is written once or left, every gone one removed once', () => {
    const things = fc.array(
      fc.record({ nativeId: fc.constantFrom<string>('a', 'b', 'c', 'd'), fingerprint: fc.constantFrom('1', '2') }),
    )
    fc.assert(
      fc.property(things, things, fc.subarray<string>(['a', 'b', 'c', 'd', 'e']), (before, read, gone) => {
        const known = new Map(before.map(({ nativeId, fingerprint }) => [nativeId, fingerprint]))
        const difference = diffThings(
          known,
          read.map((each) => ({ ...each, thing: null })),
          gone,
        )
        const written = difference.written.map(({ nativeId }) => nativeId)
        expect([...written, ...difference.unchanged].sort()).toEqual(
          [...new Set(read.map((each) => each.nativeId))].sort(),
        )
        for (const { nativeId, fingerprint, change } of difference.written) {
          expect(change).toBe(known.has(nativeId) ? 'changed' : 'added')
          expect(known.get(nativeId)).not.toBe(fingerprint)
        }
        const removed = difference.changes.filter(({ change }) => change === 'removed').map(({ nativeId }) => nativeId)
        expect(removed).toEqual(gone.filter((id) => known.has(id) && !read.some((each) => each.nativeId === id)))
      }),
    )
  })
})

describe('storages', () => {
  test('snapshot bytes and orphans are sums only when every part is known', () => {
    const merged = (...volumes: Parameters<ReturnType<typeof aStorage>['withVolumes']>) =>
      storageFiguresOf(
        mergeStorage(
          null,
          aStorage()
            .withVolumes(...volumes)
            .build(),
          TEST_NOW,
        ),
      )
    expect(merged()).toEqual({ snapshotBytes: 0, orphanCount: 0, orphanBytes: 0 })
    expect(
      merged(
        aVolume('o', { role: 'overlay', allocatedBytes: 3 }),
        aVolume('m', { role: 'memory', allocatedBytes: 4 }),
        aVolume('x', { role: 'orphan', allocatedBytes: null }),
      ),
    ).toEqual({ snapshotBytes: 7, orphanCount: 1, orphanBytes: null })
    expect(merged(aVolume('u', { role: 'unknown' }), aVolume('x', { role: 'orphan' }))).toMatchObject({
      orphanCount: null,
      orphanBytes: null,
    })
    const unreadVolumes = mergeStorage(null, aStorage().withUnreadVolumes(why).build(), TEST_NOW)
    expect(storageFiguresOf(unreadVolumes)).toEqual({ snapshotBytes: null, orphanCount: null, orphanBytes: null })
  })

  test('a storage that was not read keeps its place in the names of its guests', () => {
    expect(mergeStorageNames(['a', 'b', 'gone'], ['c'], new Set(['b']))).toEqual(['b', 'c'])
  })
})

describe('what was not read', () => {
  test('lists every unread section, bounded, and knows a broken connection', () => {
    fc.assert(
      fc.property(anyCollection(TEST_NOW), (collection) => {
        const list = listUnread(collection)
        expect(list.length).toBeLessThanOrEqual(MAX_UNREAD_LISTED)
        if (collection.guests.status === 'unread') {
          expect(failureOf(collection)).toEqual(collection.guests.reason)
          expect(list[0]).toMatchObject({ section: 'guests', subject: null })
        }
      }),
    )
    const broken = aCollection()
      .withGuests(aGuest().withUnreadDisks(why))
      .unread('storages', { code: 'unreachable', address: 'h', cause: 'closed' })
      .build()
    expect(failureOf(broken)).toMatchObject({ code: 'unreachable' })
    const forbidden = aCollection().unread('storages', { code: 'not-permitted', privilege: 'x' }).build()
    expect(failureOf(forbidden)).toBeNull()
  })
})

test('sameJson is equality of JSON, whatever the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const reordered = JSON.parse(JSON.stringify(a), (_, value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
      )
      expect(sameJson(JSON.parse(JSON.stringify(a)), reordered)).toBe(true)
      if (sameJson(a, b)) expect(sameJson(b, a)).toBe(true)
    }),
  )
  expect(sameJson({ a: 1 }, { a: 2 })).toBe(false)
  expect(sameJson([], {})).toBe(false)
  expect(sameJson({ a: undefined }, {})).toBe(true)
})
