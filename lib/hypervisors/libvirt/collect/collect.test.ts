/** What one reading leaves for the next, and what it makes of a guest that changes while it is read. */
import { describe, expect, it } from 'vitest'
import { ok } from '@/lib/domain/result'
import { reasonOf } from '../errors'
import { HostImages } from '../map/images'
import type { LibvirtClient } from '../rpc/client'
import { LibvirtError, libvirtErrorCodes } from '../rpc/errors'
import type { SnapshotRef } from '../rpc/types'
import { disk, GUEST, guest, host, pool, volume } from '../testing/host'
import { versionOf } from '../versions'
import { readGuest } from './guests'
import { readImageMaps } from './maps'
import { Memory } from './memory'
import type { Sweep } from './sweep'

const refused = (procedure: string) =>
  new LibvirtError(procedure, {
    code: libvirtErrorCodes.operationTimeout,
    domain: 10,
    message: 'held',
    level: 2,
    str1: null,
    str2: null,
    str3: null,
    int1: -1,
    int2: -1,
  })

const aSweep = (client: unknown, memory = new Memory()): Sweep => ({
  client: client as LibvirtClient,
  options: {},
  memory,
  thorough: true,
  everything: true,
  writable: true,
  driver: 'QEMU',
  version: versionOf('9.0.0'),
  fileSystems: null,
  reasonOf: (error) => reasonOf(error, 'kvm01'),
  pace: async () => undefined,
})

describe('the maps of images', () => {
  const CLUSTER = 65_536
  const layout = ok({ virtualBytes: 10 * CLUSTER, clusterBytes: CLUSTER, l1Offset: 3 * CLUSTER, l1Entries: 1 })
  const files = ['/images/top.qcow2', '/images/base.qcow2']
  const pools = [pool([volume('top.qcow2', { over: 'base.qcow2' }), volume('base.qcow2')])]
  const guests = [guest({ xml: { disks: [disk('vda', files)] } })]
  const images = new HostImages(host({ guests, pools }))
  const refs = new Map(files.map((key) => [key, { pool: 'default', name: key, key }]))
  const heads = new Map(files.map((file) => [file, { snapshots: [], roots: [], layout }]))
  const allTables = new Map(files.map((file) => [file, []]))

  const readMaps = (memory: Memory, held: boolean, tables = allTables) => {
    const openStream = async (_: unknown, { length }: { length: bigint }) => {
      if (held) throw refused('storage_vol_download')
      return [{ kind: 'data', bytes: Buffer.alloc(Number(length)) }]
    }
    return readImageMaps(aSweep({ openStream }, memory), images, guests, pools, refs, {
      tables,
      heads,
      unread: new Map(),
    } as Parameters<typeof readImageMaps>[5])
  }

  it('are read again where they could not be read, though no image has changed since', async () => {
    const memory = new Memory()
    expect((await readMaps(memory, true)).mapped.size).toBe(0)
    expect([...(await readMaps(memory, false)).mapped.keys()]).toEqual(files)
    // From what was kept: nothing can be read any more.
    expect([...(await readMaps(memory, true)).mapped.keys()]).toEqual(files)
  })

  it('are not all known where the list of an image’s snapshots could not be read', async () => {
    const memory = new Memory()
    await readMaps(memory, false, new Map())
    expect(memory.maps.size).toBe(0)
    await readMaps(memory, false)
    expect(memory.maps.size).toBe(1)
  })
})

describe('the snapshots of a guest', () => {
  const xmlOf = (name: string) => `<domainsnapshot><name>${name}</name><creationTime>1</creationTime>
    <state>shutoff</state></domainsnapshot>`

  /** A guest of which snapshots are listed in turn, as others take them, while `newest` is the current one. */
  function reading(lists: string[][], newest: string) {
    const domain = { name: 'web01', uuid: GUEST, id: -1 }
    let asked = 0
    const client = {
      domains: {
        readXml: async () => `<domain type='kvm'><name>web01</name><uuid>${GUEST}</uuid></domain>`,
        readState: async () => ({ state: 5 }),
      },
      snapshots: {
        list: async () => (lists[asked++] ?? lists.at(-1) ?? []).map((name) => ({ name, domain })),
        findCurrent: async () => ({ name: newest, domain }),
        readXml: async ({ name }: SnapshotRef) => xmlOf(name),
      },
    }
    const list = { domains: [domain], managedSave: new Set<string>(), withSnapshots: null }
    return readGuest(aSweep(client), list, domain, null)
  }

  it('are listed again when the current one came after the list', async () => {
    const found = await reading([['one'], ['one', 'two']], 'two')
    expect(found?.reading.snapshots).toMatchObject({ status: 'read', value: { current: 'two' } })
  })

  it('are not told by a guest that changes faster than they are read', async () => {
    const found = await reading([['one']], 'two')
    expect(found?.reading.snapshots).toMatchObject({ status: 'unread', reason: { code: 'guest-busy' } })
  })
})
