/** What a collection says of the recorded server, and what it asks for to know it. */
import { describe, expect, test } from 'vitest'
import type { Collection } from '@/lib/domain/inventory'
import { instantAt } from '@/lib/domain/units'
import { generatedCluster } from '../../../../e2e/labs/proxmox/generated'
import { addGuest, makeGuest } from '../../../../e2e/labs/proxmox/inventory'
import { expectTruthful, withoutTimes } from '../../contract/checks'
import { act, guestOf, startReading } from '../testing/reading'
import { Collector } from './collector'

const root = { whole: true } as const
const names = (collection: Collection): string[] =>
  collection.guests.status === 'read' ? collection.guests.value.map(({ facts }) => facts.name) : []
const itemsOf = (collection: Collection, vmid: string) => {
  const { snapshots } = guestOf(collection, vmid)
  if (snapshots.status === 'unread') throw new Error(JSON.stringify(snapshots.reason))
  return snapshots.value
}
const storage = (collection: Collection, nativeId: string) => {
  if (collection.storages.status === 'unread') throw new Error('no storages')
  const found = collection.storages.value.find(({ facts }) => facts.nativeId === nativeId)
  if (found === undefined) throw new Error(`no storage ${nativeId}`)
  return found
}

describe('the recorded server, as collected', () => {
  test('is told truthfully and whole', async () => {
    const reading = startReading()
    const collection = await reading.collect()
    expectTruthful(collection)
    expect(names(collection)).toEqual([
      ...['web01', 'db01', 'raw01', 'chain01', 'btr01', 'mixed01', 'noback01', 'many01', 'tpl01', 'efi01'],
      ...['ct201', 'ct202'],
    ])
    expect(collection.version).toBe('9.2.11')
  })

  test('takes the live state out of the list of snapshots, and keeps the tree', async () => {
    const collection = await startReading().collect()
    const { items, currentParent } = itemsOf(collection, '102')
    expect(items.map(({ name, parent }) => [name, parent])).toEqual([
      ['state_a', null],
      ['state_b', 'state_a'],
      ['state_c', 'state_a'],
    ])
    expect(currentParent).toBe('state_c')
    expect(itemsOf(collection, '108').items).toHaveLength(25)
  })

  test('tells saved memory by its volume, and no size where Proxmox VE tells none', async () => {
    const collection = await startReading().collect()
    const ram = itemsOf(collection, '101').items.find(({ name }) => name === 'live_ram')
    expect(ram).toMatchObject({
      memory: 'saved',
      memoryFile: { file: 'dir1:101/vm-101-state-live_ram.raw', bytes: 99_844_096 },
      size: { bytes: 99_844_096, confidence: 'at-least', source: 'memory-reported' },
    })
    for (const { size } of itemsOf(collection, '102').items) {
      expect(size).toEqual({ bytes: null, confidence: 'unknown', source: 'internal-shared' })
    }
    expect(itemsOf(collection, '201').items[0]?.size.source).toBe('btrfs-shared')
  })

  test('tells a volume chain: the file on top costs the newest, the others are listed by nobody', async () => {
    const collection = await startReading().collect()
    const { items } = itemsOf(collection, '104')
    expect(items.map(({ name, size }) => [name, size.confidence, size.source])).toEqual([
      ['vc_a', 'unknown', 'chain-file-unlisted'],
      ['vc_c', 'exact', 'overlay-allocation-live'],
    ])
    const { disks } = guestOf(collection, '104')
    const [disk] = disks.status === 'read' ? disks.value : []
    expect(disk?.chain?.map(({ file, madeBySnapshot }) => [file, madeBySnapshot])).toEqual([
      ['chain1:104/vm-104-disk-0.qcow2', 'vc_c'],
      ['chain1:104/snap-vc_c-vm-104-disk-0.qcow2', 'vc_a'],
      ['chain1:104/snap-vc_a-vm-104-disk-0.qcow2', null],
    ])
  })

  test('leaves out the line break that containers add to a description', async () => {
    const reading = startReading()
    act(reading, 'POST', '/nodes/pve1/lxc/201/snapshot', { snapname: 'told', description: 'before\nthe update' })
    const { items } = itemsOf(await reading.collect(), '201')
    expect(items.find(({ name }) => name === 'told')?.description).toBe('before\nthe update')
  })

  test('knows the newest backup, and that there is none', async () => {
    const collection = await startReading().collect()
    expect(guestOf(collection, '101').facts.lastBackup).toEqual({ at: '2026-11-21T04:55:42.000Z' })
    // A storage that is offline may hold one.
    expect(guestOf(collection, '103').facts.lastBackup).toBeNull()
    const reading = startReading()
    reading.cluster.state.storages.delete('offline1')
    expect(guestOf(await reading.collect(), '103').facts.lastBackup).toEqual({ at: null })
  })

  test('tells storages with their room, and an inactive one without figures', async () => {
    const collection = await startReading().collect()
    expect(storage(collection, 'pve1/dir1').facts).toMatchObject({
      name: 'dir1',
      node: 'pve1',
      type: 'dir',
      path: '/srv/dir1',
      capacityBytes: 270_553_174_016,
      availableBytes: 67_810_521_088,
      source: 'proxmox-status',
    })
    const off = storage(collection, 'pve1/offline1')
    expect(off.facts).toMatchObject({ active: false, capacityBytes: null, usedBytes: null, availableBytes: null })
    expect(off.volumes).toEqual({ status: 'unread', reason: { code: 'storage-inactive', storage: 'offline1' } })
  })

  test('tells what each volume is, and which nothing names', async () => {
    const reading = startReading()
    const volumes = reading.cluster.state.volumes
    const known = volumes.get('dir1:103/vm-103-disk-0.raw')
    if (known === undefined) throw new Error('no volume')
    volumes.set('dir1:103/vm-103-disk-7.raw', { ...known, volid: 'dir1:103/vm-103-disk-7.raw' })
    volumes.set('dir1:102/vm-102-disk-7.qcow2', { ...known, volid: 'dir1:102/vm-102-disk-7.qcow2', vmid: 102 })
    const found = storage(await reading.collect(), 'pve1/dir1').volumes
    if (found.status === 'unread') throw new Error('no volumes')
    const role = (volid: string) => found.value.find(({ nativeId }) => nativeId === volid)?.role
    expect(role('dir1:102/vm-102-disk-0.qcow2')).toBe('disk')
    expect(role('dir1:109/base-109-disk-0.qcow2')).toBe('base')
    expect(role('dir1:101/vm-101-state-live_ram.raw')).toBe('memory')
    expect(role('dir1:vztmpl/busybox_1.0_amd64.tar.gz')).toBe('template')
    expect(role('dir1:103/vm-103-disk-7.raw')).toBe('orphan')
    // A snapshot of 102 may hold it.
    expect(role('dir1:102/vm-102-disk-7.qcow2')).toBe('unknown')
  })
})

