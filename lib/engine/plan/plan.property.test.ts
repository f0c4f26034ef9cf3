import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Plan } from '@/lib/domain/plan'
import type { PlanWorld } from '@/lib/domain/plan-world'
import type { Snapshot } from '@/lib/domain/snapshot'
import { MIB } from '@/lib/domain/units'
import { aDisk, aGuest, anImage, aSnapshot, hoursAgo, TEST_NOW } from '@/lib/testing/builders'
import { planIntent } from './plan-intent'
import { aWorld, PLAN_ID, planned, toDelete, toRollBack } from './testing'

type Drawn = { kind: 'internal' | 'external'; parents: number[]; current: number; sizes: number[]; held: boolean[] }

/** A random history: each snapshot stands on an earlier one or on nothing; the guest stands on one of them. */
const anyHistory: fc.Arbitrary<Drawn> = fc.integer({ min: 1, max: 7 }).chain((count) =>
  fc.record({
    kind: fc.constantFrom('internal' as const, 'external' as const),
    parents: fc.tuple(
      ...Array.from({ length: count }, (_, index) => fc.integer({ min: index === 0 ? -1 : 0, max: index - 1 })),
    ),
    current: fc.integer({ min: 0, max: count - 1 }),
    sizes: fc.array(fc.integer({ min: 1, max: 256 }), { minLength: count, maxLength: count }),
    held: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
  }),
)

const nameOf = (index: number) => `s${index}`

/** The chain of the drawn history: one overlay for each snapshot on the way to the current state. */
function worldOf({ kind, parents, current, sizes, held }: Drawn, holds: boolean): PlanWorld {
  const path: number[] = []
  for (let at = current; at >= 0; at = parents[at] ?? -1) path.push(at)
  const frozen = (index: number) => `/images/${path.includes(index) ? `live-${index}` : `side-${index}`}.qcow2`
  const snapshots: Snapshot[] = parents.map((parent, index) => {
    const built = aSnapshot(nameOf(index))
      .childOf(parent < 0 ? null : nameOf(parent))
      .takenAt(hoursAgo(parents.length - index))
    if (kind === 'external') {
      built.external().with({
        disks: [
          { name: 'vda', mode: 'external', file: `/images/over-${index}.qcow2`, bytes: null, frozen: frozen(index) },
        ],
      })
    }
    return built.build()
  })
  const images =
    kind === 'internal'
      ? [anImage('/images/live-base.qcow2')]
      : path.map((index) => {
          const below = path[path.indexOf(index) - 1]
          const file = below === undefined ? '/images/active.qcow2' : frozen(below)
          return anImage(file, { allocatedBytes: (sizes[index] ?? 1) * MIB, madeBySnapshot: nameOf(index) })
        })
  const root = path.at(-1)
  const chain =
    kind === 'internal' ? images : [...images, anImage(root === undefined ? '/images/base.qcow2' : frozen(root))]
  const guest = aGuest('web')
    .withSnapshots(...snapshots)
    .currentOn(nameOf(current))
    .withDisks(aDisk('vda', { chain }))
  const world = aWorld().withGuest(guest)
  for (const [index] of parents.entries()) {
    if (kind === 'external' && !path.includes(index)) world.withVolume({ path: frozen(index), allocatedBytes: MIB })
    if (holds && held[index]) world.holding('web', nameOf(index))
  }
  return world.build()
}

const subset = (drawn: Drawn) =>
  fc.subarray(
    drawn.parents.map((_, index) => nameOf(index)),
    { minLength: 1 },
  )
const anyDeletion = anyHistory.chain((drawn) => fc.record({ drawn: fc.constant(drawn), names: subset(drawn) }))
const deleted = (plan: Plan) =>
  plan.steps.flatMap(({ command }) => (command.do === 'snapshot.delete' ? [command.snapshot.name] : []))

