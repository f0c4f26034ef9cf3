/** The contract's sentences on what is told of a host, its guests and its storages. */
import { expect, it } from 'vitest'
import { expectTruthful } from './checks'
import { type Bench, guestIn, itemsOf, refTo, snapshotNamed, treeOf } from './harness'

/** Declares them for the suite at hand. */
export function declareFacts(bench: Bench): void {
  const { open, whole, readGuest, addGuest, needs, never } = bench

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

  it('tells when a snapshot was taken and what was written about it', async () => {
    const guest = await addGuest()
    const description = bench.harness.cannot.description === undefined ? 'before the update, 变更 CHG-20831' : ''
    await bench.harness.world.take(guest, { name: 'first', description })
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
    await bench.harness.world.take(running, { name: 'with-memory', memory: true })
    await bench.harness.world.take(stopped, { name: 'without' })
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
    await bench.harness.world.take(guest, { name: 'first', external: true })
    await bench.harness.world.take(guest, { name: 'second', external: true })
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

  it('keeps names exactly as they are, whatever is in them', async () => {
    const hypervisor = open()
    for (const name of bench.harness.names.guests) {
      const guest = await addGuest({ name })
      expect((await readGuest(hypervisor, guest)).facts.name).toBe(name)
      await bench.harness.world.removeGuest(guest)
    }
    const guest = await addGuest()
    for (const name of bench.harness.names.snapshots) await bench.harness.world.take(guest, { name })
    const items = itemsOf(await readGuest(hypervisor, guest))
    expect(items.map((snapshot) => snapshot.name).sort()).toEqual([...bench.harness.names.snapshots].sort())
    expect(treeOf(await readGuest(hypervisor, guest)).current).toBe(bench.harness.names.snapshots.at(-1) ?? null)
  })

  it('tells nothing that its own words contradict', async (context) => {
    const guest = await addGuest()
    await bench.harness.world.take(guest, { name: 'first' })
    const collection = await whole(open())
    expectTruthful(collection)
    needs(context, 'storages')
    if (collection.storages.status === 'unread') throw new Error('the storages were not read')
    const found = guestIn(collection, guest)
    const files = found.disks.status === 'read' ? found.disks.value.flatMap((disk) => disk.chain?.[0]?.file ?? []) : []
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
    await bench.harness.world.take(guest, { name: 'first' })
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
}
