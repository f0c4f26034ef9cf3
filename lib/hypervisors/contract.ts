/**
 * One suite every adapter must pass, on whatever world it can be tried on: the fake, libvirt's test driver,
 * real QEMU, a simulator. A world that cannot do something says so by name and with its reason; those
 * sentences are then skipped visibly and never silently.
 *
 * The suite changes the world only through the harness: the port cannot write.
 */
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import type { SnapshotRef } from '../domain/ids'
import type { CollectedGuest, Collection } from '../domain/inventory'
import type { Reason } from '../domain/reason'
import type { Snapshot } from '../domain/snapshot'
import { expectTruthful, unreadReasons, withoutTimes } from './contract-checks'
import { type HistoryStep, sampleHistories, TreeModel } from './contract-history'
import type { Hypervisor } from './port'

export type ContractGuest = { nativeId: string; name: string }

/** What the suite needs to be able to do to a world. Snapshots are named by their names, unique within a guest. */
export type ContractWorld = {
  /** A new guest with one disk that can be snapshotted; off unless `running`. */
  addGuest(guest: { name: string; running?: boolean }): Promise<ContractGuest>
  removeGuest(guest: ContractGuest): Promise<void>
  take(guest: ContractGuest, snapshot: TakeRequest): Promise<void>
  rollback(guest: ContractGuest, snapshot: string): Promise<void>
  /** its children move up to its parent */
  deleteSnapshot(guest: ContractGuest, snapshot: string): Promise<void>
  /** Makes one part unreadable; the returned function repairs it. `subject` is a guest for snapshots. */
  failSection?(section: 'guests' | 'snapshots' | 'storages', guest: ContractGuest): Promise<() => Promise<void>>
  /** Refuses everyone; the returned function lets them in again. */
  refuse?(): Promise<() => Promise<void>>
  /** Answers nothing until the returned function is called. */
  hang?(): Promise<() => Promise<void>>
  /** Breaks the connection while `collect` is under way; the returned function repairs the world. */
  die?(): Promise<() => Promise<void>>
  /** The guest is in the list, and gone when it is read. */
  vanish?(guest: ContractGuest): Promise<() => Promise<void>>
  /** Something the platform does send a hint for. */
  causeHint?(guest: ContractGuest): Promise<void>
}

export type TakeRequest = { name: string; memory?: boolean; external?: boolean; description?: string }

/** What a world may be unable to do, each with the reason in words. */
export type Ability =
  | 'start-empty'
  | 'running-guests'
  | 'memory'
  | 'external'
  | 'description'
  | 'storages'
  | 'fail-section'
  | 'refuse'
  | 'hang'
  | 'die'
  | 'vanish'
  | 'hints'
  | 'rollback'

export type ContractHarness = {
  world: ContractWorld
  /** a new adapter on the same world */
  open(): Hypervisor
  cannot: Partial<Record<Ability, string>>
  /** names the platform admits; the suite checks that they come back exactly */
  names: { guests: string[]; snapshots: string[] }
  close(): Promise<void>
}

export type ContractOptions = {
  /** random histories to grow and compare; real worlds afford few */
  histories?: number
  /** steps in each */
  steps?: number
  /** an aborted or closed call has ended by then, ms */
  promptMillis?: number
}

/** Names that have broken somebody's parser. A harness passes on those its platform admits. */
export const HOSTILE_NAMES = {
  chinese: '升级前 快照',
  spaces: '  two  spaces  ',
  quotes: `it's "quoted" & <b>bold</b>`,
  script: '<script>alert(1)</script>',
  long: 'n'.repeat(255),
  control: 'line\nbreak\tand\u0001bell\u0007',
  emoji: '🧪 lab',
  dots: '..',
} as const

/**
 * Declares the suite. `start` makes the world, once for all sentences; every sentence uses guests of its own,
 * so a world need not be empty (say so under `cannot`).
 */
