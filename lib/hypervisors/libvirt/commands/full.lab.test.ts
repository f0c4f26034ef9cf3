/** A storage that runs full under a command, on a real file system: what is told, what is left, and that it can be finished. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import type { Command } from '@/lib/domain/command'
import type { Commands, Hypervisor } from '../../port'
import { commandsOf, deleteOf, gist, refOf, run } from '../testing/commanding'
import { guestIn, openLab, patience, readWhole, snapshotsOf, valueIn } from '../testing/reading'

const SIZE_MIB = 160

describeWithLab('a storage that runs full', () => {
  let lab: LibvirtLab
  let hypervisor: Hypervisor
  let commands: Commands
  let directory: string
  let guest: LabGuest
  const overlay = () => join(directory, 'full.e1.qcow2')

  beforeAll(async () => {
    const started = await startLibvirtLab()
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
    hypervisor = openLab(lab)
    commands = commandsOf(hypervisor)
    directory = await lab.addLoopPool('small', SIZE_MIB)
    guest = await lab.defineGuest({
      name: 'full',
      running: true,
      disks: [{ format: 'qcow2', sizeMiB: 256, directory }],
    })
    await lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB: 0, sizeMiB: 8 })
    expect(gist(await run(commands, takeAs('e1', overlay())))).toBe('ok')
    await lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB: 8, sizeMiB: 40, pattern: 0x33 })
    await fill()
  })
  afterAll(async () => {
    await hypervisor.close()
    await lab.close()
  })

  const takeAs = (name: string, file: string): Command => ({
    do: 'snapshot.take',
    guest: refOf(guest),
    name,
    description: '',
    memory: 'none',
    memoryFile: null,
    quiesce: false,
    disks: [{ target: 'vda', mode: 'external', overlay: file }],
  })
  const merge = (): Command => ({
    do: 'chain.merge',
    guest: refOf(guest),
    disk: { guest: refOf(guest), target: 'vda' },
    direction: 'commit',
    base: guest.disks[0]?.file ?? '',
    top: overlay(),
  })
  const inside = async (script: string) => {
    const done = await lab.runInside('sh', ['-c', script])
    if (done.code !== 0) throw new Error(done.stderr)
  }
  /** Leaves about 12 MiB: less than the 40 the merge needs. */
  const fill = () =>
    inside(`free=$(stat -f -c '%f * %S' '${directory}'); fallocate -l $(($free - 12 * 1048576)) '${directory}/filler'`)
  const chainOf = async () =>
    (valueIn(guestIn(await readWhole(hypervisor), guest.uuid).disks)[0]?.chain ?? []).map(({ file }) => file)

  it('says beforehand what a merge would need there', async () => {
    const [active] = valueIn(guestIn(await readWhole(hypervisor), guest.uuid).disks)[0]?.chain ?? []
    expect(active?.growthBelow?.[0]?.min).toBeGreaterThanOrEqual(40 * 1024 * 1024)
  })

  it('ends a merge as failed, by its event alone: libvirt took it, and tells no error of any disk', async () => {
    const since = new Date().toISOString()
    const outcome = await run(commands, merge())
    expect(gist(outcome)).toBe('failed task-failed')
    expect(await lab.expectVirsh('domblkerror', guest.uuid)).toMatch(/No errors found|no space/)
    expect(await chainOf()).toEqual([overlay(), guest.disks[0]?.file])
    expect(snapshotsOf(guestIn(await readWhole(hypervisor), guest.uuid)).map(({ name }) => name)).toEqual(['e1'])
    const recalled = await commands.recall(merge(), since, patience())
    expect(recalled).toEqual({ ok: true, value: { recalled: 'not-taken' } })
  })

  it('keeps the snapshot whose deletion had no room', async () => {
    expect(gist(await run(commands, deleteOf(guest, 'e1')))).toMatch(/^(refused|failed)/)
    expect(snapshotsOf(guestIn(await readWhole(hypervisor), guest.uuid)).map(({ name }) => name)).toEqual(['e1'])
  })

  it('lets the same merge run once there is room, and the guest reads what it wrote', async () => {
    await inside(`rm '${directory}/filler'`)
    expect(gist(await run(commands, merge()))).toBe('ok')
    expect(await chainOf()).toEqual([guest.disks[0]?.file])
    await lab.expectVirsh('destroy', guest.uuid)
    const file = guest.disks[0]?.file ?? ''
    const read = await lab.runInside('qemu-io', ['-r', '-c', 'read -P 0x33 8M 40M', file])
    expect(read.stdout).not.toContain('failed')
    expect((await lab.runInside('qemu-img', ['check', file])).code).toBe(0)
  })
})
