import { describe, expect, it } from 'vitest'
import type { HypervisorKind } from '@/lib/domain/connection'
import type { CollectedGuest, Section } from '@/lib/domain/inventory'
import { GIB, HOUR, MIB } from '@/lib/domain/units'
import { guestFigures } from '@/lib/engine/chain/figures'
import { manualClock } from '@/lib/testing/clock'
import { openFakeHypervisor } from './adapter'
import type { FakeStorage } from './state'
import { FakeWorld } from './world'

const never = new AbortController().signal

function aWorld(kind: HypervisorKind, storage: Partial<FakeStorage> = {}) {
  const clock = manualClock()
  const world = new FakeWorld({ kind, product: kind, version: '11.3.0', node: 'n', address: 'fake' }, clock)
  world.addStorage({
    nativeId: 's',
    name: 's',
    node: 'n',
    type: 'dir',
    path: '/s',
    active: true,
    capacityBytes: 1000 * GIB,
    otherBytes: 0,
    style: 'external',
    reach: 'any',
    tellsVolumeBytes: true,
    strays: [],
    ...storage,
  })
  const disk = { target: 'vda', storage: 's', format: 'qcow2', virtualBytes: 20 * GIB, usedBytes: 4 * GIB }
  const { nativeId } = world.addGuest({ name: 'web', disks: [disk], power: 'stopped' }).facts
  const hypervisor = openFakeHypervisor(world)
  const collect = () => hypervisor.collect({ whole: true }, { thorough: true }, never)
  const readGuest = async (): Promise<CollectedGuest> => {
    const [guest] = value((await collect()).guests)
    if (guest === undefined) throw new Error('the world is empty')
    return guest
  }
  return { world, clock, id: nativeId, collect, readGuest }
}

function value<T>(section: Section<T>): T {
  if (section.status === 'unread') throw new Error(`unread: ${section.reason.code}`)
  return section.value
}

const figuresOf = (guest: CollectedGuest) => {
  const { items, currentParent } = value(guest.snapshots)
  return guestFigures({ disks: value(guest.disks), snapshots: items, currentParent })
}