describe('what is asked for', () => {
  test('an inventory: at most two requests a guest, ten a node and twenty', async () => {
    const reading = startReading()
    await reading.collect()
    expect(reading.asked.length).toBeLessThanOrEqual(12 * 2 + 10 + 20)
    expect(new Set(reading.asked).size).toBe(reading.asked.length)
  })

  test('a cycle in which nothing happened: two', async () => {
    const reading = startReading()
    const first = await reading.collect()
    reading.asked.length = 0
    const second = await reading.collect()
    expect(reading.asked).toEqual(['/cluster/tasks', '/cluster/resources'])
    expect(withoutTimes(second)).toEqual(withoutTimes(first))
    // The very same objects: the store need not look into them.
    expect(guestOf(second, '102')).toBe(guestOf(first, '102'))
    expect(storage(second, 'pve1/dir1')).toBe(storage(first, 'pve1/dir1'))
  })

  test('after a task: that guest, and a volume list not more often than every minute', async () => {
    const reading = startReading()
    await reading.collect()
    act(reading, 'POST', '/nodes/pve1/qemu/102/snapshot', { snapname: 'outside' })
    reading.asked.length = 0
    const after = await reading.collect()
    expect(reading.asked).toEqual([
      ...['/cluster/tasks', '/cluster/resources'],
      ...['/nodes/pve1/qemu/102/snapshot', '/nodes/pve1/qemu/102/config'],
    ])
    expect(itemsOf(after, '102').currentParent).toBe('outside')
    reading.clock.advance(60_000)
    reading.asked.length = 0
    await reading.collect()
    expect(reading.asked).toContain('/nodes/pve1/storage/dir1/content')
  })

  test('a task that is pushed out of the short list between two polls is found in the node’s own', async () => {
    const reading = startReading()
    await reading.collect()
    act(reading, 'POST', '/nodes/pve1/qemu/102/snapshot', { snapname: 'early' })
    for (let index = 0; index < 30; index += 1) {
      act(reading, 'POST', '/nodes/pve1/qemu/108/snapshot', { snapname: `busy${index}` })
    }
    reading.asked.length = 0
    const after = await reading.collect()
    expect(reading.asked.some((path) => path.startsWith('/nodes/pve1/tasks?since='))).toBe(true)
    expect(itemsOf(after, '102').currentParent).toBe('early')
    expect(itemsOf(after, '108').items).toHaveLength(55)
  })

  test('the sweep finds what no task told, within the promised time and pace', async () => {
    const reading = startReading()
    await reading.collect()
    const db = reading.cluster.state.guests.get(102)
    if (db === undefined) throw new Error('no guest 102')
    db.config.description = 'edited behind Proxmox VE’s back'
    reading.asked.length = 0
    let minutes = 0
    for (; minutes < 15; minutes += 1) {
      for (let cycle = 0; cycle < 6; cycle += 1) {
        reading.clock.advance(10_000)
        await reading.collect()
      }
      if (guestOf(await reading.collect(), '102').facts.description !== '') break
    }
    expect(minutes).toBeLessThan(15)
    const perMinute = reading.asked.length / (minutes + 1)
    expect(perMinute).toBeLessThanOrEqual(45)
  })

  test('an unchanged cluster is swept steadily: every guest in its turn, at most thirty requests a minute', async () => {
    const size = { nodes: 4, guests: 66, snapshotsEach: 1 }
    const reading = startReading((options) => generatedCluster({ ...options, size }))
    await reading.collect()
    const swept = new Set<string>()
    for (let minute = 0; minute < 15; minute += 1) {
      reading.asked.length = 0
      for (let cycle = 0; cycle < 6; cycle += 1) {
        reading.clock.advance(10_000)
        await reading.collect()
      }
      const detection = reading.asked.filter((path) => /^\/cluster\/(?:tasks|resources|status)$/.test(path))
      expect(detection).toHaveLength(13)
      expect(reading.asked.length - detection.length, `minute ${minute}`).toBeLessThanOrEqual(30)
      for (const path of reading.asked) swept.add(/\/(\d+)\/snapshot$/.exec(path)?.[1] ?? '')
    }
    swept.delete('')
    // 22 a minute once the inventory is ten minutes old; 5,000 guests take 227 minutes at that pace.
    expect(swept.size).toBe(66)
  })

  test('what is asked of some guests is read for them alone, and again', async () => {
    const reading = startReading()
    await reading.collect()
    reading.asked.length = 0
    const some = await reading.collect({ whole: false, guests: ['102', '9999'] }, true)
    expect(names(some)).toEqual(['db01'])
    expect(reading.asked).toContain('/nodes/pve1/qemu/102/config')
    expect(reading.asked).not.toContain('/nodes/pve1/qemu/101/config')
  })

  test('a guest that somebody waits for is read beside the cluster’s list, after its tasks', async () => {
    const { collector, asked, answer } = await answeredByHand()
    const reading = collector.collect({ ...waited('102'), signal: new AbortController().signal })
    // Tasks alone: what happens from here on is news at the next poll, whatever is read meanwhile.
    expect(asked()).toEqual(['/cluster/tasks'])
    await answer('/cluster/tasks')
    expect(asked()).toEqual(['/cluster/resources', '/nodes/pve1/qemu/102/snapshot'])
    await answer('/nodes/pve1/qemu/102/snapshot')
    expect(asked()).toEqual(['/cluster/resources', '/nodes/pve1/qemu/102/config'])
    await answer('/nodes/pve1/qemu/102/config')
    await answer('/cluster/resources')
    expect(asked()).toEqual([])
    expect(guestOf(await reading, '102').snapshots.status).toBe('read')
  })

  test('what was read of it where it no longer is counts for nothing', async () => {
    const { collector, cluster, answer } = await answeredByHand()
    const reading = collector.collect({ ...waited('103'), signal: new AbortController().signal })
    await answer('/cluster/tasks')
    await answer('/nodes/pve1/qemu/103/snapshot')
    await answer('/nodes/pve1/qemu/103/config')
    const raw = cluster.state.guests.get(103)
    if (raw === undefined) throw new Error('no guest 103')
    raw.node = 'pve4'
    raw.config.description = 'arrived'
    await answer('/cluster/resources')
    await answer('/nodes/pve4/qemu/103/snapshot')
    await answer('/nodes/pve4/qemu/103/config')
    const { facts } = guestOf(await reading, '103')
    expect(facts).toMatchObject({ node: 'pve4', description: 'arrived' })
  })
})

