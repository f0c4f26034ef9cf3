import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CollectedGuest, Volume } from '@/lib/domain/inventory'
import { read, unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { Qcow2Snapshot } from '../qcow2'
import type { GuestReading, HostReading, PoolReading, VolumeReading } from '../readings'
import { at, disk, external, GUEST, guest, host, internal, OTHER, pool, told, volume } from '../testing/host'
import { mapGuest } from './guest'
import { HostImages } from './images'
import { mapStorages } from './storages'

const NOW = '2026-11-21T09:00:00.000Z'
const NOT_TOLD: Reason = { code: 'not-told', by: 'libvirt' }

function mapOne(
  reading: GuestReading,
  world: Partial<Omit<HostReading, 'guests' | 'pools'>> & { guests?: GuestReading[]; pools?: PoolReading[] } = {},
): CollectedGuest {
  const whole = host({ ...world, guests: [reading, ...(world.guests ?? [])] })
  const names = new Map([reading, ...(world.guests ?? [])].map(({ uuid, name }) => [uuid, name]))
  return mapGuest(reading, {
    host: whole,
    images: new HostImages(whole),
    nameOf: (uuid) => names.get(uuid) ?? uuid,
    now: NOW,
  })
}

const chainOf = (mapped: CollectedGuest, target = 'vda') => {
  if (mapped.disks.status === 'unread') throw new Error('no disks')
  return mapped.disks.value.find((candidate) => candidate.target === target)
}

const snapshotsOf = (mapped: CollectedGuest) => {
  if (mapped.snapshots.status === 'unread') throw new Error('no snapshots')
  return mapped.snapshots.value
}

const sizeOf = (mapped: CollectedGuest, name: string) =>
  snapshotsOf(mapped).items.find((snapshot) => snapshot.name === name)?.size

const tables = (entries: Record<string, string[]>, memoryBytes = 0) => ({
  tables: new Map(
    Object.entries(entries).map(([file, names]) => [
      at(file),
      names.map((name, index): Qcow2Snapshot => ({ id: `${index}`, name, createdSeconds: 1_700_000_000, memoryBytes })),
    ]),
  ),
  unread: new Map<string, Reason>(),
})

/** base ← o1 (made by s1) ← o2 (made by s2), running on o2. */
const linear = () => [
  external('s1', { vda: ['o1', 'base'] }),
  external('s2', { vda: ['o2', 'o1'] }, { parent: 's1', createdSeconds: 1_760_000_100 }),
]

describe('a chain', () => {
  it('of a running guest is what libvirt tells, active image first', () => {
    const mapped = mapOne(guest({ xml: { disks: [disk('vda', ['o2', 'o1', 'base'])] }, tree: linear() }))
    expect(chainOf(mapped)?.chain?.map(({ file, madeBySnapshot }) => [file, madeBySnapshot])).toEqual([
      ['/images/o2', 's2'],
      ['/images/o1', 's1'],
      ['/images/base', null],
    ])
    expect(mapped.findings).toEqual([])
  })

  it('of a stopped guest is followed through the volumes', () => {
    const stopped = guest({ state: 5, xml: { disks: [disk('vda', ['o2'], { told: false })] }, tree: linear() })
    const pools = [pool([volume('o2', { over: 'o1' }), volume('o1', { over: 'base' }), volume('base')])]
    expect(chainOf(mapOne(stopped, { pools }))?.chain?.map(({ file }) => file)).toEqual(['o2', 'o1', 'base'].map(at))
  })

  it('of a stopped guest outside every pool is followed through what the snapshots say, to an end that is known', () => {
    const raw = [external('s1', { vda: ['o1', 'base.raw'] })]
    const stopped = guest({ state: 5, xml: { disks: [disk('vda', ['o1'], { told: false })] }, tree: raw })
    expect(chainOf(mapOne(stopped))?.chain).toBeNull()
    const pools = [pool([volume('base.raw', { format: 'raw' })], { refreshed: false })]
    expect(chainOf(mapOne(stopped, { pools }))?.chain?.map(({ file }) => file)).toEqual(['o1', 'base.raw'].map(at))
  })

  it('that ends nowhere is not shown as a short one', () => {
    const stopped = guest({ state: 5, xml: { disks: [disk('vda', ['o2'], { told: false })] } })
    expect(chainOf(mapOne(stopped, { pools: [pool([volume('o2', { over: 'elsewhere' })])] }))).toMatchObject({
      chain: null,
      chainUnread: NOT_TOLD,
    })
  })

  it('that bites its own tail ends', () => {
    const pools = [pool([volume('a', { over: 'b' }), volume('b', { over: 'a' })])]
    const stopped = guest({ state: 5, xml: { disks: [disk('vda', ['a'], { told: false })] } })
    expect(chainOf(mapOne(stopped, { pools }))?.chain).toBeNull()
  })

  it('of a raw disk and of an empty drive is complete', () => {
    const disks = [
      disk('vda', ['disk.raw'], { format: 'raw', told: false }),
      disk('sda', [''], { device: 'cdrom', told: false }),
    ]
    const mapped = mapOne(guest({ xml: { disks } }))
    expect(chainOf(mapped, 'vda')?.chain?.map(({ file }) => file)).toEqual([at('disk.raw')])
    expect(chainOf(mapped, 'sda')?.chain).toEqual([])
  })

  it('shows overlays nobody explains, wherever they lie', () => {
    const mapped = mapOne(
      guest({ xml: { disks: [disk('vda', ['by-hand', 'o1', 'base'])] }, tree: linear().slice(0, 1) }),
    )
    expect(chainOf(mapped)?.chain?.map(({ unexplained }) => unexplained)).toEqual([true, false, false])
    expect(mapped.findings).toEqual([{ finding: 'overlay-unexplained', disk: 'vda', file: at('by-hand') }])
  })

  it('is not called unexplained while its snapshots are unread', () => {
    const reading = guest({ xml: { disks: [disk('vda', ['o1', 'base'])] }, snapshots: unread(NOT_TOLD) })
    expect(chainOf(mapOne(reading))?.chain?.map(({ unexplained }) => unexplained)).toEqual([false, false])
  })

  it('explains the overlay of a revert, which no XML names', () => {
    const reading = guest({ xml: { disks: [disk('vda', ['o1.1795235423', 'base'])] }, tree: linear().slice(0, 1) })
    const mapped = mapOne(reading)
    expect(chainOf(mapped)?.chain?.map(({ madeBySnapshot }) => madeBySnapshot)).toEqual(['s1', null])
    expect(mapped.findings).toEqual([])
  })

  it('of a clone over a shared base is shared, not unexplained', () => {
    const one = guest({ xml: { disks: [disk('vda', ['one', 'golden'])] } })
    const two = guest({ uuid: OTHER, name: 'two', xml: { disks: [disk('vda', ['two', 'golden'])] } })
    expect(mapOne(one, { guests: [two] }).findings).toEqual([
      { finding: 'shared-base', file: at('golden'), otherGuests: ['two'] },
    ])
  })

  it('of a disk that a pool provides is found by pool and name', () => {
    const source = { kind: 'volume', file: 'vg/lv', volume: { pool: 'vg', name: 'lv' } } as const
    const reading = guest({ xml: { disks: [{ ...disk('vda', ['']), source, format: 'raw' }] } })
    const pools = [pool([volume('/dev/vg/lv', { format: 'raw' })], { name: 'vg', type: 'logical', path: '/dev/vg' })]
    expect(chainOf(mapOne(reading, { pools }))?.chain?.[0]).toMatchObject({ file: '/dev/vg/lv', allocatedBytes: 1_000 })
  })
})

describe('the size of an external snapshot', () => {
  const running = (bytes: Record<string, number>) =>
    guest({ xml: { disks: [disk('vda', ['o2', 'o1', 'base'])] }, tree: linear(), images: told(bytes) })

  it('is the overlay made at it: what was written after it', () => {
    const mapped = mapOne(running({ o2: 200, o1: 30, base: 7_000 }))
    expect(sizeOf(mapped, 's1')).toEqual({ bytes: 30, confidence: 'exact', source: 'overlay-allocation-live' })
    expect(sizeOf(mapped, 's2')).toEqual({ bytes: 200, confidence: 'exact', source: 'overlay-allocation-live' })
  })

  it('counts every overlay above the image it froze, after a revert', () => {
    // s1 froze base; o1 (frozen by s2) and the revert's overlay both lie on it.
    const tree = [...linear()]
    const reading = guest({
      tree,
      current: 's1',
      xml: { disks: [disk('vda', ['o1.1795', 'base'])] },
      images: told({ 'o1.1795': 5 }),
    })
    const pools = [
      pool([
        volume('o1', { over: 'base', allocationBytes: 30 }),
        volume('o2', { over: 'o1', allocationBytes: 200 }),
        volume('base'),
      ]),
    ]
    expect(sizeOf(mapOne(reading, { pools }), 's1')).toEqual({
      bytes: 35,
      confidence: 'exact',
      source: 'overlay-allocation-live',
    })
    expect(sizeOf(mapOne(reading), 's1'), 'without the storage the other branch is not told').toMatchObject({
      bytes: 5,
      confidence: 'at-least',
    })
  })

  it('includes its memory file, and is a lower bound without it', () => {
    const tree = [external('s1', { vda: ['o1', 'base'] }, { memory: 'external', memoryFile: at('s1.mem') })]
    const reading = guest({ tree, xml: { disks: [disk('vda', ['o1', 'base'])] }, images: told({ o1: 30 }) })
    expect(sizeOf(mapOne(reading), 's1')).toMatchObject({ bytes: 30, confidence: 'at-least' })
    const pools = [
      pool([volume('o1', { over: 'base' }), volume('base'), volume('s1.mem', { format: 'raw', allocationBytes: 500 })]),
    ]
    expect(sizeOf(mapOne(reading, { pools }), 's1')).toEqual({
      bytes: 530,
      confidence: 'exact',
      source: 'overlay-and-memory',
    })
  })

  it('is not known where no pool covers the file, and never zero', () => {
    const stopped = guest({ state: 5, xml: { disks: [disk('vda', ['o2'], { told: false })] }, tree: linear() })
    expect(sizeOf(mapOne(stopped), 's1')).toEqual({ bytes: null, confidence: 'unknown', source: 'file-not-in-a-pool' })
  })

  it('is nothing, exactly, where libvirt threw the overlay away at a revert and a fresh listing shows it', () => {
    const tree = [...linear()]
    const reading = guest({ tree, current: 's1', xml: { disks: [disk('vda', ['o1.1795', 'base'])] } })
    const volumes = [volume('o1.1795', { over: 'base' }), volume('o1', { over: 'base' }), volume('base')]
    expect(sizeOf(mapOne(reading, { pools: [pool(volumes)] }), 's2')).toMatchObject({ bytes: 0, confidence: 'exact' })
    const stale = [pool(volumes, { refreshed: false })]
    expect(sizeOf(mapOne(reading, { pools: stale }), 's2')).toMatchObject({ bytes: null, confidence: 'unknown' })
  })

  it('does not count what another guest keeps above the same base', () => {
    const tree = [external('s1', { vda: ['o1', 'golden'] })]
    const one = guest({ tree, xml: { disks: [disk('vda', ['o1', 'golden'])] }, images: told({ o1: 30 }) })
    const two = guest({
      uuid: OTHER,
      name: 'two',
      xml: { disks: [disk('vda', ['clone', 'golden'])] },
      images: told({ clone: 900 }),
    })
    expect(sizeOf(mapOne(one, { guests: [two] }), 's1')).toMatchObject({ bytes: 30, confidence: 'exact' })
  })

  it('never counts an image twice along one line, whatever its length', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 30 }), (bytes) => {
        const files = ['base', ...bytes.map((_, index) => `o${index}`)]
        const tree = bytes.map((_, index) =>
          external(
            `s${index}`,
            { vda: [`o${index}`, files[index] ?? ''] },
            { parent: index === 0 ? null : `s${index - 1}` },
          ),
        )
        const images = told(Object.fromEntries(bytes.map((size, index) => [`o${index}`, size])))
        const mapped = mapOne(guest({ tree, images, xml: { disks: [disk('vda', [...files].reverse())] } }))
        const sum = snapshotsOf(mapped).items.reduce((total, { size }) => total + (size.bytes ?? Number.NaN), 0)
        expect(sum).toBe(bytes.reduce((total, size) => total + size, 0))
      }),
    )
  })
})

