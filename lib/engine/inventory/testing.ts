/** Random readings of a small fleet, and the plain model they are held against. */
import fc from 'fast-check'
import type { CollectedGuest, Collection, Scope, Section } from '@/lib/domain/inventory'
import { read, unread } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import type { Reason } from '@/lib/domain/reason'
import type { Snapshot } from '@/lib/domain/snapshot'
import { epochMillis, HOUR, type Instant, instantAt } from '@/lib/domain/units'
import { aDisk, aGuest, aSnapshot, TEST_NOW } from '@/lib/testing/builders'
import { mergeGuest } from './merge'
import { goneGuests } from './scope'

const NAMES = ['web', 'db', '数据库', "o'brien", 'a\u0000b'] as const
const anyReason: fc.Arbitrary<Reason> = fc.constantFrom<Reason>(
  { code: 'interrupted' },
  { code: 'not-permitted', privilege: 'VM.Audit' },
  { code: 'hung', silentForMillis: 30_000 },
)

const section = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Section<T>> =>
  fc.oneof({ weight: 3, arbitrary: value.map(read) }, { weight: 1, arbitrary: anyReason.map((why) => unread<T>(why)) })

const anySnapshots: fc.Arbitrary<{ items: Snapshot[]; currentParent: string | null }> = fc
  .array(
    fc.record({
      name: fc.constantFrom('s1', 's2', 's3', '快照'),
      memory: fc.boolean(),
      unmanaged: fc.boolean(),
      age: fc.nat(72),
      bytes: fc.option(fc.nat(1_000_000), { nil: null }),
    }),
    { maxLength: 4 },
  )
  .map((drawn) => {
    const items = drawn.map(({ name, memory, unmanaged, age, bytes }, index): Snapshot => {
      const plain = aSnapshot(name)
        .takenAt(instantAt(epochMillis(TEST_NOW) - age * HOUR))
        .build()
      return {
        ...plain,
        parent: index === 0 ? null : (drawn[index - 1]?.name ?? null),
        memory: memory ? 'saved' : 'none',
        unmanaged,
        size: { bytes, confidence: bytes === null ? 'unknown' : 'exact', source: bytes === null ? 'not-told' : 'demo' },
      }
    })
    return { items, currentParent: items.at(-1)?.nativeId ?? null }
  })

/** A guest of the small fleet, with any section read or not. */
export const anyCollectedGuest = (number: number): fc.Arbitrary<CollectedGuest> =>
  fc
    .record({
      name: fc.constantFrom(...NAMES),
      power: fc.constantFrom('running', 'stopped', 'unknown'),
      tags: fc.subarray(['prod', 'Web 1', '测试']),
      disks: section(fc.integer({ min: 0, max: 5 }).map((depth) => [chainOf(depth)])),
      snapshots: section(anySnapshots),
      configuration: section(fc.record({ cpus: fc.constantFrom('1', '2') })),
      finding: fc.option(fc.constantFrom('mixed-chain' as const, 'managed-save' as const), { nil: null }),
    })
    .map(({ name, power, tags, disks, snapshots, configuration, finding }) => {
      const guest = aGuest(name).withId(`guest-${number}`).build()
      return {
        ...guest,
        facts: { ...guest.facts, power: power as CollectedGuest['facts']['power'], tags },
        disks,
        snapshots,
        configuration,
        findings: finding === null ? [] : [{ finding }],
      }
    })

const chainOf = (depth: number) =>
  aDisk('vda', {
    chain: Array.from({ length: depth + 1 }, (_, index) => ({
      file: `/images/${index}`,
      format: 'qcow2',
      allocatedBytes: 1_000,
      virtualBytes: 10_000,
      madeBySnapshot: null,
      unexplained: false,
    })),
  })

const FLEET = 4

/** A reading of the whole or of some, at a given moment; the list itself may be unread. */
export const anyCollection = (at: Instant): fc.Arbitrary<Collection> =>
  fc
    .record({
      present: fc.subarray(Array.from({ length: FLEET }, (_, index) => index)),
      guests: fc.tuple(...Array.from({ length: FLEET }, (_, index) => anyCollectedGuest(index))),
      unread: fc.option(anyReason, { nil: null, freq: 5 }),
      some: fc.option(fc.subarray(Array.from({ length: FLEET }, (_, index) => index)), { nil: null }),
    })
    .map(({ present, guests, unread: why, some }): Collection => {
      const scope: Scope =
        some === null ? { whole: true } : { whole: false, guests: some.map((each) => `guest-${each}`) }
      const listed = present
        .filter((each) => some === null || some.includes(each))
        .flatMap((each) => guests[each] ?? [])
      return {
        scope,
        startedAt: at,
        finishedAt: at,
        version: '9.0.0',
        clockSkewMillis: null,
        guests: why === null ? read(listed) : unread(why),
        storages: why === null ? read([]) : unread(why),
      }
    })

/** Readings one after another, ten seconds apart. */
export const anyHistory: fc.Arbitrary<Collection[]> = fc
  .integer({ min: 1, max: 5 })
  .chain((length) =>
    fc.tuple(...Array.from({ length }, (_, index) => anyCollection(instantAt(epochMillis(TEST_NOW) + index * 10_000)))),
  )

/** The model: what is known after a reading, without any of the shortcuts of the store. */
export function modelAfter(known: ReadonlyMap<string, KnownGuest>, collection: Collection): Map<string, KnownGuest> {
  const next = new Map(known)
  for (const nativeId of goneGuests(known.keys(), collection)) next.delete(nativeId)
  for (const guest of collection.guests.status === 'read' ? collection.guests.value : []) {
    const { nativeId } = guest.facts
    next.set(nativeId, mergeGuest(next.get(nativeId) ?? null, guest, collection.startedAt))
  }
  return next
}
