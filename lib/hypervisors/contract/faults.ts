/** The contract's sentences on bad days: what cannot be read, hangs, dies, vanishes or is closed. */
import { expect, it } from 'vitest'
import type { SnapshotRef } from '../../domain/ids'
import { expectTruthful, unreadReasons } from './checks'
import { type Bench, guestIn } from './harness'

/** Declares them for the suite at hand. */
export function declareFaults(bench: Bench): void {
  const { open, whole, addGuest, needs, never } = bench

  it('says of an unreadable section why, and reads the rest', async (context) => {
    needs(context, 'fail-section')
    const guest = await addGuest()
    const other = await addGuest()
    await bench.harness.world.take(guest, { name: 'first' })
    for (const section of ['snapshots', 'guests', 'storages'] as const) {
      const repair = await bench.harness.world.failSection?.(section, guest)
      if (repair == null) continue
      const collection = await whole(open())
      await repair()
      expectTruthful(collection)
      expect(unreadReasons(collection), section).toHaveLength(1)
      if (section === 'snapshots') {
        expect(guestIn(collection, guest).snapshots.status).toBe('unread')
        expect(guestIn(collection, other).snapshots.status).toBe('read')
      } else expect(collection[section].status).toBe('unread')
    }
  })

  it('reads nothing, and says why, when it is refused', async (context) => {
    needs(context, 'refuse')
    const repair = await bench.harness.world.refuse?.()
    const hypervisor = open()
    const probe = await hypervisor.probe(never)
    const collection = await whole(hypervisor)
    await repair?.()
    expect(probe.ok).toBe(false)
    expect([collection.guests.status, collection.storages.status]).toEqual(['unread', 'unread'])
  })

  it('resolves when the connection dies under it, and never with an emptier world', async (context) => {
    needs(context, 'die')
    const guests = [await addGuest(), await addGuest(), await addGuest()]
    const repair = await bench.harness.world.die?.()
    const hypervisor = open()
    const collection = await whole(hypervisor)
    await repair?.()
    expectTruthful(collection)
    expect(unreadReasons(collection).length).toBeGreaterThan(0)
    if (collection.guests.status === 'read') {
      const listed = collection.guests.value.map((guest) => guest.facts.nativeId)
      expect(listed).toEqual(expect.arrayContaining(guests.map((guest) => guest.nativeId)))
    }
    const after = await whole(hypervisor)
    expect(after.guests.status, 'the same adapter reads again once the world is back').toBe('read')
  })

  it('leaves out a guest that vanished between list and reading', async (context) => {
    needs(context, 'vanish')
    const stays = await addGuest()
    const goes = await addGuest()
    const repair = await bench.harness.world.vanish?.(goes)
    const collection = await whole(open())
    await repair?.()
    expectTruthful(collection)
    expect(guestIn(collection, stays).snapshots.status).toBe('read')
    const listed = collection.guests.status === 'read' ? collection.guests.value : []
    expect(listed.some((guest) => guest.facts.nativeId === goes.nativeId)).toBe(false)
  })

  it('reads nothing for a caller who has already given up', async () => {
    const startedAt = performance.now()
    const collection = await open().collect({ whole: true }, { thorough: true }, AbortSignal.abort())
    expect(performance.now() - startedAt).toBeLessThan(bench.promptMillis)
    expect(collection.guests).toEqual({ status: 'unread', reason: { code: 'interrupted' } })
    expect(collection.storages).toEqual({ status: 'unread', reason: { code: 'interrupted' } })
    expect(await open().probe(AbortSignal.abort())).toMatchObject({ ok: false, why: { code: 'interrupted' } })
  })

  it('ends at once when the caller gives up on a world that hangs', async (context) => {
    needs(context, 'hang')
    const resume = await bench.harness.world.hang?.()
    const hypervisor = open()
    const abort = new AbortController()
    const pending = Promise.all([
      hypervisor.collect({ whole: true }, { thorough: true }, abort.signal),
      hypervisor.probe(abort.signal),
    ])
    await new Promise((resolve) => setTimeout(resolve, 50))
    const abortedAt = performance.now()
    abort.abort()
    const [collection, probe] = await pending
    expect(performance.now() - abortedAt).toBeLessThan(bench.promptMillis)
    await resume?.()
    expect(unreadReasons(collection).map((reason) => reason.code)).toContain('interrupted')
    expect(probe).toMatchObject({ ok: false, why: { code: 'interrupted' } })
  })

  it('hints at changes until it is told to stop', async (context) => {
    const guest = await addGuest()
    const hypervisor = open()
    const hints: (string | null)[] = []
    await whole(hypervisor)
    const stop = hypervisor.watch((hint) => hints.push(hint.guest))
    needs(context, 'hints')
    await bench.harness.world.causeHint?.(guest)
    await expect.poll(() => hints, { timeout: 60_000 }).toContainEqual(guest.nativeId)
    stop()
    stop()
    const heard = hints.length
    await bench.harness.world.causeHint?.(guest)
    await whole(hypervisor)
    expect(hints).toHaveLength(heard)
  })

  it('closes twice without complaint, ends what is open, and refuses afterwards', async () => {
    const hypervisor = open()
    expect((await hypervisor.probe(never)).ok).toBe(true)
    const pending = whole(hypervisor)
    await hypervisor.close()
    await hypervisor.close()
    expectTruthful(await pending)
    expect((await hypervisor.probe(never)).ok).toBe(false)
    const collection = await whole(hypervisor)
    expect([collection.guests.status, collection.storages.status]).toEqual(['unread', 'unread'])
    const closedRef: SnapshotRef = { guest: { nativeId: 'x', name: 'x', node: '' }, nativeId: 'x', name: 'x' }
    expect((await hypervisor.configurationAt(closedRef, never)).ok).toBe(false)
  })

  it('left no rejection unhandled', () => {
    expect(bench.rejections).toEqual([])
  })
}