describe('internal snapshots', () => {
  const stopped = (tree: ReturnType<typeof internal>[]) =>
    guest({ state: 5, tree, xml: { disks: [disk('vda', ['a.qcow2']), disk('vdb', ['b.qcow2'])] } })
  const both = { vda: 'a.qcow2', vdb: 'b.qcow2' }

  it('cost what their memory takes at least; the rest is shared', () => {
    const tree = [
      internal('s1', both, { memory: 'internal', state: 'running' }),
      internal('s2', both, { parent: 's1' }),
    ]
    const images = {
      ...tables({ 'b.qcow2': ['s1', 's2'] }),
      tables: new Map([...tables({ 'a.qcow2': ['s1'] }, 700).tables, ...tables({ 'b.qcow2': ['s1', 's2'] }).tables]),
    }
    const mapped = mapOne(stopped(tree), { images })
    expect(sizeOf(mapped, 's1')).toEqual({ bytes: 700, confidence: 'at-least', source: 'memory-reported' })
    expect(sizeOf(mapped, 's2')).toEqual({ bytes: null, confidence: 'unknown', source: 'internal-shared' })
  })

  it('of which an image knows nothing are torn, and never a target', () => {
    const mapped = mapOne(stopped([internal('s1', both)]), { images: tables({ 'a.qcow2': ['s1'], 'b.qcow2': [] }) })
    expect(mapped.findings).toEqual([{ finding: 'torn-snapshot', snapshot: 's1', disks: ['vdb'] }])
    expect(snapshotsOf(mapped).items).toMatchObject([{ name: 's1', incomplete: true, unmanaged: false }])
  })

  it('that libvirt does not list are shown as unmanaged, torn ones as such', () => {
    const images = tables({ 'a.qcow2': ['s1', 'by-hand', 'half'], 'b.qcow2': ['s1', 'by-hand'] })
    const mapped = mapOne(stopped([internal('s1', both)]), { images })
    expect(snapshotsOf(mapped).items.slice(1)).toMatchObject([
      {
        nativeId: 'qcow2/by-hand',
        name: 'by-hand',
        unmanaged: true,
        incomplete: false,
        parent: null,
        disks: [{ name: 'vda' }, { name: 'vdb' }],
      },
      { nativeId: 'qcow2/half', unmanaged: true, incomplete: true, disks: [{ name: 'vda' }] },
    ])
    expect(mapped.findings).toEqual([{ finding: 'torn-snapshot', snapshot: 'half', disks: ['vdb'] }])
    expect(snapshotsOf(mapped).imagesUnread).toBeUndefined()
  })

  it('are neither missed nor invented where images could not be looked into', () => {
    const why: Reason = { code: 'not-permitted', privilege: 'storage_vol_download' }
    const images = { tables: new Map(), unread: new Map([[at('a.qcow2'), why]]) }
    const mapped = mapOne(stopped([internal('s1', both)]), { images })
    expect(mapped.findings).toEqual([])
    expect(snapshotsOf(mapped)).toMatchObject({ imagesUnread: why, items: [{ name: 's1', incomplete: false }] })
  })

  it('in a base that other guests use too are nobody’s', () => {
    const one = guest({ xml: { disks: [disk('vda', ['one', 'golden'])] } })
    const two = guest({ uuid: OTHER, name: 'two', xml: { disks: [disk('vda', ['two', 'golden'])] } })
    const mapped = mapOne(one, { guests: [two], images: tables({ golden: ['release'], one: [] }) })
    expect(snapshotsOf(mapped).items).toEqual([])
  })
})

