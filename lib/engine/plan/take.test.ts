import { describe, expect, it } from 'vitest'
import { GIB, MIB } from '@/lib/domain/units'
import { aDisk, aGuest, anImage, aSnapshot, aStorage } from '@/lib/testing/builders'
import { aWorld, planOf, refusalOf, storageId, toTake } from './testing'

const commandOf = (plan: ReturnType<typeof planOf>) => plan.steps[0]?.command

describe('taking a snapshot on libvirt', () => {
  it('puts overlays above a running guest’s disks, each named by us', () => {
    const disks = [
      aDisk('vda', { chain: [anImage('/images/same.qcow2')] }),
      aDisk('vdb', { chain: [anImage('/images/same.raw')] }),
    ]
    const plan = planOf(aWorld().withGuest(aGuest('web').withDisks(...disks)), toTake('web', { purpose: 'psu' }))
    expect(commandOf(plan)).toMatchObject({
      name: 'web_disk_20261121_0900_psu',
      memory: 'none',
      disks: [
        { target: 'vda', mode: 'external', overlay: '/images/web-vda.web_disk_20261121_0900_psu.qcow2' },
        { target: 'vdb', mode: 'external', overlay: '/images/web-vdb.web_disk_20261121_0900_psu.qcow2' },
      ],
    })
    expect(plan.predicted).toEqual({
      snapshots: [{ name: 'web_disk_20261121_0900_psu', parentName: null }],
      currentParentName: 'web_disk_20261121_0900_psu',
      power: 'running',
    })
    expect(plan).toMatchObject({ downtime: 'stun', consent: 'click', parts: [{ consistency: 'crash' }] })
    expect(plan.losses).toEqual([])
  })

  it('stays inside the image while off, or with memory', () => {
    const off = planOf(aWorld().withGuest(aGuest('web').stopped()), toTake('web', { name: 'a' }))
    expect(commandOf(off)).toMatchObject({ memory: 'none', disks: [{ target: 'vda', mode: 'internal' }] })
    expect(off.downtime).toBe('none')
    const memory = planOf(aWorld().withGuest(aGuest('web')), toTake('web', { name: 'a', memory: true }))
    expect(commandOf(memory)).toMatchObject({ memory: 'saved', memoryFile: null, disks: [{ mode: 'internal' }] })
    expect(memory.space[0]?.peak).toEqual({ min: 0, max: 2 * GIB + 64.5 * MIB })
  })

  it('goes on with the kind the guest has, and never mixes', () => {
    const external = aGuest('web').withChain('x')
    const withMemory = planOf(aWorld().withGuest(external), toTake('web', { name: 'a', memory: true }))
    expect(commandOf(withMemory)).toMatchObject({ memory: 'saved', memoryFile: '/images/web.a.mem' })
    const internal = aGuest('web').withSnapshots(aSnapshot('x'))
    const refused = refusalOf(aWorld().withGuest(internal), toTake('web', { name: 'a' }))
    expect(refused.checks.find(({ id }) => id === 'not-mixed')).toMatchObject({ verdict: 'block', by: 'guard' })
    expect(refused.instead).toEqual([toTake('web', { name: 'a', memory: true })])
  })

  it('freezes file systems only without memory and with an agent, and says so of a guest that is off', () => {
    const agent = aWorld().withGuest(aGuest('web').withFacts({ agent: 'connected' }))
    expect(planOf(agent, toTake('web', { name: 'a', quiesce: true })).parts[0]?.consistency).toBe('filesystem')
    const both = refusalOf(agent, toTake('web', { name: 'a', quiesce: true, memory: true, kind: 'external' }))
    expect(both.checks.find(({ id }) => id === 'quiesce-possible')).toMatchObject({
      verdict: 'block',
      by: 'hypervisor',
    })
    expect(both.instead).toHaveLength(2)
    const none = aGuest('web').capable({
      'snapshot.quiesce': {
        ok: false,
        why: { code: 'unsupported', feature: 'snapshot.quiesce', because: { cause: 'no-agent' } },
      },
    })
    expect(refusalOf(aWorld().withGuest(none), toTake('web', { name: 'a', quiesce: true })).instead).toEqual([
      toTake('web', { name: 'a' }),
    ])
    // What was asked for beside it stays; a name made for frozen file systems would lie of disks alone.
    const asked = { purpose: 'Patch', owner: 'lin' }
    expect(refusalOf(aWorld().withGuest(none), toTake('web', { quiesce: true, ...asked })).instead).toEqual([
      toTake('web', asked),
    ])
    const off = planOf(aWorld().withGuest(aGuest('web').stopped()), toTake('web', { name: 'a', quiesce: true }))
    expect(off.checks.find(({ id }) => id === 'quiesce-possible')?.verdict).toBe('warn')
  })

  it('says what is wrong with a name, and offers one that is free', () => {
    const world = aWorld().withGuest(aGuest('web').withChain('a'))
    expect(refusalOf(world, toTake('web', { name: 'a' }))).toMatchObject({
      why: [{ code: 'already-exists', what: 'snapshot', name: 'a' }],
      instead: [toTake('web', { name: 'a_2' })],
    })
    expect(refusalOf(world, toTake('web', { name: 'x/y' })).why).toMatchObject([
      { code: 'name-invalid', rule: 'characters' },
    ])
  })

  it('puts nothing on a chain that is too deep, and says when it gets deep', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`)
    const depth = (count: number) => aWorld().withGuest(aGuest('web').withChain(...names(count)))
    expect(refusalOf(depth(32), toTake('web', { name: 'a' })).why).toEqual([
      { code: 'too-large', limit: 'chain-depth', has: 33, max: 32 },
    ])
    expect(planOf(depth(3), toTake('web', { name: 'a' })).checks.find(({ id }) => id === 'chain-depth')?.verdict).toBe(
      'warn',
    )
    expect(planOf(depth(2), toTake('web', { name: 'a' })).checks.find(({ id }) => id === 'chain-depth')?.verdict).toBe(
      'pass',
    )
  })

  it('needs room: memory that would pass the ceiling is refused', () => {
    const full = aStorage('images').sized(100 * GIB, 94 * GIB)
    const world = aWorld()
      .withStorage(full)
      .withGuest(aGuest('web').withFacts({ memoryBytes: 4 * GIB }))
    expect(refusalOf(world, toTake('web', { name: 'a', memory: true })).why).toEqual([
      { code: 'storage-short', storage: 'images', needs: 4 * GIB + 64.5 * MIB, has: GIB },
    ])
    expect(planOf(world, toTake('web', { name: 'a' })).space[0]?.peak.max).toBeLessThan(MIB)
  })
})

describe('taking a snapshot on Proxmox', () => {
  it('freezes by itself where an agent answers, and sets the memory volume aside', () => {
    const guest = aGuest('crm')
      .withFacts({ agent: 'connected' })
      .withDisks(aDisk('scsi0', { chain: null, storage: 'id-of-images' }))
    const disks = planOf(aWorld('proxmox').withGuest(guest), toTake('crm', { name: 'psu' }))
    expect(commandOf(disks)).toMatchObject({ quiesce: false, disks: [{ target: 'scsi0', mode: 'native' }] })
    expect(disks.parts[0]?.consistency).toBe('filesystem')
    const memory = planOf(aWorld('proxmox').withGuest(guest), toTake('crm', { name: 'psu', memory: true }))
    expect(memory.parts[0]?.consistency).toBe('crash')
    expect(memory.space[0]?.peak).toEqual({ min: 0, max: 4 * GIB + 500 * MIB })
  })
})

describe('memory on Proxmox VE', () => {
  const NEEDS = 4 * GIB + 500 * MIB
  const on = (name: string, target: string) => aDisk(target, { storage: `id-of-${name}` })
  const local = (name: string, type = 'lvmthin') =>
    aStorage(name).withFacts({ type, path: type === 'dir' ? `/srv/${name}` : null, source: 'proxmox-status' })
  const shared = (name: string, type = 'rbd') => local(name, type).withFacts({ node: '' })
  const db = (configuration: Record<string, string>, ...disks: ReturnType<typeof aDisk>[]) =>
    aGuest('db')
      .withFacts({ memoryBytes: 2 * GIB })
      .withDisks(...disks)
      .configured(configuration)
  const worldOf = (guest: ReturnType<typeof aGuest>, ...storages: ReturnType<typeof aStorage>[]) =>
    storages.reduce((world, storage) => world.withStorage(storage), aWorld('proxmox').withGuest(guest))
  const spaceOf = (...world: Parameters<typeof worldOf>) =>
    planOf(worldOf(...world), toTake('db', { name: 'ram', memory: true })).space.flatMap(({ storageName, peak }) =>
      peak.max === 0 ? [] : [[storageName, peak.max]],
    )

  it('is counted on the storage that the guest names, and its room is looked at', () => {
    const guest = db({ vmstatestorage: 'slow' }, on('fast', 'scsi0'))
    expect(spaceOf(guest, local('fast'), local('slow', 'dir'))).toEqual([['slow', NEEDS]])
    const full = local('slow', 'dir').sized(10 * GIB, 9 * GIB)
    const refused = refusalOf(worldOf(guest, local('fast'), full), toTake('db', { name: 'ram', memory: true }))
    expect(refused.checks.find(({ id }) => id === 'space-for-plan')).toMatchObject({
      verdict: 'block',
      why: { code: 'storage-short', storage: 'slow' },
    })
    // Without memory nothing goes there.
    const plan = planOf(worldOf(guest, local('fast'), full), toTake('db', { name: 'ram' }))
    expect(plan.space.map(({ storageName }) => storageName)).toEqual(['fast'])
  })

  it('is counted on a local storage of that name of its own node', () => {
    const elsewhere = local('slow')
      .withId('node-2/slow')
      .withFacts({ node: 'node-2' })
      .sized(10 * GIB, 10 * GIB)
    const guest = db({ vmstatestorage: 'slow' }, on('fast', 'scsi0'))
    const world = worldOf(guest, local('fast')).withStorage(elsewhere, { id: storageId('other') })
    const plan = planOf(world.withStorage(local('slow')), toTake('db', { name: 'ram', memory: true }))
    expect(plan.space.find(({ storageName }) => storageName === 'slow')?.storageId).toBe(storageId('slow'))
  })

  it.each([
    ['its disks’ only one', [local('a')], 'a'],
    ['the first by name, of several that keep no files', [local('b'), local('a')], 'a'],
    ['the last by name that keeps files', [local('c'), local('b', 'dir'), local('a', 'dir')], 'b'],
    ['a shared one before any local one', [local('a', 'dir'), shared('z')], 'z'],
    ['a shared one that keeps files before another', [shared('a'), shared('b', 'nfs'), shared('c')], 'b'],
  ])('goes by the storages of the disks where none is named: %s', (_which, storages, expected) => {
    const names = storages.map((each) => each.build().facts.name)
    const guest = db({}, ...names.map((name, place) => on(name, `scsi${place}`)))
    expect(spaceOf(guest, ...storages)).toEqual([[expected, NEEDS]])
  })

  it('leaves a CD out, and falls back to local', () => {
    const cd = aDisk('ide2', { device: 'cdrom', readOnly: true, storage: 'id-of-a' })
    expect(spaceOf(db({}, on('b', 'scsi0'), cd), local('a'), local('b'))).toEqual([['b', NEEDS]])
    expect(spaceOf(db({}, cd), local('a'), local('local', 'dir'))).toEqual([['local', NEEDS]])
  })

  it('is not known where what decides was not read, and that stops', () => {
    const open = (guest: ReturnType<typeof aGuest>, ...storages: ReturnType<typeof aStorage>[]) =>
      refusalOf(worldOf(guest, ...storages), toTake('db', { name: 'ram', memory: true })).checks.find(
        ({ id }) => id === 'space-for-plan',
      )
    // A storage that we may not see has a name, and nothing else.
    expect(open(db({ vmstatestorage: 'secret' }, on('a', 'scsi0')), local('a'))).toMatchObject({
      verdict: 'unknown',
      why: { code: 'space-unknown', storage: 'secret' },
      evidence: { needsBytes: NEEDS },
    })
    const unknown = { verdict: 'unknown', why: { code: 'memory-storage-unknown' } }
    expect(open(db({}, on('a', 'scsi0'), on('secret', 'scsi1')), local('a'))).toMatchObject(unknown)
    const unread = db({}, on('a', 'scsi0')).withUnreadConfiguration({ code: 'not-told', by: 'Proxmox VE' })
    expect(open(unread, local('a'))).toMatchObject(unknown)
    // Without memory there is nothing to be known.
    const plan = planOf(worldOf(unread, local('a')), toTake('db', { name: 'ram' }))
    expect(plan.checks.find(({ id }) => id === 'space-for-plan')?.verdict).toBe('pass')
  })
})
