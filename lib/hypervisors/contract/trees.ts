/** The contract's sentences on snapshot trees, and on what a second reading sees. */
import { expect, it } from 'vitest'
import { expectTruthful, withoutTimes } from './checks'
import { type Bench, type ContractGuest, type ContractWorld, treeOf } from './harness'
import { type HistoryStep, sampleHistories, TreeModel } from './history'

/** Declares them for the suite at hand. */
export function declareTrees(bench: Bench): void {
  const { open, whole, readGuest, addGuest, needs, never } = bench

  it('reads a guest without snapshots as having none', async () => {
    const guest = await addGuest()
    const found = await readGuest(open(), guest)
    expect(found.facts).toMatchObject({
      nativeId: guest.nativeId,
      name: guest.name,
      kind: bench.harness.kind ?? 'vm',
    })
    expect(found.snapshots).toEqual({ status: 'read', value: { items: [], currentParent: null } })
  })

  it('reads trees as they are after random histories', async (context) => {
    needs(context, 'rollback')
    const hypervisor = open()
    for (const history of sampleHistories(bench.histories, bench.steps)) {
      const guest = await addGuest()
      const model = new TreeModel()
      for (const step of history) {
        const chosen = model.choose(step)
        if (chosen === null) continue
        await doStep(bench.harness.world, guest, chosen)
        model.apply(chosen)
      }
      expect(treeOf(await readGuest(hypervisor, guest, false)), JSON.stringify(history)).toEqual(model.tree())
      await bench.harness.world.removeGuest(guest)
    }
  })

  it('keeps both branches after a rollback', async (context) => {
    needs(context, 'rollback')
    const guest = await addGuest()
    for (const snapshot of ['a', 'b'].map((each) => `snap-${each}`))
      await bench.harness.world.take(guest, { name: snapshot })
    await bench.harness.world.rollback(guest, 'snap-a')
    await bench.harness.world.take(guest, { name: 'snap-c' })
    expect(treeOf(await readGuest(open(), guest))).toEqual({
      parents: { 'snap-a': null, 'snap-b': 'snap-a', 'snap-c': 'snap-a' },
      current: 'snap-c',
    })
  })

  it('gives the same reading of an unchanged world twice', async () => {
    const guest = await addGuest()
    await bench.harness.world.take(guest, { name: 'first' })
    await bench.harness.world.take(guest, { name: 'second' })
    const hypervisor = open()
    const first = await whole(hypervisor)
    expect(withoutTimes(await whole(hypervisor, false))).toEqual(withoutTimes(first))
    expect(withoutTimes(await whole(hypervisor, true))).toEqual(withoutTimes(first))
    expect(withoutTimes(await whole(open()))).toEqual(withoutTimes(first))
  })

  it('sees every change in the next reading, thorough or not', async () => {
    const hypervisor = open()
    const guest = await addGuest()
    expect(treeOf(await readGuest(hypervisor, guest, false)).parents).toEqual({})
    await bench.harness.world.take(guest, { name: 'one' })
    expect(treeOf(await readGuest(hypervisor, guest, false)).parents).toEqual({ one: null })
    await bench.harness.world.take(guest, { name: 'two' })
    expect(treeOf(await readGuest(hypervisor, guest, false)).current).toBe('two')
    await bench.harness.world.deleteSnapshot(guest, 'one')
    expect(treeOf(await readGuest(hypervisor, guest, false))).toEqual({ parents: { two: null }, current: 'two' })
    await bench.harness.world.removeGuest(guest)
    const gone = await whole(hypervisor, false)
    expect(
      gone.guests.status === 'read' && gone.guests.value.some((each) => each.facts.nativeId === guest.nativeId),
    ).toBe(false)
  })

  it('sees a snapshot that was deleted and taken again under its old name', async (context) => {
    needs(context, 'rollback')
    const hypervisor = open()
    const guest = await addGuest()
    await bench.harness.world.take(guest, { name: 'base' })
    await bench.harness.world.take(guest, { name: 'again' })
    expect(treeOf(await readGuest(hypervisor, guest, false)).parents).toEqual({ base: null, again: 'base' })
    await bench.harness.world.deleteSnapshot(guest, 'again')
    await bench.harness.world.deleteSnapshot(guest, 'base')
    await bench.harness.world.take(guest, { name: 'again' })
    await bench.harness.world.take(guest, { name: 'base' })
    expect(treeOf(await readGuest(hypervisor, guest, false))).toEqual({
      parents: { again: null, base: 'again' },
      current: 'base',
    })
  })

  it('reads only the guests it is asked for', async () => {
    const asked = await addGuest()
    const other = await addGuest()
    const scope = { whole: false as const, guests: [asked.nativeId, 'no-such-guest'] }
    const collection = await open().collect(scope, { thorough: true }, never)
    expect(collection.scope).toEqual(scope)
    if (collection.guests.status === 'unread') throw new Error('the guests were not read')
    expect(collection.guests.value.map((guest) => guest.facts.nativeId)).toEqual([asked.nativeId])
    expectTruthful(collection)
    await bench.harness.world.removeGuest(other)
  })
}

async function doStep(world: ContractWorld, guest: ContractGuest, step: HistoryStep): Promise<void> {
  if (step.do === 'take') await world.take(guest, { name: step.snapshot })
  else if (step.do === 'rollback') await world.rollback(guest, step.snapshot)
  else await world.deleteSnapshot(guest, step.snapshot)
}