describe('the fake hypervisor', () => {
  it('counts an overlay once: in the newest snapshot, repeated as what changed since', async () => {
    const { world, id, readGuest } = aWorld('libvirt')
    world.take(id, { name: 'a' })
    world.write(id, 3 * GIB)
    world.take(id, { name: 'b' })
    world.write(id, GIB)
    const guest = await readGuest()
    const sizes = value(guest.snapshots).items.map((snapshot) => Math.floor((snapshot.size.bytes ?? 0) / GIB))
    expect(sizes).toEqual([3, 1])
    expect(figuresOf(guest)).toMatchObject({ chainDepth: 2, treeDepth: 2, held: { confidence: 'exact' } })
    expect(figuresOf(guest).changedSince.bytes).toBe(value(guest.snapshots).items[1]?.size.bytes)
  })

  it('merges a deleted external snapshot into the image it froze', async () => {
    const { world, id, readGuest } = aWorld('libvirt')
    world.take(id, { name: 'a' })
    world.write(id, 2 * GIB)
    world.take(id, { name: 'b' })
    expect(world.delete(id, 'a').ok).toBe(true)
    const guest = await readGuest()
    const [disk] = value(guest.disks)
    expect(disk?.chain?.map((image) => image.madeBySnapshot)).toEqual(['b', null])
    const base = disk?.chain?.at(-1)?.allocatedBytes ?? 0
    expect(base).toBeGreaterThan(4 * GIB)
    expect(base).toBeLessThan(6 * GIB)
  })

  it('throws the unsaved overlay away on rollback and keeps the branch that snapshots hold', async () => {
    const { world, id, readGuest, collect } = aWorld('libvirt')
    world.take(id, { name: 'a' })
    world.take(id, { name: 'b' })
    world.write(id, 5 * GIB)
    world.rollback(id, 'a')
    const guest = await readGuest()
    expect(value(guest.snapshots).currentParent).toBe('a')
    const [storage] = value((await collect()).storages)
    expect(
      value(storage?.volumes ?? { status: 'unread', reason: { code: 'interrupted' } }).map((volume) => volume.role),
    ).toEqual(expect.arrayContaining(['base', 'overlay', 'overlay']))
    expect(value(guest.snapshots).items.find((snapshot) => snapshot.name === 'b')?.size.confidence).toBe('exact')
    expect(figuresOf(guest).chainDepth).toBe(1)
  })

  it('refuses on libvirt to delete a snapshot that two branches stand on', () => {
    const { world, id } = aWorld('libvirt')
    world.take(id, { name: 'a' })
    world.take(id, { name: 'b' })
    world.rollback(id, 'a')
    world.take(id, { name: 'c' })
    expect(world.delete(id, 'a')).toMatchObject({ ok: false, why: { code: 'rejected' } })
  })

  it('rolls newest-only storage back to the newest snapshot alone', () => {
    const { world, id } = aWorld('proxmox', { style: 'native', reach: 'newest-only' })
    for (const name of ['aa', 'bb', 'cc']) world.take(id, { name })
    expect(world.rollback(id, 'aa')).toEqual({
      ok: false,
      why: { code: 'blocked-by-newer-snapshots', blockers: ['bb', 'cc'] },
    })
    expect(world.rollback(id, 'cc').ok).toBe(true)
  })

  it('takes no snapshot on storage that cannot, and none of a raw disk inside libvirt', () => {
    const proxmox = aWorld('proxmox', { style: 'none', type: 'dir' })
    expect(proxmox.world.take(proxmox.id, { name: 'aa' })).toMatchObject({
      why: { because: { cause: 'storage-type', type: 'dir' } },
    })
    const libvirt = aWorld('libvirt')
    const disk = { target: 'vda', storage: 's', format: 'raw', virtualBytes: GIB, usedBytes: GIB }
    const { nativeId } = libvirt.world.addGuest({ name: 'raw', disks: [disk] }).facts
    expect(libvirt.world.take(nativeId, { name: 'a', style: 'internal' })).toMatchObject({
      why: { because: { cause: 'raw-disk' } },
    })
    expect(libvirt.world.take(nativeId, { name: 'a' }).ok).toBe(true)
  })

  it('tells no bytes where the platform tells none, but the memory it wrote', async () => {
    const { world, id, readGuest } = aWorld('proxmox', { style: 'native', tellsVolumeBytes: false, type: 'lvmthin' })
    world.take(id, { name: 'disks-only' })
    world.setPower(id, 'running')
    world.take(id, { name: 'with-memory', memory: true, memoryBytes: 900 * MIB })
    const sizes = value((await readGuest()).snapshots).items.map((snapshot) => snapshot.size)
    expect(sizes).toEqual([
      { bytes: null, confidence: 'unknown', source: 'not-told' },
      { bytes: 900 * MIB, confidence: 'at-least', source: 'memory-reported' },
    ])
    expect(figuresOf(await readGuest())).toMatchObject({
      chainDepth: 0,
      treeDepth: 2,
      held: { confidence: 'at-least' },
    })
  })

  it('finds what needs no bytes: lost parents, hand-made overlays, a shared base, a clock ahead', async () => {
    const { world, id, collect } = aWorld('libvirt', { style: 'internal' })
    world.take(id, { name: 'a' })
    world.take(id, { name: 'b' })
    world.loseMetadata(id, 'a', { keepData: true, tornOn: ['vdb'] })
    world.layOverlay(id, 'vda', '/s/by-hand.qcow2')
    const base = world.guests.get(id)?.disks[0]?.active ?? ''
    const clone = { target: 'vda', storage: 's', format: 'qcow2', virtualBytes: GIB, usedBytes: 0, backing: base }
    world.addGuest({ name: 'clone', disks: [clone] })
    world.faults.clockSkewMillis = HOUR
    const [guest] = value((await collect()).guests)
    expect(guest?.findings.map((finding) => finding.finding).sort()).toEqual([
      'clock-ahead',
      'clock-ahead',
      'overlay-unexplained',
      'parent-missing',
      'shared-base',
      'shared-base',
      'torn-snapshot',
    ])
    expect(value(guest?.snapshots ?? { status: 'unread', reason: { code: 'interrupted' } }).items).toMatchObject([
      { name: 'a', unmanaged: true, parent: null },
      { name: 'b', parent: null, parentMissing: 'a' },
    ])
  })

  it('puts the configuration back, tags included', async () => {
    const { world, id, readGuest } = aWorld('vsphere')
    world.edit(id, { facts: { tags: ['dev'], cpus: 6 }, configuration: { 'net0.vlan': '30' } })
    world.take(id, { name: 'before' })
    world.edit(id, { facts: { tags: ['prod'], cpus: 8 }, configuration: { 'net0.vlan': '40' } })
    const hypervisor = openFakeHypervisor(world)
    const ref = { guest: { nativeId: id, name: 'web', node: 'n' }, nativeId: 'snapshot-1', name: 'before' }
    expect(await hypervisor.configurationAt(ref, never)).toMatchObject({
      ok: true,
      value: { cpus: '6', 'net0.vlan': '30' },
    })
    expect(value((await readGuest()).configuration)).toMatchObject({ cpus: '8', 'net0.vlan': '40' })
    world.rollback(id, 'snapshot-1')
    expect(await readGuest()).toMatchObject({
      facts: { tags: ['dev'], cpus: 6 },
      configuration: { value: { 'net0.vlan': '30' } },
    })
  })

  it('calls a file an orphan only when everything that could name it was read', async () => {
    const { world, id, collect } = aWorld('libvirt')
    const gone = world.addGuest({
      name: 'gone',
      disks: [{ target: 'vda', storage: 's', format: 'qcow2', virtualBytes: GIB, usedBytes: MIB }],
    })
    world.removeGuest(gone.facts.nativeId, { keepImages: true })
    const roles = async () => {
      const [storage] = value((await collect()).storages)
      return value(storage?.volumes ?? { status: 'unread', reason: { code: 'interrupted' } }).map(
        (volume) => volume.role,
      )
    }
    expect(await roles()).toContain('orphan')
    world.faults.unread = { snapshots: new Map([[id, { code: 'not-permitted', privilege: 'p' }]]) }
    expect(await roles()).not.toContain('orphan')
  })

  it('is slow when told, on the clock it was given', async () => {
    const { world, clock, collect } = aWorld('libvirt')
    world.faults.slowMillis = HOUR
    const pending = collect()
    await expect.poll(() => clock.waiting(), { timeout: 20_000 }).toBe(1)
    clock.advance(HOUR)
    expect((await pending).guests.status).toBe('read')
  })

  it('keeps last-known guests safe when rights shrink', async () => {
    const { world, id, collect } = aWorld('proxmox', { style: 'native' })
    world.faults.hidden.add(id)
    expect((await collect()).guests).toEqual({ status: 'unread', reason: { code: 'rights-shrunk' } })
  })
})