describe('a snapshot', () => {
  it('whose parent is gone says so and is a root', () => {
    const mapped = mapOne(
      guest({ tree: [internal('child', { vda: 'web01.qcow2' }, { parent: 'gone' })], current: 'gone' }),
    )
    expect(snapshotsOf(mapped)).toMatchObject({
      currentParent: null,
      items: [{ parent: null, parentMissing: 'gone' }],
    })
    expect(mapped.findings).toContainEqual({ finding: 'parent-missing', snapshot: 'child', parent: 'gone' })
  })

  it('that is not the current one leaves open where the guest stands, and none leaves nothing open', () => {
    const untold = mapOne(guest({ tree: [internal('s1', { vda: 'web01.qcow2' })], current: null }))
    expect(snapshotsOf(untold)).toMatchObject({ currentParent: null, currentUnknown: true })
    const told = mapOne(guest({ tree: [internal('s1', { vda: 'web01.qcow2' })], current: 's1' }))
    expect(snapshotsOf(told)).toEqual(expect.not.objectContaining({ currentUnknown: true }))
    expect(snapshotsOf(mapOne(guest({ tree: [], current: null })))).toEqual({ items: [], currentParent: null })
  })

  it('is as consistent as the record proves', () => {
    const states = { off: 'shutoff', memory: 'running', live: 'disk-snapshot' }
    const tree = [
      internal('off', { vda: 'web01.qcow2' }, { state: states.off }),
      internal('memory', { vda: 'web01.qcow2' }, { state: states.memory, memory: 'internal' }),
      external('live', { vda: ['o', 'web01.qcow2'] }, { state: states.live }),
    ]
    const items = snapshotsOf(mapOne(guest({ tree }))).items
    expect(
      Object.fromEntries(items.map((item) => [item.name, [item.consistency, item.powerThen, item.memory, item.kind]])),
    ).toEqual({
      off: ['crash', 'off', 'none', 'internal'],
      memory: ['crash', 'running', 'saved', 'internal'],
      live: ['unknown', 'unknown', 'none', 'external'],
    })
  })

  it('whose frozen image is gone from a fresh listing has lost its data', () => {
    const tree = [external('s1', { vda: ['o1', 'base'] }, { memoryFile: at('s1.mem'), memory: 'external' })]
    const reading = guest({ tree, xml: { disks: [disk('vda', ['elsewhere'])] } })
    expect(mapOne(reading, { pools: [pool([volume('elsewhere')])] }).findings).toEqual([
      { finding: 'torn-snapshot', snapshot: 's1', disks: ['vda', 'memory'] },
    ])
    expect(mapOne(reading, { pools: [pool([], { refreshed: false })] }).findings).toEqual([])
  })

  it('of a clock ahead of ours is pointed out; a time no calendar has is none', () => {
    const tree = [
      internal('future', { vda: 'web01.qcow2' }, { createdSeconds: Date.parse(NOW) / 1000 + 600 }),
      internal('absurd', { vda: 'web01.qcow2' }, { createdSeconds: 9e15 }),
      internal('just-now', { vda: 'web01.qcow2' }, { createdSeconds: Date.parse(NOW) / 1000 + 60 }),
    ]
    const mapped = mapOne(guest({ tree }))
    expect(mapped.findings).toEqual([{ finding: 'clock-ahead', snapshot: 'future' }])
    expect(snapshotsOf(mapped).items.find(({ name }) => name === 'absurd')?.createdAt).toBeNull()
  })

  it('does not hold firmware variables or TPM state where libvirt leaves them out', () => {
    const xml = { firmware: 'uefi', nvram: { file: at('VARS'), format: 'qcow2' }, tpm: true } as const
    const tree = [internal('s1', { vda: 'web01.qcow2' })]
    const kinds = (version: number, over = {}) =>
      mapOne(guest({ tree, xml: { ...xml, ...over } }), { version }).findings.map(({ finding }) => finding)
    expect(kinds(9_000_000)).toEqual(['nvram-not-captured', 'tpm-only-with-memory'])
    expect(kinds(11_003_000)).toEqual(['tpm-only-with-memory'])
    expect(kinds(11_003_000, { nvram: { file: null, format: 'raw' }, tpm: false })).toEqual(['nvram-not-captured'])
  })
})