export function describeHypervisorContract(
  name: string,
  start: () => ContractHarness | Promise<ContractHarness>,
  options: ContractOptions = {},
): void {
  const { histories = 5, steps = 12, promptMillis = 2000 } = options

  describe(`the port's contract: ${name}`, () => {
    let harness: ContractHarness
    const opened: Hypervisor[] = []
    const rejections: unknown[] = []
    const noteRejection = (reason: unknown) => rejections.push(reason)

    beforeAll(async () => {
      process.on('unhandledRejection', noteRejection)
      harness = await start()
    })
    afterAll(async () => {
      for (const hypervisor of opened) await hypervisor.close()
      await harness?.close()
      process.off('unhandledRejection', noteRejection)
    })

    const open = (): Hypervisor => {
      const hypervisor = harness.open()
      opened.push(hypervisor)
      return hypervisor
    }
    const never = new AbortController().signal
    const whole = (hypervisor: Hypervisor, thorough = true): Promise<Collection> =>
      hypervisor.collect({ whole: true }, { thorough }, never)
    const needs = (context: TestContext, ...abilities: Ability[]): void => {
      for (const ability of abilities) {
        const reason = harness.cannot[ability]
        if (reason !== undefined) context.skip(`${ability}: not on this world: ${reason}`)
      }
    }
    let counter = 0
    const freshName = (): string => {
      counter += 1
      return `contract-${counter}`
    }
    const addGuest = (over: { name?: string; running?: boolean } = {}): Promise<ContractGuest> =>
      harness.world.addGuest({ name: freshName(), ...over })
    const readGuest = async (hypervisor: Hypervisor, guest: ContractGuest, thorough = true): Promise<CollectedGuest> =>
      guestIn(await whole(hypervisor, thorough), guest)

    it('reads an empty world as empty', async (context) => {
      needs(context, 'start-empty')
      const collection = await whole(open())
      expect(collection.guests).toEqual({ status: 'read', value: [] })
      expectTruthful(collection)
    })

    it('tells its version and what our access allows', async () => {
      const probe = await open().probe(never)
      if (!probe.ok) throw new Error(`the probe was refused: ${JSON.stringify(probe.why)}`)
      expect(probe.value.version).not.toBe('')
      expect(probe.value.product).not.toBe('')
      const abilities = probe.value.access.map((finding) => finding.ability)
      expect(new Set(abilities).size).toBe(abilities.length)
      expect(abilities).toEqual(expect.arrayContaining(['read-guests', 'read-snapshots', 'read-storage']))
      for (const finding of probe.value.access) if (finding.granted === 'no') expect(finding.why).toBeDefined()
      expect(JSON.parse(JSON.stringify(probe.value))).toEqual(probe.value)
    })

    it('reads a guest without snapshots as having none', async () => {
      const guest = await addGuest()
      const found = await readGuest(open(), guest)
      expect(found.facts).toMatchObject({ nativeId: guest.nativeId, name: guest.name, kind: 'vm' })
      expect(found.snapshots).toEqual({ status: 'read', value: { items: [], currentParent: null } })
    })

    it('reads trees as they are after random histories', async (context) => {
      needs(context, 'rollback')
      const hypervisor = open()
      for (const history of sampleHistories(histories, steps)) {
        const guest = await addGuest()
        const model = new TreeModel()
        for (const step of history) {
          const chosen = model.choose(step)
          if (chosen === null) continue
          await doStep(harness.world, guest, chosen)
          model.apply(chosen)
        }
        expect(treeOf(await readGuest(hypervisor, guest, false)), JSON.stringify(history)).toEqual(model.tree())
        await harness.world.removeGuest(guest)
      }
    })

    it('keeps both branches after a rollback', async (context) => {
      needs(context, 'rollback')
      const guest = await addGuest()
      for (const snapshot of ['a', 'b'].map((each) => `snap-${each}`))
        await harness.world.take(guest, { name: snapshot })
      await harness.world.rollback(guest, 'snap-a')
      await harness.world.take(guest, { name: 'snap-c' })
      expect(treeOf(await readGuest(open(), guest))).toEqual({
        parents: { 'snap-a': null, 'snap-b': 'snap-a', 'snap-c': 'snap-a' },
        current: 'snap-c',
      })
    })

    it('tells when a snapshot was taken and what was written about it', async () => {
      const guest = await addGuest()
      const description = harness.cannot.description === undefined ? 'before the update, 变更 CHG-20831' : ''
      await harness.world.take(guest, { name: 'first', description })
      const collection = await whole(open())
      const snapshot = snapshotNamed(guestIn(collection, guest), 'first')
      expect(snapshot.description.trimEnd()).toBe(description)
      expect(snapshot.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      const ageSeconds = (Date.parse(collection.finishedAt) - Date.parse(snapshot.createdAt ?? '')) / 1000
      expect(ageSeconds).toBeGreaterThan(-5)
      expect(ageSeconds).toBeLessThan(600)
      expect(snapshot).toMatchObject({ unmanaged: false, incomplete: false, parent: null, parentMissing: null })
    })

    it('tells a snapshot with memory from one without', async (context) => {
      needs(context, 'running-guests', 'memory')
      const running = await addGuest({ running: true })
      const stopped = await addGuest()
      await harness.world.take(running, { name: 'with-memory', memory: true })
      await harness.world.take(stopped, { name: 'without' })
      const collection = await whole(open())
      expect(guestIn(collection, running).facts.power).toBe('running')
      expect(snapshotNamed(guestIn(collection, running), 'with-memory')).toMatchObject({
        memory: 'saved',
        powerThen: 'running',
      })
      expect(guestIn(collection, stopped).facts.power).toBe('stopped')
      expect(snapshotNamed(guestIn(collection, stopped), 'without').memory).toBe('none')
    })

    it('tells the files of an external snapshot, and which one it is the cost of', async (context) => {
      needs(context, 'external')
      const guest = await addGuest()
      await harness.world.take(guest, { name: 'first', external: true })
      await harness.world.take(guest, { name: 'second', external: true })
      const found = await readGuest(open(), guest)
      if (found.disks.status === 'unread') throw new Error('the disks were not read')
      const [disk] = found.disks.value.filter((each) => each.device === 'disk')
      expect(disk?.chain?.map((image) => image.madeBySnapshot)).toEqual(['second', 'first', null])
      const first = snapshotNamed(found, 'first')
      expect(first.kind).toBe('external')
      expect(first.disks.find((each) => each.name === disk?.target)).toMatchObject({
        mode: 'external',
        file: disk?.chain?.[1]?.file,
      })
    })

    it('gives the same reading of an unchanged world twice', async () => {
      const guest = await addGuest()
      await harness.world.take(guest, { name: 'first' })
      await harness.world.take(guest, { name: 'second' })
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
      await harness.world.take(guest, { name: 'one' })
      expect(treeOf(await readGuest(hypervisor, guest, false)).parents).toEqual({ one: null })
      await harness.world.take(guest, { name: 'two' })
      expect(treeOf(await readGuest(hypervisor, guest, false)).current).toBe('two')
      await harness.world.deleteSnapshot(guest, 'one')
      expect(treeOf(await readGuest(hypervisor, guest, false))).toEqual({ parents: { two: null }, current: 'two' })
      await harness.world.removeGuest(guest)
      const gone = await whole(hypervisor, false)
      expect(
        gone.guests.status === 'read' && gone.guests.value.some((each) => each.facts.nativeId === guest.nativeId),
      ).toBe(false)
    })

    it('sees a snapshot that was deleted and taken again under its old name', async (context) => {
      needs(context, 'rollback')
      const hypervisor = open()
      const guest = await addGuest()
      await harness.world.take(guest, { name: 'base' })
      await harness.world.take(guest, { name: 'again' })
      expect(treeOf(await readGuest(hypervisor, guest, false)).parents).toEqual({ base: null, again: 'base' })
      await harness.world.deleteSnapshot(guest, 'again')
      await harness.world.deleteSnapshot(guest, 'base')
      await harness.world.take(guest, { name: 'again' })
      await harness.world.take(guest, { name: 'base' })
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
      await harness.world.removeGuest(other)
    })

    it('keeps names exactly as they are, whatever is in them', async () => {
      const hypervisor = open()
      for (const name of harness.names.guests) {
        const guest = await addGuest({ name })
        expect((await readGuest(hypervisor, guest)).facts.name).toBe(name)
        await harness.world.removeGuest(guest)
      }
      const guest = await addGuest()
      for (const name of harness.names.snapshots) await harness.world.take(guest, { name })
      const items = itemsOf(await readGuest(hypervisor, guest))
      expect(items.map((snapshot) => snapshot.name).sort()).toEqual([...harness.names.snapshots].sort())
      expect(treeOf(await readGuest(hypervisor, guest)).current).toBe(harness.names.snapshots.at(-1) ?? null)
    })

    it('tells nothing that its own words contradict', async (context) => {
      const guest = await addGuest()
      await harness.world.take(guest, { name: 'first' })
      const collection = await whole(open())
      expectTruthful(collection)
      needs(context, 'storages')
      if (collection.storages.status === 'unread') throw new Error('the storages were not read')
      const found = guestIn(collection, guest)
      const files =
        found.disks.status === 'read' ? found.disks.value.flatMap((disk) => disk.chain?.[0]?.file ?? []) : []
      const used = collection.storages.value.flatMap((storage) =>
        storage.volumes.status === 'read'
          ? storage.volumes.value.filter((volume) => volume.usedBy.includes(guest.nativeId))
          : [],
      )
      expect(used.map((volume) => volume.path ?? volume.nativeId)).toEqual(expect.arrayContaining(files))
    })

    it('reports progress that only grows and ends complete', async () => {
      await addGuest()
      const seen: [number, number][] = []
      await open().collect(
        { whole: true },
        { thorough: true, onProgress: (done, total) => seen.push([done, total]) },
        never,
      )
      expect(seen.length).toBeGreaterThan(0)
      for (const [index, [done, total]] of seen.entries()) {
        expect(done).toBeLessThanOrEqual(total)
        expect(done).toBeGreaterThanOrEqual(seen[index - 1]?.[0] ?? 0)
      }
      expect(seen.at(-1)?.[0]).toBe(seen.at(-1)?.[1])
    })

    it('reads the configuration a snapshot saved', async () => {
      const guest = await addGuest()
      await harness.world.take(guest, { name: 'first' })
      const hypervisor = open()
      const snapshot = snapshotNamed(await readGuest(hypervisor, guest), 'first')
      const saved = await hypervisor.configurationAt(refTo(guest, snapshot), never)
      if (!saved.ok) throw new Error(`the configuration was refused: ${JSON.stringify(saved.why)}`)
      expect(Object.keys(saved.value)).toEqual(expect.arrayContaining(['cpus', 'memory']))
      for (const value of Object.values(saved.value)) expect(typeof value).toBe('string')
      const missing = await hypervisor.configurationAt(
        { ...refTo(guest, snapshot), nativeId: 'nosuch', name: 'nosuch' },
        never,
      )
      expect(missing).toMatchObject({ ok: false, why: { code: 'missing', what: 'snapshot' } })
    })

    it('says of an unreadable section why, and reads the rest', async (context) => {
      needs(context, 'fail-section')
      const guest = await addGuest()
      const other = await addGuest()
      await harness.world.take(guest, { name: 'first' })
      for (const section of ['snapshots', 'guests', 'storages'] as const) {
        const repair = await harness.world.failSection?.(section, guest)
        if (repair === undefined) continue
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
      const repair = await harness.world.refuse?.()
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
      const repair = await harness.world.die?.()
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
      const repair = await harness.world.vanish?.(goes)
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
      expect(performance.now() - startedAt).toBeLessThan(promptMillis)
      expect(collection.guests).toEqual({ status: 'unread', reason: { code: 'interrupted' } })
      expect(collection.storages).toEqual({ status: 'unread', reason: { code: 'interrupted' } })
      expect(await open().probe(AbortSignal.abort())).toMatchObject({ ok: false, why: { code: 'interrupted' } })
    })

    it('ends at once when the caller gives up on a world that hangs', async (context) => {
      needs(context, 'hang')
      const resume = await harness.world.hang?.()
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
      expect(performance.now() - abortedAt).toBeLessThan(promptMillis)
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
      await harness.world.causeHint?.(guest)
      await expect.poll(() => hints, { timeout: promptMillis * 2 }).toContainEqual(guest.nativeId)
      stop()
      stop()
      const heard = hints.length
      await harness.world.causeHint?.(guest)
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
      expect(rejections).toEqual([])
    })
  })
}

async function doStep(world: ContractWorld, guest: ContractGuest, step: HistoryStep): Promise<void> {
  if (step.do === 'take') await world.take(guest, { name: step.snapshot })
  else if (step.do === 'rollback') await world.rollback(guest, step.snapshot)
  else await world.deleteSnapshot(guest, step.snapshot)
}

function guestIn(collection: Collection, guest: ContractGuest): CollectedGuest {
  if (collection.guests.status === 'unread') throw new Error(`no guests: ${JSON.stringify(collection.guests.reason)}`)
  const found = collection.guests.value.find((each) => each.facts.nativeId === guest.nativeId)
  if (found === undefined) throw new Error(`${guest.name} is not in the collection`)
  return found
}

function itemsOf(guest: CollectedGuest): Snapshot[] {
  if (guest.snapshots.status === 'read') return guest.snapshots.value.items
  throw new Error(`no snapshots of ${guest.facts.name}: ${JSON.stringify(guest.snapshots.reason satisfies Reason)}`)
}

function snapshotNamed(guest: CollectedGuest, name: string): Snapshot {
  const found = itemsOf(guest).find((snapshot) => snapshot.name === name)
  if (found === undefined) throw new Error(`${guest.facts.name} has no snapshot ${name}`)
  return found
}

/** A tree by names, as the model tells it. */
function treeOf(guest: CollectedGuest): ReturnType<TreeModel['tree']> {
  const items = itemsOf(guest)
  const nameOf = (nativeId: string | null): string | null =>
    nativeId === null ? null : (items.find((snapshot) => snapshot.nativeId === nativeId)?.name ?? `missing ${nativeId}`)
  const current = guest.snapshots.status === 'read' ? guest.snapshots.value.currentParent : null
  return {
    parents: Object.fromEntries(items.map((snapshot) => [snapshot.name, nameOf(snapshot.parent)])),
    current: nameOf(current),
  }
}

const refTo = (guest: ContractGuest, snapshot: Snapshot): SnapshotRef => ({
  guest: { nativeId: guest.nativeId, name: guest.name, node: '' },
  nativeId: snapshot.nativeId,
  name: snapshot.name,
})
