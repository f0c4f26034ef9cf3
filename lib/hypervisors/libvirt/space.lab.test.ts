/** What a real host tells of space: what its user may truly write, and what its guests wrote. */
import { statfs } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import type { StorageFacts } from '@/lib/domain/inventory'
import { MIB } from '@/lib/domain/units'
import { openLibvirtHypervisor } from './adapter'
import { openLab, readWhole, valueIn } from './testing/reading'

describeWithLab('space on a host of this machine', () => {
  let lab: LibvirtLab
  let directory: string
  beforeAll(async () => {
    const started = await startLibvirtLab()
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
    directory = await lab.addLoopPool('small', 160)
  })
  afterAll(() => lab.close())

  /** The laboratory's mounts are in a namespace of its own: this is where one who runs inside would look. */
  const inside = (path: string) => statfs(`/proc/${lab.info.initPid}/root${path}`)

  const small = async (ask?: typeof inside): Promise<StorageFacts> => {
    const hypervisor = openLibvirtHypervisor(
      { uri: 'qemu:///system', cleartextAccepted: false, mode: 'operate' },
      {},
      { socketPath: lab.socket, ...(ask === undefined ? {} : { askFileSystem: ask }) },
    )
    try {
      const pools = valueIn((await readWhole(hypervisor)).storages)
      const found = pools.find(({ facts }) => facts.name === 'small')
      if (found === undefined) throw new Error('no pool small')
      return found.facts
    } finally {
      await hypervisor.close()
    }
  }

  it('is what the file system leaves to those who are not root, less than libvirt says', async () => {
    const facts = await small(inside)
    const asUser = await lab.runInside('sh', ['-c', `stat -f -c '%a %S %f %c %d' '${directory}'`])
    const [available = 0, block = 0, free = 0, total = 0, left = 0] = asUser.stdout.trim().split(' ').map(Number)
    expect(facts.usableBytes).toBe(available * block)
    expect(facts.availableBytes).toBe(free * block)
    expect(facts.inodes).toEqual({ total, free: left })
    expect(left).toBeGreaterThan(0)
    // mke2fs keeps five of a hundred blocks for root.
    expect((facts.availableBytes ?? 0) - (facts.usableBytes ?? 0)).toBeGreaterThan(5 * MIB)
  })

  it('is only bounded where the path is another file system to us, although the socket is local', async () => {
    const facts = await small()
    expect(facts.availableBytes).toBeGreaterThan(0)
    expect(facts.usableBytes).toBeUndefined()
    expect(facts.inodes).toBeUndefined()
  })

  it('is told anew by libvirt itself once a guest no longer names a file there', async () => {
    const disk = { format: 'qcow2' as const, sizeMiB: 64, directory }
    const guest = await lab.defineGuest({ name: 'merged', running: true, disks: [disk] })
    await lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB: 0, sizeMiB: 24 })
    const overlay = `vda,file=${directory}/merged.s1.qcow2`
    await lab.expectVirsh('snapshot-create-as', guest.uuid, 's1', '--disk-only', '--diskspec', overlay)
    await lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB: 0, sizeMiB: 24, pattern: 0x33 })
    const hypervisor = openLab(lab)
    try {
      const used = async (thorough: boolean) =>
        valueIn((await readWhole(hypervisor, thorough)).storages).find(({ facts }) => facts.name === 'small')?.facts
          .usedBytes ?? 0
      const before = await used(true)
      await lab.expectVirsh('snapshot-delete', guest.uuid, 's1')
      expect(before - (await used(false))).toBeGreaterThan(20 * MIB)
    } finally {
      await hypervisor.close()
    }
  })

  it('is told anew by libvirt itself once guests have grown there, without waiting for a thorough reading', async () => {
    const disk = { format: 'qcow2' as const, sizeMiB: 64, directory }
    const guest = await lab.defineGuest({ name: 'grower', running: true, disks: [disk] })
    const hypervisor = openLab(lab)
    try {
      const used = async (thorough: boolean) =>
        valueIn((await readWhole(hypervisor, thorough)).storages).find(({ facts }) => facts.name === 'small')?.facts
          .usedBytes ?? 0
      const before = await used(true)
      await lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB: 0, sizeMiB: 16, pattern: 0x44 })
      expect((await used(false)) - before).toBeGreaterThan(12 * MIB)
    } finally {
      await hypervisor.close()
    }
  })

  it('knows what a running guest wrote, and nothing of one that is off', async () => {
    const running = await lab.defineGuest({ name: 'writer', running: true, disks: [{ format: 'qcow2', sizeMiB: 64 }] })
    const off = await lab.defineGuest({ name: 'idle', disks: [{ format: 'qcow2', sizeMiB: 64 }] })
    const hypervisor = openLab(lab)
    try {
      const writesOf = async () =>
        new Map((await readWhole(hypervisor)).writes?.map(({ nativeId, writtenBytes }) => [nativeId, writtenBytes]))
      const before = await writesOf()
      expect(before.get(running.uuid)).toBeGreaterThanOrEqual(0)
      expect(before.has(off.uuid)).toBe(false)
      // Unlike a plain write of QEMU's monitor, this one is counted as the guest's own are.
      const device = '/machine/peripheral/virtio-disk0/virtio-backend'
      const write = `qemu-io -d ${device} "aio_write -P 0x5a 0 8M"`
      await lab.expectVirsh('qemu-monitor-command', running.uuid, '--hmp', write)
      await lab.expectVirsh('qemu-monitor-command', running.uuid, '--hmp', `qemu-io -d ${device} "aio_flush"`)
      const after = await writesOf()
      expect((after.get(running.uuid) ?? 0) - (before.get(running.uuid) ?? 0)).toBe(8 * MIB)
    } finally {
      await hypervisor.close()
    }
  })
})