describe('what was not read', () => {
  it('stays unread, section by section, with its reason', () => {
    const mapped = mapOne(
      guest({ domain: unread(NOT_TOLD), snapshots: unread({ code: 'interrupted' }), managedSave: null }),
    )
    expect(mapped).toMatchObject({
      disks: unread(NOT_TOLD),
      configuration: unread(NOT_TOLD),
      snapshots: unread({ code: 'interrupted' }),
      facts: { cpus: null, memoryBytes: null, firmware: 'unknown', agent: 'unknown', managedSave: null },
      findings: [],
    })
    expect(Object.values(mapped.capabilities).every((support) => !support.ok && support.why.code === 'not-told')).toBe(
      true,
    )
  })
})

describe('volumes', () => {
  const volumesOf = (world: HostReading): Volume[] => {
    const storages = mapStorages(world, new HostImages(world))
    if (storages.status === 'unread') throw new Error('no storages')
    return storages.value.flatMap(({ volumes }) => (volumes.status === 'read' ? volumes.value : []))
  }
  const rolesOf = (world: HostReading): Record<string, Volume['role']> =>
    Object.fromEntries(volumesOf(world).map(({ name, role }) => [name, role]))
  const reading = guest({
    xml: {
      disks: [disk('vda', ['o1', 'base']), disk('sda', ['install.iso'], { device: 'cdrom' })],
      paths: [at('o1'), at('VARS.fd')],
    },
    tree: [external('s1', { vda: ['o1', 'base'] }, { memory: 'external', memoryFile: at('s1.mem') })],
  })
  const files = [
    volume('o1', { over: 'base' }),
    volume('base'),
    volume('install.iso', { format: 'raw' }),
    volume('s1.mem', { format: 'raw' }),
    volume('VARS.fd', { format: 'raw' }),
    volume('forgotten.qcow2'),
    volume('lost-overlay', { over: 'lost-base' }),
    volume('lost-base'),
    volume('leak.mem', { format: 'raw' }),
    volume('distribution.iso', { format: 'iso' }),
    volume('lost+found', { type: 'dir' }),
  ]

  it('have the role of whoever names them, and are orphans when nobody does', () => {
    expect(rolesOf(host({ guests: [reading], pools: [pool(files)] }))).toEqual({
      o1: 'overlay',
      base: 'base',
      'install.iso': 'iso',
      's1.mem': 'memory',
      'VARS.fd': 'unknown',
      'forgotten.qcow2': 'orphan',
      'lost-overlay': 'orphan',
      'lost-base': 'base',
      'leak.mem': 'orphan',
      'distribution.iso': 'iso',
      'lost+found': 'unknown',
    })
  })

  it('are never orphans while anything that could name them is unread, or other hosts share them', () => {
    const orphans = (world: HostReading) => Object.values(rolesOf(world)).filter((role) => role === 'orphan')
    const blind = guest({ uuid: OTHER, snapshots: unread(NOT_TOLD) })
    expect(orphans(host({ guests: [reading, blind], pools: [pool(files)] }))).toEqual([])
    expect(orphans(host({ guests: [reading], pools: [pool(files)], everyGuest: false }))).toEqual([])
    expect(orphans(host({ guests: [reading], pools: [pool(files, { type: 'netfs' })] }))).toEqual([])
    const broken = { ...pool([]), volumes: unread<VolumeReading[]>(NOT_TOLD) }
    expect(orphans(host({ guests: [reading], pools: [pool(files), broken] }))).toEqual([])
    const dark = { ...volume('dark'), backing: { path: null, format: null } }
    const beside = host({ guests: [reading], pools: [pool([...files, dark])] })
    expect(orphans(beside)).toEqual([])
    expect(volumesOf(beside).flatMap(({ backingUnread, name }) => (backingUnread ? name : []))).toEqual(['dark'])
  })

  it('are used by everybody who reads through them', () => {
    const two = guest({ uuid: OTHER, name: 'two', xml: { disks: [disk('vda', ['clone', 'base'])] } })
    const world = host({ guests: [reading, two], pools: [pool(files)] })
    const storages = mapStorages(world, new HostImages(world))
    const found = storages.status === 'read' ? storages.value[0]?.volumes : undefined
    expect(found).toMatchObject({ status: 'read' })
    const users = found?.status === 'read' ? found.value.find(({ name }) => name === 'base')?.usedBy : []
    expect(users).toEqual([GUEST, OTHER])
  })

  it('promise a disk once, however long its chain is; what is not read promises nothing known', () => {
    const promised = (world: HostReading) => {
      const storages = mapStorages(world, new HostImages(world))
      return storages.status === 'read' ? storages.value[0]?.facts.provisionedBytes : undefined
    }
    expect(promised(host({ guests: [reading], pools: [pool(files)] }))).toBe(8_000_000)
    expect(promised(host({ guests: [guest({ domain: unread(NOT_TOLD) })], pools: [pool(files)] }))).toBeNull()
  })

  it('stay unread where they were', () => {
    const world = host({ pools: [{ ...pool([]), volumes: unread<VolumeReading[]>({ code: 'interrupted' }) }] })
    const storages = mapStorages(world, new HostImages(world))
    expect(storages).toMatchObject({ value: [{ volumes: unread({ code: 'interrupted' }) }] })
    const none = { ...host(), pools: unread<PoolReading[]>(NOT_TOLD) }
    expect(mapStorages(none, new HostImages(none))).toEqual(unread(NOT_TOLD))
    expect(read([])).toEqual({ status: 'read', value: [] })
  })
})
