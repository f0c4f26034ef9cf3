/**
 * Every row of the table, and every storage and format that is in none, against the laboratory: what the product says
 * can be done is done there, and what it says cannot is refused there. The laboratory shares nothing with the product.
 */
import { describe, expect, test } from 'vitest'
import { addGuest, makeGuest } from '../../../../e2e/labs/proxmox/inventory'
import type { GuestConfig } from '../../../../e2e/labs/proxmox/state'
import { act, guestOf, type Reading, startReading, taskOf } from '../testing/reading'
import { STORAGE_RULES } from './storage-rules'

/** Formats that a storage can hold at all: a block device has no file to be qcow2 in. */
const FORMATS_OF: Record<string, readonly string[]> = {
  dir: ['qcow2', 'raw', 'vmdk', 'subvol'],
  nfs: ['qcow2', 'raw', 'vmdk', 'subvol'],
  cifs: ['qcow2', 'raw', 'vmdk', 'subvol'],
  btrfs: ['qcow2', 'raw', 'vmdk', 'subvol'],
  lvmthin: ['raw'],
  rbd: ['raw'],
  zfspool: ['raw', 'subvol'],
  zfs: ['raw'],
  lvm: ['raw', 'qcow2'],
  iscsi: ['raw'],
  iscsidirect: ['raw'],
  pbs: ['raw'],
}
const TYPES = Object.keys(FORMATS_OF)
const FILES = new Set(['dir', 'nfs', 'cifs', 'btrfs'])

type Case = { type: string; format: string; chained: boolean; container: boolean }
const CASES: Case[] = TYPES.flatMap((type) =>
  (FORMATS_OF[type] ?? []).flatMap((format) =>
    [false, true].flatMap((chained) => [false, true].map((container) => ({ type, format, chained, container }))),
  ),
)

const VMID = 900
/** A guest on a storage of this kind, off, without snapshots. */
function put(reading: Reading, { type, format, chained, container }: Case): void {
  const { state } = reading.cluster
  state.storages.set('tried', {
    id: 'tried',
    type,
    options: { ...(FILES.has(type) ? { path: '/tried' } : {}), ...(chained ? { 'snapshot-as-volume-chain': 1 } : {}) },
    content: ['images', 'rootdir'],
    active: true,
    shared: false,
    total: 1e12,
    used: 1e11,
    avail: 9e11,
    hasHistory: true,
  })
  const ending = FILES.has(type) || format !== 'raw' ? `.${format}` : ''
  const volid = `tried:${FILES.has(type) ? `${VMID}/` : ''}vm-${VMID}-disk-0${ending}`
  const config: GuestConfig = container
    ? { hostname: 'tried', memory: 64, rootfs: `${volid},size=8G` }
    : { name: 'tried', memory: '128', scsi0: `${volid},size=8G` }
  addGuest(state, makeGuest(container ? 'lxc' : 'qemu', VMID, 'pve1', config), 1)
}

async function supportOf(reading: Reading, vmid = String(VMID)) {
  return guestOf(await reading.collect(), vmid).capabilities
}

describe('what can be done, against the laboratory', () => {
  test.each(CASES)('$type, $format, chained $chained, container $container', async (each) => {
    const reading = startReading()
    put(reading, each)
    const support = await supportOf(reading)
    const kind = each.container ? 'lxc' : 'qemu'
    const base = `/nodes/pve1/${kind}/${VMID}`
    const taken = taskOf(reading, act(reading, 'POST', `${base}/snapshot`, { snapname: 'one' }))
    expect(support['snapshot.internal'].ok, taken.exitstatus).toBe(taken.exitstatus === 'OK')
    expect(support['rollback.internal'].ok).toBe(taken.exitstatus === 'OK')
    const feature = act(reading, 'GET', `${base}/feature`, { feature: 'snapshot' }) as { hasFeature: number }
    expect(support['snapshot.internal'].ok).toBe(feature.hasFeature === 1)
    if (!support['rollback.internal'].ok) return
    taskOf(reading, act(reading, 'POST', `${base}/snapshot`, { snapname: 'two' }))
    const back = taskOf(reading, act(reading, 'POST', `${base}/snapshot/one/rollback`, {}))
    expect(support['rollback.internal'].limits?.reach, back.exitstatus).toBe(
      back.exitstatus === 'OK' ? 'any' : 'newest-only',
    )
    if (back.exitstatus !== 'OK') expect(back.exitstatus).toContain('is not most recent snapshot')
  })

  test('every row of the table was tried', () => {
    const tried = STORAGE_RULES.filter(({ types }) => types.some((type) => TYPES.includes(type)))
    expect(tried).toHaveLength(STORAGE_RULES.length)
    for (const { source } of STORAGE_RULES) expect(source).toMatch(/recorded|\.pm/)
  })
})

