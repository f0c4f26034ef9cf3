/** What block maps tell before a merge or a deletion, against what the file system says afterwards. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import type { Command } from '@/lib/domain/command'
import { KIB, MIB } from '@/lib/domain/units'
import type { Hypervisor } from '../port'
import { commandsOf, deleteOf, gist, run, takeOf } from './testing/commanding'
import { guestIn, openLab, patience, readWhole, snapshotsOf, valueIn } from './testing/reading'

describeWithLab('block maps', () => {
  let lab: LibvirtLab
  let hypervisor: Hypervisor
  beforeAll(async () => {
    const started = await startLibvirtLab()
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
    hypervisor = openLab(lab)
  })
  afterAll(async () => {
    await hypervisor.close()
    await lab.close()
  })

  const ask = async (command: Command) => expect(gist(await run(commandsOf(hypervisor), command))).toBe('ok')
  const bytesOf = async (file: string) => {
    const told = await lab.runInside('stat', ['-c', '%b', file])
    return told.code === 0 ? Number(told.stdout) * 512 : 0
  }

  it('tell by how much a base grows, layer by layer, and what an overlay gives back', async () => {
    const guest = await lab.defineGuest({ name: 'growth', disks: [{ format: 'qcow2', sizeMiB: 2048 }], running: true })
    const base = guest.disks[0]?.file ?? ''
    const write = (offsetMiB: number, sizeMiB: number, pattern: number) =>
      lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB, sizeMiB, pattern })
    await write(0, 16, 1)
    await ask(takeOf(lab, guest, 'e1', { kind: 'external' }))
    await write(8, 16, 2) // 8 MiB over the base's, 8 MiB new
    await ask(takeOf(lab, guest, 'e2', { kind: 'external' }))
    await write(16, 16, 3) // 8 MiB over e1's, 8 MiB new
    await write(1024, 4, 3) // where the base has no table yet

    const chain = valueIn(guestIn(await readWhole(hypervisor), guest.uuid).disks)[0]?.chain ?? []
    const [active, middle, lowest] = chain
    expect(lowest?.growthBelow).toBeUndefined()
    expect(middle?.growthBelow).toEqual([{ min: 8 * MIB, max: 8 * MIB }])
    const table = 64 * KIB
    expect(active?.growthBelow?.map((range) => range?.min)).toEqual([12 * MIB + table, 20 * MIB + table])
    for (const range of active?.growthBelow ?? []) expect((range?.max ?? 0) - (range?.min ?? 0)).toBeLessThan(MIB)

    const before = await bytesOf(base)
    await ask(deleteOf(guest, 'e1'))
    const grown = (await bytesOf(base)) - before
    expect(Math.abs(grown - 8 * MIB)).toBeLessThanOrEqual(2 * table)
    await ask(deleteOf(guest, 'e2'))
    expect(Math.abs((await bytesOf(base)) - before - 20 * MIB)).toBeLessThanOrEqual(4 * table)
  })

  it('tell what each internal snapshot holds alone and together with others', async () => {
    const guest = await lab.defineGuest({ name: 'held', disks: [{ format: 'qcow2', sizeMiB: 2048 }] })
    const file = guest.disks[0]?.file ?? ''
    const write = (offsetMiB: number, sizeMiB: number, pattern: number) =>
      lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB, sizeMiB, pattern })
    await write(0, 16, 1)
    await ask(takeOf(lab, guest, 'a', { kind: 'internal' }))
    await write(0, 4, 2) // now only a has the first 4 MiB
    await ask(takeOf(lab, guest, 'b', { kind: 'internal' }))
    await write(4, 2, 3) // a and b have these 2 MiB
    await write(0, 1, 3) // b has this 1 MiB
    const found = guestIn(
      await hypervisor.collect({ whole: false, guests: [guest.uuid] }, { thorough: true }, patience()),
      guest.uuid,
    )
    const held = valueIn(found.disks)[0]?.heldInside ?? []
    const of = (...names: string[]) => held.find(({ snapshots }) => snapshots.join() === names.join())?.bytes ?? 0
    const tables = 2 * 64 * KIB // an L1 and an L2 table of its own
    expect({ a: of('a'), b: of('b'), both: of('a', 'b') }).toEqual({
      a: 4 * MIB + tables,
      b: MIB + tables,
      both: 2 * MIB,
    })
    expect(snapshotsOf(found).map(({ name, size }) => [name, size])).toEqual([
      ['a', { bytes: 4 * MIB + tables, confidence: 'exact', source: 'image-tables' }],
      ['b', { bytes: MIB + tables, confidence: 'exact', source: 'image-tables' }],
    ])
    const before = await bytesOf(file)
    await ask(deleteOf(guest, 'a'))
    expect(Math.abs(before - (await bytesOf(file)) - 4 * MIB)).toBeLessThanOrEqual(2 * tables)
    await ask(deleteOf(guest, 'b'))
    expect(Math.abs(before - (await bytesOf(file)) - 7 * MIB)).toBeLessThanOrEqual(4 * tables)
  })
})
