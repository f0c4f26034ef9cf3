import { describe, expect, it } from 'vitest'
import type { Intent } from '@/lib/domain/plan'
import { GIB, MIB } from '@/lib/domain/units'
import { aDisk, aGuest, anImage, aStorage, type GuestBuilder } from '@/lib/testing/builders'
import { aWorld, guestId, planOf, refusalOf, storageId, toDelete, toTake } from './testing'

/** One external snapshot `a` with an overlay of so many GiB. */
const guest = (name: string, gib: number): GuestBuilder =>
  aGuest(name)
    .withChain('a')
    .withDisks(
      aDisk('vda', {
        virtualBytes: 200 * GIB,
        chain: [
          anImage(`/images/${name}.a.qcow2`, {
            allocatedBytes: gib * GIB,
            madeBySnapshot: 'a',
            virtualBytes: 200 * GIB,
          }),
          anImage(`/images/${name}.qcow2`, { virtualBytes: 200 * GIB }),
        ],
      }),
    )
const batch = (...names: string[]): Intent => ({
  do: 'batch',
  intents: names.map((name) => toDelete(name, 'a')),
  onFailure: 'continue',
})

describe('a batch', () => {
  it('works on what needs least first, one consent over all', () => {
    const world = aWorld().withGuest(guest('big', 10)).withGuest(guest('small', 1)).withGuest(guest('mid', 5))
    const plan = planOf(world, batch('big', 'small', 'mid'))
    expect(plan.parts.map(({ guestName }) => guestName)).toEqual(['small', 'mid', 'big'])
    expect(plan).toMatchObject({ consentText: '3 snapshots', predicted: null })
    // each overlay gives back at least what its merge took before the next begins: peaks do not add up
    expect(plan.space[0]?.peak).toEqual({ min: GIB, max: 10 * GIB })
    expect(plan.steps.map(({ storages }) => storages)).toEqual([
      [storageId('images')],
      [storageId('images')],
      [storageId('images')],
    ])
  })

  it('is the same in whatever order it was asked', () => {
    const world = aWorld().withGuest(guest('b', 3)).withGuest(guest('a', 3)).withGuest(guest('c', 1))
    expect(planOf(world, batch('a', 'b', 'c')).digest).toBe(planOf(world, batch('c', 'b', 'a')).digest)
  })

  it('that would pass the ceiling is refused, with the part of it that fits', () => {
    const tight = aStorage('images').sized(100 * GIB, 85 * GIB)
    const taken = (name: string) => toTake(name, { name: 'a', memory: true })
    const world = aWorld().withStorage(tight)
    for (const name of ['x', 'y', 'z']) world.withGuest(aGuest(name).withFacts({ memoryBytes: 4 * GIB }))
    const three: Intent = { do: 'batch', intents: [taken('x'), taken('y'), taken('z')], onFailure: 'continue' }
    const refused = refusalOf(world, three)
    // What it may take of 15 GiB that are free: up to the ceiling of 95 %.
    const needs = 3 * (4 * GIB + 64.5 * MIB)
    expect(refused.why).toEqual([{ code: 'storage-short', storage: 'images', needs, has: 10 * GIB }])
    expect(refused.instead).toEqual([{ ...three, intents: [taken('x'), taken('y')] }])
  })

  it('names only the storage that is short, not every one it works on', () => {
    const world = aWorld()
      .withStorage(aStorage('images').sized(100 * GIB, 85 * GIB))
      .withStorage(aStorage('roomy').sized(1000 * GIB, 85 * GIB))
      .withVolume({ path: '/roomy/w.qcow2', storageId: storageId('roomy') })
    const taken = (name: string) => toTake(name, { name: 'a', memory: true })
    for (const name of ['x', 'y', 'z']) world.withGuest(aGuest(name).withFacts({ memoryBytes: 4 * GIB }))
    const chain = [anImage('/roomy/w.qcow2')]
    world.withGuest(
      aGuest('w')
        .withFacts({ memoryBytes: 4 * GIB })
        .withDisks(aDisk('vda', { chain })),
    )
    const intents = ['x', 'y', 'z', 'w'].map(taken)
    const refused = refusalOf(world, { do: 'batch', intents, onFailure: 'continue' })
    expect(refused.why).toMatchObject([{ code: 'storage-short', storage: 'images' }])
  })

  it('with a part that cannot be done says which, and offers the rest', () => {
    const world = aWorld().withGuest(guest('x', 1)).withGuest(guest('y', 1)).holding('y', 'a')
    const refused = refusalOf(world, batch('x', 'y'))
    expect(refused.why).toMatchObject([{ code: 'held', snapshot: 'a' }])
    expect(refused.instead).toEqual([{ ...batch('x') }])
  })

  it('has one part a guest: deletions are joined, anything else twice is refused', () => {
    const world = aWorld().withGuest(aGuest('web').withChain('a', 'b'))
    const twice: Intent = { do: 'batch', intents: [toDelete('web', 'a'), toDelete('web', 'b')], onFailure: 'stop' }
    expect(planOf(world, twice).parts).toHaveLength(1)
    const other: Intent = {
      do: 'batch',
      intents: [toDelete('web', 'a'), { do: 'merge', guestId: guestId('web') }],
      onFailure: 'stop',
    }
    expect(refusalOf(world, other).why).toMatchObject([{ code: 'invalid' }])
  })

  it('tells time from what this storage did before, and none where nothing was measured', () => {
    const measured = [
      {
        storageId: storageId('images'),
        at: '2026-11-20T09:00:00.000Z',
        movedBytes: GIB,
        tookMillis: 10_000,
        peakBytes: null,
        freedBytes: null,
      },
    ]
    const known = aWorld().withStorage(aStorage('images'), { measured }).withGuest(guest('x', 2))
    expect(planOf(known, batch('x')).time).toEqual({ min: 20_000, max: 20_000 })
    expect(planOf(aWorld().withGuest(guest('x', 2)), batch('x')).time).toBeNull()
  })
})
