/** Arbitrary listings for property tests: proper trees, and what a broken server could send. */
import fc from 'fast-check'
import { instantAt } from '@/lib/domain/units'
import type { TreeSnapshot } from '@/lib/engine/chain/tree'

const START = Date.parse('2026-01-01T00:00:00.000Z')

const anyInstant = fc.option(
  fc.integer({ min: 0, max: 50 }).map((minute) => instantAt(START + minute * 60_000)),
  { nil: null },
)

export type Listing = { snapshots: TreeSnapshot[]; currentParent: string | null }

/** A proper tree: every parent exists and is older; ids are unique. */
export const anyProperListing: fc.Arbitrary<Listing> = fc
  .array(fc.record({ parent: fc.nat(), root: fc.integer({ min: 0, max: 9 }) }), { maxLength: 60 })
  .chain((choices) => {
    const snapshots = choices.map(
      ({ parent, root }, index): TreeSnapshot => ({
        nativeId: `s${index}`,
        name: `s${index}`,
        parent: index === 0 || root === 0 ? null : `s${parent % index}`,
        parentMissing: null,
        createdAt: instantAt(START + index * 1000),
      }),
    )
    return fc.record({
      snapshots: fc.shuffledSubarray(snapshots, { minLength: snapshots.length }),
      currentParent: fc.constantFrom(null, ...snapshots.map((snapshot) => snapshot.nativeId)),
    })
  })

/** Anything at all: circles, repeated ids, ids that look like our own suffixes, missing parents. */
export const anyListing: fc.Arbitrary<Listing> = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'a#2', 'a#3', 'base', 'current', ''), {
    maxLength: 40,
  })
  .chain((ids) => {
    const anyId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'a#2', '', 'gone', ...ids)
    return fc.record({
      snapshots: fc.tuple(
        ...ids.map((nativeId) =>
          fc.record({
            nativeId: fc.constant(nativeId),
            name: fc.constantFrom(nativeId, 'same'),
            parent: fc.option(anyId, { nil: null }),
            parentMissing: fc.option(fc.constant('lost'), { nil: null, freq: 5 }),
            createdAt: anyInstant,
          }),
        ),
      ),
      currentParent: fc.option(anyId, { nil: null }),
    })
  })