describe('what stands in the way is named', () => {
  const reading = startReading()
  const causeOf = async (vmid: string, feature: 'snapshot.internal' | 'snapshot.memory' | 'snapshot.quiesce') => {
    const support = (await supportOf(reading, vmid))[feature]
    return support.ok || support.why.code !== 'unsupported' ? support : support.why.because
  }

  test('a raw disk beside a qcow2 one, a template, a raw container', async () => {
    expect(await causeOf('106', 'snapshot.internal')).toEqual({ cause: 'raw-disk', disk: 'scsi1' })
    expect(await causeOf('109', 'snapshot.internal')).toEqual({ cause: 'template' })
    expect(await causeOf('202', 'snapshot.internal')).toEqual({ cause: 'raw-disk', disk: 'rootfs' })
  })

  test('memory and freezing need a guest that runs, and an agent', async () => {
    expect(await causeOf('102', 'snapshot.memory')).toEqual({ cause: 'guest-off' })
    expect(await causeOf('201', 'snapshot.memory')).toEqual({ cause: 'not-a-virtual-machine' })
    expect(await causeOf('101', 'snapshot.memory')).toEqual({ ok: true })
    expect(await causeOf('101', 'snapshot.quiesce')).toEqual({ ok: true })
    const web = reading.cluster.state.guests.get(101)
    if (web === undefined) throw new Error('no guest 101')
    web.config.agent = 'enabled=1,freeze-fs-on-backup=0'
    await reading.collect({ whole: false, guests: ['101'] })
    expect(await causeOf('101', 'snapshot.quiesce')).toEqual({ cause: 'no-agent' })
    web.config.hostpci0 = '0000:01:00.0'
    await reading.collect({ whole: false, guests: ['101'] })
    expect(await causeOf('101', 'snapshot.memory')).toEqual({ cause: 'passthrough', device: 'hostpci0' })
  })

  test('a TPM on a directory, a bind mount, a disk of the node, a cloud-init drive that can', async () => {
    const of = async (config: GuestConfig, container = false) => {
      const one = startReading()
      addGuest(one.cluster.state, makeGuest(container ? 'lxc' : 'qemu', VMID, 'pve1', config), 1)
      const support = (await supportOf(one))['snapshot.internal']
      return support.ok || support.why.code !== 'unsupported' ? support : support.why.because
    }
    const scsi0 = 'dir1:900/vm-900-disk-0.qcow2,size=8G'
    expect(await of({ scsi0, tpmstate0: 'dir1:900/vm-900-disk-1.raw,size=4M,version=v2.0' })).toEqual({
      cause: 'raw-tpm',
      disk: 'tpmstate0',
    })
    expect(await of({ rootfs: 'btr1:900/subvol-900-disk-0.subvol,size=0T', mp0: '/srv/data,mp=/data' }, true)).toEqual({
      cause: 'bind-mount',
      disk: 'mp0',
    })
    expect(await of({ scsi0, scsi1: '/dev/disk/by-id/ata-x,size=1T' })).toEqual({
      cause: 'passthrough',
      device: '/dev/disk/by-id/ata-x',
    })
    expect(await of({ scsi0, ide2: 'dir1:900/vm-900-cloudinit.qcow2,media=cdrom' })).toEqual({ ok: true })
    expect(await of({ scsi0, ide2: 'none,media=cdrom', ide0: 'local:iso/a.iso,media=cdrom' })).toEqual({ ok: true })
  })

  test('a privilege that is missing, and on which path', async () => {
    const one = startReading()
    one.token = 'audit@pve!ro'
    expect((await supportOf(one, '102'))['snapshot.internal']).toEqual({
      ok: false,
      why: { code: 'not-permitted', privilege: 'VM.Snapshot', path: '/vms/102' },
    })
    const other = startReading()
    other.token = 'snap@pve!ci'
    expect((await supportOf(other, '102'))['rollback.internal']).toEqual({ ok: true, limits: { reach: 'any' } })
  })

  test('nothing is claimed of a storage whose definition is hidden from us', async () => {
    const one = startReading()
    one.token = 'snap@pve!sep'
    expect((await supportOf(one, '102'))['snapshot.internal']).toEqual({
      ok: false,
      why: { code: 'not-told', by: 'Proxmox VE' },
    })
  })
})