const waited = (vmid: string) => ({
  scope: { whole: false as const, guests: [vmid] },
  thorough: true,
  onProgress: () => undefined,
})

/** The recorded server, inventoried; from then on each request is answered when the test says so. */
async function answeredByHand() {
  const reading = startReading()
  const further = { name: 'pve4', reach: 'online', ip: '192.0.2.14', listed: true, bootMs: 0 } as const
  reading.cluster.state.nodes.set('pve4', further)
  const waiting = new Map<string, () => void>()
  let isHeld = false
  const collector = new Collector({
    client: {
      get: async (path, query, signal) => {
        const target = `/${path.join('/')}`
        if (isHeld && !target.includes('/content')) await new Promise<void>((go) => waiting.set(target, go))
        return reading.client.get(path, query, signal)
      },
    },
    now: () => instantAt(reading.clock.now()),
  })
  await collector.collect({ ...waited('102'), scope: root, signal: new AbortController().signal })
  isHeld = true
  const settle = () => new Promise<void>((resolve) => void setImmediate(resolve))
  return {
    collector,
    cluster: reading.cluster,
    asked: () => [...waiting.keys()].sort(),
    answer: async (target: string) => {
      const go = waiting.get(target)
      if (go === undefined) throw new Error(`${target} was not asked: ${[...waiting.keys()].join(', ')}`)
      waiting.delete(target)
      go()
      for (let round = 0; round < 20; round += 1) await settle()
    },
  }
}

