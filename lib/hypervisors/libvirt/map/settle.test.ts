import { describe, expect, it } from 'vitest'
import { read, unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import { refused } from '@/lib/domain/result'
import { disagrees, joinTables } from '../collect/images'
import { Memory } from '../collect/memory'
import { capacityOf, filesOfInterest, grownSince } from '../collect/storages'
import type { ImageHead } from '../image-reader'
import type { Qcow2Snapshot } from '../qcow2'
import { at, disk, domain, external, GUEST, guest, host, internal, OTHER, pool, told, volume } from '../testing/host'
import { mapGuest } from './guest'
import { HostImages } from './images'
import { mapStorages } from './storages'

const WHY: Reason = { code: 'not-told', by: 'libvirt' }

const table = (...names: string[]): Qcow2Snapshot[] =>
  names.map((name, index) => ({ id: `${index}`, name, createdSeconds: 1, memoryBytes: 0 }))

describe('images and metadata', () => {
  const reading = guest({ tree: [internal('s1', { vda: 'web01.qcow2' })] })
  const images = new HostImages(host({ guests: [reading] }))
  const judge = (...names: string[]) => disagrees(reading, images, new Map([[at('web01.qcow2'), table(...names)]]))

  it('disagree when one of them has a snapshot the other lacks', () => {
    expect(judge('s1')).toBe(false)
    expect(judge()).toBe(true)
    expect(judge('s1', 'just-taken')).toBe(true)
    expect(disagrees(reading, images, new Map()), 'nobody looked').toBe(false)
    expect(disagrees(guest({ snapshots: unread(WHY) }), images, new Map()), 'unread').toBe(false)
  })

  it('do not disagree about an image several guests read through', () => {
    const one = guest({ xml: { disks: [disk('vda', ['one', 'golden'])] } })
    const two = guest({ uuid: OTHER, name: 'two', xml: { disks: [disk('vda', ['two', 'golden'])] } })
    const shared = new HostImages(host({ guests: [one, two] }))
    expect(disagrees(one, shared, new Map([[at('golden'), table('release')]]))).toBe(false)
  })

  it('are joined by the later reading', () => {
    const headOf = (name: string): ImageHead => ({ snapshots: table(name), roots: [], layout: refused(WHY) })
    const [x, y] = [headOf('x'), headOf('y')]
    const before = { tables: new Map([['a', table('x')]]), unread: new Map([['b', WHY]]), heads: new Map([['a', x]]) }
    const later = { tables: new Map([['b', table('y')]]), unread: new Map(), heads: new Map([['b', y]]) }
    expect(joinTables(before, later)).toEqual({
      tables: new Map([
        ['a', table('x')],
        ['b', table('y')],
      ]),
      unread: new Map(),
      heads: new Map([
        ['a', x],
        ['b', y],
      ]),
    })
  })
})

describe('files worth another look', () => {
  it('are those of guests that changed, and active images nobody told the size of', () => {
    const tree = [external('s1', { vda: ['o1', 'base'] }, { memoryFile: at('s1.mem') })]
    const xml = { disks: [disk('vda', ['o1', 'base'])] }
    const quiet = guest({ tree, xml, images: told({ o1: 5 }) })
    expect([...filesOfInterest([{ reading: quiet, changed: false }]).doubtful]).toEqual([])
    expect([...filesOfInterest([{ reading: guest({ tree, xml }), changed: false }]).doubtful]).toEqual([at('o1')])
    const { named, doubtful } = filesOfInterest([{ reading: quiet, changed: true }])
    expect([...doubtful].sort()).toEqual(['base', 'o1', 's1.mem'].map(at))
    expect(named).toEqual(doubtful)
  })

  it('and pools once their active images have grown, which their guests tell in every reading', () => {
    const xml = { disks: [disk('vda', ['o1', 'base'])] }
    const toldOf = (bytes: number) =>
      filesOfInterest([{ reading: guest({ xml, images: told({ o1: bytes }) }), changed: false }]).told
    expect(grownSince(toldOf(5), toldOf(5))).toBe(0)
    expect(grownSince(toldOf(5), toldOf(12))).toBe(7)
    expect(grownSince(toldOf(12), toldOf(5))).toBe(0)
    expect(grownSince(new Map(), toldOf(12))).toBe(0)
  })

  it('takes a Ceph pool for as large as what it holds and may take: the cluster counts every copy', () => {
    const full = { state: 2, capacity: 300, allocation: 99, available: 3 }
    expect(capacityOf('rbd', full)).toBe(102)
    expect(capacityOf('dir', full)).toBe(300)
  })
})

describe('what is known already', () => {
  it('stays a fact while a configuration cannot be read, and outlives a thorough reading', () => {
    const memory = new Memory()
    const known = domain({ tpm: true, firmware: 'uefi', description: 'accounting', cpus: 4 })
    const reading = guest({ domain: unread(WHY), lastDomain: known })
    memory.guests.set(GUEST, { reading, domainDigest: '', currentDigest: '' })
    expect(new Memory(memory).lastDomains.get(GUEST)).toBe(known)
    const world = host({ guests: [reading] })
    const mapped = mapGuest(reading, {
      host: world,
      images: new HostImages(world),
      nameOf: (uuid) => uuid,
      now: '2026-11-21T09:00:00.000Z',
    })
    expect(mapped.facts).toMatchObject({ tpm: true, firmware: 'uefi', description: 'accounting', cpus: 4 })
    expect(mapped.configuration).toEqual(unread(WHY))
  })
})

describe('a volume libvirt cannot make sense of', () => {
  it('is there, unknown, and nothing beside it is called an orphan', () => {
    const broken = volume('broken.qcow2', {
      format: 'unknown',
      backing: { path: null, format: null },
      capacityBytes: null,
      allocationBytes: null,
    })
    const world = host({ guests: [], pools: [pool([broken, volume('nobodys.qcow2')])] })
    const storages = mapStorages(world, new HostImages(world))
    const volumes = storages.status === 'read' ? storages.value[0]?.volumes : undefined
    expect(volumes).toMatchObject(
      read([
        { name: 'broken.qcow2', role: 'unknown', allocatedBytes: null, virtualBytes: null },
        { name: 'nobodys.qcow2', role: 'unknown' },
      ]),
    )
  })
})

describe('a running guest’s word', () => {
  it('about its images is newer than a volume’s; about a device it is not one', () => {
    const device = { kind: 'block', file: '/dev/vg/lv', volume: null } as const
    const disks = [disk('vda', ['o1', 'base']), { ...disk('vdb', ['']), source: device, backing: [] }]
    const reading = guest({ xml: { disks }, images: told({ o1: 700, '/dev/vg/lv': 5 }) })
    const pools = [
      pool([
        volume('o1', { over: 'base', allocationBytes: 1 }),
        volume('/dev/vg/lv', { allocationBytes: 900, format: 'raw' }),
      ]),
    ]
    const world = host({ guests: [reading], pools })
    const storages = mapStorages(world, new HostImages(world))
    const volumes = storages.status === 'read' ? storages.value[0]?.volumes : undefined
    expect(volumes?.status === 'read' ? volumes.value.map((one) => [one.name, one.allocatedBytes]) : volumes).toEqual([
      ['lv', 900],
      ['o1', 700],
    ])
  })
})