describe('whatever the history', () => {
  it('kept and lost are a partition of what was there', () => {
    fc.assert(
      fc.property(anyDeletion, ({ drawn, names }) => {
        const result = planned(worldOf(drawn, false), toDelete('web', ...names))
        if (result.kind === 'impossible') return
        const kept = result.plan.keeps.flatMap(({ kind, name }) => (kind === 'snapshot' ? [name] : []))
        const lost = result.plan.losses.flatMap(({ kind, name }) => (kind === 'way-back' ? [name] : []))
        expect([...kept, ...lost].sort()).toEqual(drawn.parents.map((_, index) => nameOf(index)).sort())
        expect(result.plan.predicted?.snapshots.map(({ name }) => name).sort()).toEqual(kept.sort())
        expect([...names].sort()).toEqual([...lost].sort())
      }),
    )
  })

  it('internal snapshots can always be deleted, in any set; external ones unless the tree forbids it', () => {
    fc.assert(
      fc.property(anyDeletion, ({ drawn, names }) => {
        const result = planned(worldOf(drawn, false), toDelete('web', ...names))
        if (drawn.kind === 'internal') expect(result.kind).toBe('plan')
        else if (result.kind === 'impossible')
          expect(result.why.map(({ code }) => code)).toContain('children-in-the-way')
      }),
    )
  })

  it('steps respect the tree: beside the live chain nothing goes before what stands on it', () => {
    fc.assert(
      fc.property(anyDeletion, ({ drawn, names }) => {
        const result = planned(worldOf(drawn, false), toDelete('web', ...names))
        if (result.kind === 'impossible' || drawn.kind === 'internal') return
        const order = deleted(result.plan)
        const live = new Set<number>()
        for (let at = drawn.current; at >= 0; at = drawn.parents[at] ?? -1) live.add(at)
        for (const [index, parent] of drawn.parents.entries()) {
          if (live.has(index) || !order.includes(nameOf(index)) || !order.includes(nameOf(parent))) continue
          expect(order.indexOf(nameOf(index))).toBeLessThan(order.indexOf(nameOf(parent)))
        }
      }),
    )
  })

  it('a hold never deletes more, and never a held snapshot', () => {
    fc.assert(
      fc.property(anyDeletion, ({ drawn, names }) => {
        const free = planned(worldOf(drawn, false), toDelete('web', ...names))
        const held = planned(worldOf(drawn, true), toDelete('web', ...names))
        if (held.kind === 'impossible') return
        expect(free.kind).toBe('plan')
        const protectedNames = drawn.held.flatMap((each, index) => (each ? [nameOf(index)] : []))
        expect(deleted(held.plan).filter((name) => protectedNames.includes(name))).toEqual([])
      }),
    )
  })

  it('what was deleted is not there to be deleted again', () => {
    fc.assert(
      fc.property(anyDeletion, ({ drawn, names }) => {
        const world = worldOf(drawn, false)
        const first = planned(world, toDelete('web', ...names))
        if (first.kind === 'impossible') return
        const [guest] = world.guests
        if (guest?.known.snapshots.value == null) throw new Error('read')
        const items = guest.known.snapshots.value.items.filter(({ name }) => !names.includes(name))
        const after = {
          ...world,
          guests: [
            {
              ...guest,
              known: { ...guest.known, snapshots: { ...guest.known.snapshots, value: { items, currentParent: null } } },
            },
          ],
        }
        expect(planIntent(first.plan.intent, after, TEST_NOW, PLAN_ID)).toMatchObject({ kind: 'impossible' })
      }),
    )
  })

  it('never commits into, nor removes, an image that another guest reads', () => {
    fc.assert(
      fc.property(anyDeletion, fc.nat(20), ({ drawn, names }, at) => {
        const world = worldOf(drawn, false)
        const volume = world.volumes[at % world.volumes.length]
        if (volume === undefined) throw new Error('no volume')
        volume.usedBy = [...volume.usedBy, { nativeId: 'other', name: 'clone' }]
        const result = planned(world, toDelete('web', ...names))
        if (result.kind === 'impossible') return
        const touched = result.plan.merges.flatMap(({ direction, into, layers }) =>
          direction === 'commit' ? [into, ...layers] : [],
        )
        expect(touched).not.toContain(volume.path)
      }),
    )
  })

  it('the digest does not depend on the order of any list', () => {
    fc.assert(
      fc.property(anyDeletion, ({ drawn, names }) => {
        const world = worldOf(drawn, false)
        const turned: PlanWorld = {
          ...world,
          storages: world.storages.toReversed(),
          volumes: world.volumes.toReversed(),
          guests: world.guests.map((guest) => ({
            ...guest,
            snapshots: guest.snapshots.toReversed(),
            known: {
              ...guest.known,
              snapshots: {
                ...guest.known.snapshots,
                value: {
                  items: (guest.known.snapshots.value?.items ?? []).toReversed(),
                  currentParent: guest.known.snapshots.value?.currentParent ?? null,
                },
              },
            },
          })),
        }
        const one = planned(world, toDelete('web', ...names))
        const other = planned(turned, toDelete('web', ...names.toReversed()))
        expect(other.kind).toBe(one.kind)
        if (one.kind === 'plan' && other.kind === 'plan') expect(other.plan.digest).toBe(one.plan.digest)
      }),
    )
  })

  it('a rollback keeps every snapshot, and stands on its target', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(6), (drawn, at) => {
        const target = nameOf(at % drawn.parents.length)
        const result = planned(worldOf(drawn, false), toRollBack('web', target, { safetySnapshot: false }))
        if (result.kind === 'impossible') throw new Error(JSON.stringify(result.why))
        expect(result.plan.predicted?.currentParentName).toBe(target)
        expect(result.plan.predicted?.snapshots).toHaveLength(drawn.parents.length)
        const kept = result.plan.keeps.filter(({ kind }) => kind === 'snapshot' || kind === 'side-branch')
        expect(kept).toHaveLength(drawn.parents.length)
      }),
    )
  })

  it('space ranges are ranges, and never negative', () => {
    fc.assert(
      fc.property(anyDeletion, ({ drawn, names }) => {
        const result = planned(worldOf(drawn, false), toDelete('web', ...names))
        if (result.kind === 'impossible') return
        for (const { peak, frees, insideImages } of result.plan.space) {
          for (const { min, max } of [peak, frees, insideImages]) {
            expect(min).toBeGreaterThanOrEqual(0)
            if (max !== null) expect(max).toBeGreaterThanOrEqual(min)
          }
        }
      }),
    )
  })
})