describe('bad days', () => {
  test('numbers as strings read the same', async () => {
    const plain = await startReading().collect()
    const reading = startReading()
    reading.cluster.faults.onRequest({ kind: 'numbers-as-strings' })
    expect(withoutTimes(await reading.collect())).toEqual(withoutTimes(plain))
  })

  test('JSON that ends in the middle is an unread section, never an empty one', async () => {
    const reading = startReading()
    reading.cluster.faults.onRequest({ kind: 'truncated-json' }, { path: /^\/nodes\/pve1\/qemu\/102\/snapshot/ })
    const collection = await reading.collect()
    expect(guestOf(collection, '102').snapshots).toMatchObject({ status: 'unread', reason: { code: 'protocol' } })
    expect(guestOf(collection, '101').snapshots.status).toBe('read')
    reading.cluster.faults.clear()
    reading.cluster.faults.onRequest({ kind: 'truncated-json' }, { path: /^\/cluster\/resources/ })
    const nothing = await reading.collect()
    expect([nothing.guests.status, nothing.storages.status]).toEqual(['unread', 'unread'])
  })

  test('a row without what identifies it makes the list unread', async () => {
    const reading = startReading()
    reading.cluster.faults.onRequest(
      { kind: 'status', status: 200, reason: 'OK', body: '{"data":[{"vmid":101},{}]}' },
      {
        path: /^\/nodes\/pve1\/storage\/dir1\/content/,
      },
    )
    const collection = await reading.collect()
    expect(storage(collection, 'pve1/dir1').volumes).toMatchObject({ status: 'unread', reason: { code: 'malformed' } })
  })

  test('rows of a kind nobody knows are passed by', async () => {
    const reading = startReading()
    const collection = await reading.collect()
    // The lab's /cluster/resources has `network` rows, as 9 does with SDN.
    expect(collection.guests.status).toBe('read')
  })

  test('a guest that is gone between list and reading is left out', async () => {
    const reading = startReading()
    const gone = {
      kind: 'status',
      status: 500,
      reason: "Configuration file 'nodes/pve1/qemu-server/103.conf' does not exist",
    } as const
    reading.cluster.faults.onRequest(gone, { path: /^\/nodes\/pve1\/qemu\/103\// })
    const collection = await reading.collect()
    expect(names(collection)).not.toContain('raw01')
    expect(names(collection)).toHaveLength(11)
  })

  test('a guest that is not where it was listed stays, unread, where the list cannot be read again', async () => {
    const reading = startReading()
    const before = await reading.collect()
    const { faults, state } = reading.cluster
    const take = faults.takeWireFaults.bind(faults)
    let lists = 0
    faults.takeWireFaults = (method, path) => {
      if (path.startsWith('/cluster/resources')) lists += 1
      // It moves as soon as the lists are out, and nobody tells where to.
      if (path.startsWith('/nodes/pve1/qemu/103/')) state.guests.delete(103)
      return path.startsWith('/cluster/resources') && lists === 2
        ? [{ kind: 'status', status: 595, reason: 'No route to host' }]
        : take(method, path)
    }
    const after = await reading.collect(root, true)
    expectTruthful(after)
    expect(names(after)).toEqual(names(before))
    expect(guestOf(after, '103').snapshots).toMatchObject({ status: 'unread' })
    expect(names(await reading.collect())).not.toContain('raw01')
  })

  test('memory that a guest saves apart from its disks is found, and told once it is', async () => {
    const reading = startReading()
    const { state } = reading.cluster
    const config = state.guests.get(101)?.config
    if (config === undefined) throw new Error('no guest 101')
    config.vmstatestorage = 'btr1'
    await reading.collect()
    act(reading, 'POST', '/nodes/pve1/qemu/101/snapshot', { snapname: 'apart', vmstate: '1' })
    await reading.collect()
    // The storage's list is read again no sooner than a minute after the last time.
    reading.clock.advance(90_000)
    await reading.collect()
    const apart = itemsOf(await reading.collect(), '101').items.find(({ name }) => name === 'apart')
    expect(apart).toMatchObject({
      memory: 'saved',
      memoryFile: { file: expect.stringMatching(/^btr1:/), bytes: expect.any(Number) },
    })
  })

  test('a guest that moves while it is read is read where it went', async () => {
    const reading = startReading()
    const { state } = reading.cluster
    state.nodes.set('pve4', { name: 'pve4', reach: 'online', ip: '192.0.2.14', listed: true, bootMs: 0 })
    const raw = state.guests.get(103)
    if (raw === undefined) throw new Error('no guest 103')
    const collected = reading.collect()
    // The lists are out; what follows of this guest is asked of a node it has left.
    raw.node = 'pve4'
    const collection = await collected
    expect(guestOf(collection, '103').facts.node).toBe('pve4')
    expect(guestOf(collection, '103').configuration.status).toBe('read')
  })

  test('a node that is down keeps its guests, unread, and makes nobody else old', async () => {
    const reading = startReading()
    const { state } = reading.cluster
    state.nodes.set('pve4', { name: 'pve4', reach: 'online', ip: '192.0.2.14', listed: true, bootMs: 0 })
    addGuest(
      state,
      makeGuest('qemu', 300, 'pve4', { name: 'far', memory: '128', scsi0: 'dir1:300/vm-300-disk-0.qcow2,size=1G' }),
      1,
    )
    expect(guestOf(await reading.collect(), '300').facts.name).toBe('far')
    const node = state.nodes.get('pve4')
    if (node === undefined) throw new Error('no node')
    node.reach = 'refused'
    const down = await reading.collect()
    expectTruthful(down)
    const why = { code: 'node-unreachable', node: 'pve4' }
    expect(guestOf(down, '300')).toMatchObject({
      factsUnread: why,
      facts: { power: 'unknown', node: 'pve4' },
      snapshots: { status: 'unread', reason: why },
      configuration: { status: 'unread', reason: why },
    })
    expect(guestOf(down, '102').snapshots.status).toBe('read')
    // After a restart nobody remembers its name; the store does, and is told so.
    reading.restart()
    expect(guestOf(await reading.collect(), '300')).toMatchObject({ factsUnread: why, facts: { name: '300' } })
    node.reach = 'online'
    const back = guestOf(await reading.collect(), '300')
    expect(back.factsUnread).toBeUndefined()
    expect(back.snapshots.status).toBe('read')
  })

  test('a node that hangs is waited for once, not for each of its guests', async () => {
    const reading = startReading()
    const { state } = reading.cluster
    state.nodes.set('pve4', { name: 'pve4', reach: 'online', ip: '192.0.2.14', listed: true, bootMs: 0 })
    for (let vmid = 300; vmid < 340; vmid += 1) {
      addGuest(state, makeGuest('qemu', vmid, 'pve4', { name: `far${vmid}`, memory: '128' }), 1)
    }
    reading.cluster.faults.onRequest({ kind: 'hang' }, { path: /^\/nodes\/pve4\// })
    const collection = await reading.collect()
    expectTruthful(collection)
    expect(reading.asked.filter((path) => path.startsWith('/nodes/pve4/')).length).toBeLessThanOrEqual(6)
    expect(guestOf(collection, '310').snapshots).toMatchObject({ status: 'unread', reason: { code: 'hung' } })
    expect(guestOf(collection, '102').snapshots.status).toBe('read')
    reading.cluster.faults.clear()
    reading.clock.advance(61_000)
    expect(guestOf(await reading.collect(), '310').snapshots.status).toBe('read')
  })

  test('of 5,000 guests those on a hanging node are unread, and every other one is read', async () => {
    const size = { nodes: 20, guests: 5_000, snapshotsEach: 1 }
    const reading = startReading((options) => generatedCluster({ ...options, size }))
    reading.cluster.faults.onRequest({ kind: 'hang' }, { path: /^\/nodes\/node07\// })
    const { guests } = await reading.collect()
    if (guests.status === 'unread') throw new Error(guests.reason.code)
    const unread = guests.value.filter(({ snapshots }) => snapshots.status === 'unread')
    expect(guests.value).toHaveLength(5_000)
    expect(unread).toHaveLength(250)
    expect(new Set(unread.map(({ facts }) => facts.node))).toEqual(new Set(['node07']))
    expect(unread.every(({ snapshots }) => snapshots.status === 'unread' && snapshots.reason.code === 'hung')).toBe(
      true,
    )
    // A handful of silences, not two a guest.
    expect(reading.asked.filter((path) => path.startsWith('/nodes/node07/')).length).toBeLessThan(20)
  }, 180_000)

  test('names that pvestatd does not tell are asked of the node', async () => {
    const reading = startReading()
    const rows = act(reading, 'GET', '/cluster/resources', {}) as Record<string, unknown>[]
    const nameless = rows.map(({ name: _name, status, ...row }) => ({
      ...row,
      status: row.type === 'qemu' ? 'unknown' : status,
    }))
    reading.cluster.faults.onRequest(
      { kind: 'status', status: 200, reason: 'OK', body: JSON.stringify({ data: nameless }) },
      { path: /^\/cluster\/resources/ },
    )
    const collection = await reading.collect()
    expect(guestOf(collection, '101').facts).toMatchObject({ name: 'web01', power: 'running' })
  })

  test('without quorum everything is still read, and every change told to be refused until it is back', async () => {
    const reading = startReading()
    const { state } = reading.cluster
    state.clusterName = 'lab'
    expect((await reading.collect()).changesRefused).toBeNull()
    state.quorate = false
    // The nodes are there as before, as when a third vote was lost: it is seen within a minute.
    expect((await reading.collect()).changesRefused).toBeNull()
    reading.clock.advance(60_000)
    const lost = await reading.collect()
    expect(names(lost)).toHaveLength(12)
    expect(lost.changesRefused).toEqual({ code: 'no-quorum' })
    expect(guestOf(lost, '102').snapshots.status).toBe('read')
    state.quorate = true
    reading.clock.advance(20_000)
    expect((await reading.collect()).changesRefused).toBeNull()
  })

  test('a node that goes is a reason to ask for the quorum at once', async () => {
    const reading = startReading()
    const { state } = reading.cluster
    state.clusterName = 'lab'
    const far = { name: 'pve4', reach: 'online' as const, ip: '192.0.2.14', listed: true, bootMs: 0 }
    state.nodes.set('pve4', far)
    expect((await reading.collect()).changesRefused).toBeNull()
    state.nodes.set('pve4', { ...far, reach: 'no-route' })
    state.quorate = false
    expect((await reading.collect()).changesRefused).toEqual({ code: 'no-quorum' })
  })

  test('who may not see the state of the cluster claims nothing of it', async () => {
    const reading = startReading()
    reading.token = 'snap@pve!ci'
    reading.cluster.state.clusterName = 'lab'
    reading.cluster.state.quorate = false
    const collection = await reading.collect()
    expect(reading.asked).toContain('/cluster/status')
    expect(collection.changesRefused).toBeNull()
  })

  test('a token without rights sees nothing, and its rights are told with it', async () => {
    const reading = startReading()
    reading.token = 'none@pve!none'
    const collection = await reading.collect()
    expect(collection.guests).toEqual({ status: 'read', value: [] })
    expect(collection.rights).toEqual({})
  })

  test('a permission taken away mid-way: the shorter list comes with the fewer rights', async () => {
    const reading = startReading()
    reading.token = 'snap@pve!ci'
    const before = await reading.collect()
    expect(before.rights?.['/vms']).toContain('VM.Audit')
    reading.cluster.state.acl = reading.cluster.state.acl.filter(
      ({ ugid, path }) => ugid !== 'snap@pve' || path !== '/vms',
    )
    reading.asked.length = 0
    const after = await reading.collect()
    expect(names(after).length).toBeLessThan(names(before).length)
    expect(reading.asked).toContain('/access/permissions')
    expect(after.rights?.['/vms'] ?? []).not.toContain('VM.Audit')
  })

  test('an auditor sees no disks in storages: the list is unread, not short', async () => {
    const reading = startReading()
    reading.token = 'audit@pve!ro'
    const collection = await reading.collect()
    expect(storage(collection, 'pve1/dir1').volumes).toMatchObject({
      status: 'unread',
      reason: { code: 'not-permitted', privilege: 'VM.Config.Disk' },
    })
    // Backups are hidden from it, too: none seen is not none there.
    expect(guestOf(collection, '101').facts.lastBackup).toBeNull()
    const { disks } = guestOf(collection, '102')
    expect(disks.status === 'read' && disks.value.map(({ storage: at }) => at)).toEqual(['pve1/dir1', 'pve1/dir1'])
  })

  test('a privilege missing on one storage leaves the others', async () => {
    const reading = startReading()
    const refused = {
      kind: 'status',
      status: 403,
      reason: 'Permission check failed (/storage/btr1, Datastore.Audit|Datastore.AllocateSpace)',
    } as const
    reading.cluster.faults.onRequest(refused, { path: /^\/nodes\/pve1\/storage\/btr1\/content/ })
    const collection = await reading.collect()
    expect(storage(collection, 'pve1/btr1').volumes).toMatchObject({
      status: 'unread',
      reason: { code: 'not-permitted' },
    })
    expect(storage(collection, 'pve1/dir1').volumes.status).toBe('read')
  })

  test('a lock that stays without a task, and half-made snapshots, are findings; a running task is none', async () => {
    const reading = startReading()
    // The disk's own snapshot is missing: the deletion ends half-way (recorded in group snapdel).
    const disk = reading.cluster.state.volumes.get('dir1:102/vm-102-disk-0.qcow2')
    if (disk === undefined) throw new Error('no volume')
    disk.snapshots = disk.snapshots.filter((name) => name !== 'state_b')
    act(reading, 'DELETE', '/nodes/pve1/qemu/102/snapshot/state_b', {})
    const soon = guestOf(await reading.collect(), '102')
    expect(soon.facts.lock).toBe('snapshot-delete')
    expect(itemsOf(await reading.collect(), '102').items.find(({ name }) => name === 'state_b')?.incomplete).toBe(true)
    reading.clock.advance(61_000)
    expect(guestOf(await reading.collect(), '102').findings).toEqual(
      expect.arrayContaining([
        { finding: 'lock-left', lock: 'snapshot-delete' },
        { finding: 'snapshot-incomplete', snapshot: 'state_b' },
      ]),
    )
  })

  test('a guest under an old number is told from the one before', async () => {
    const reading = startReading()
    const first = guestOf(await reading.collect(), '103').facts.birthMark
    act(reading, 'DELETE', '/nodes/pve1/qemu/103', {})
    addGuest(
      reading.cluster.state,
      makeGuest('qemu', 103, 'pve1', { name: 'other', meta: 'creation-qemu=10.0.13,ctime=1', memory: '128' }),
      1,
    )
    const after = await reading.collect()
    expect(guestOf(after, '103').facts.birthMark).not.toBe(first)
    expect(after.destroyed).toEqual(['103'])
    expect((await reading.collect()).destroyed).toBeUndefined()
  })

  test('a caller who has given up gets what is unread', async () => {
    const reading = startReading()
    const collection = await reading.collector.collect({
      scope: root,
      thorough: true,
      onProgress: () => undefined,
      signal: AbortSignal.abort(),
    })
    expect(collection.scope).toEqual(root)
  })
})
