import { describe, expect, it } from 'vitest'
import { STALE_AFTER } from '@/lib/domain/connection'
import type { CollectedGuest, Collection } from '@/lib/domain/inventory'
import { elapsedMillis, HOUR, MINUTE } from '@/lib/domain/units'
import { type GuestFigures, guestFigures } from '@/lib/engine/chain/figures'
import { manualClock } from '@/lib/testing/clock'
import { expectTruthful, unreadReasons, withoutTimes } from '../contract/checks'
import type { Hypervisor } from '../port'
import { bigFleet } from './big'
import { demoFleet, openDemoConnection } from './demo'

const ANCHOR = '2026-11-21T09:00:00.000Z'
const never = new AbortController().signal

async function collectFleet(clock = manualClock(ANCHOR)): Promise<Map<string, Collection>> {
  const collections = new Map<string, Collection>()
  for (const connection of demoFleet(ANCHOR, clock)) {
    collections.set(connection.name, await connection.open().collect({ whole: true }, { thorough: true }, never))
  }
  return collections
}

function guestsOf(collections: Map<string, Collection>): CollectedGuest[] {
  return [...collections.values()].flatMap(({ guests }) => (guests.status === 'read' ? guests.value : []))
}

function figures(guest: CollectedGuest | undefined): GuestFigures {
  if (guest?.snapshots.status !== 'read' || guest.disks.status !== 'read') throw new Error('not read')
  const { items, currentParent } = guest.snapshots.value
  return guestFigures({ disks: guest.disks.value, snapshots: items, currentParent })
}

/** Opens as the registry does: by address and by when it was added. */
function openByName(name: string, clock = manualClock(ANCHOR)): Hypervisor {
  const address = demoFleet(ANCHOR, clock).find((connection) => connection.name === name)?.address
  const hypervisor = address === undefined ? null : openDemoConnection(address, ANCHOR, clock)
  if (hypervisor === null) throw new Error(`${name} is not in the demo fleet`)
  return hypervisor
}

const named = (guests: CollectedGuest[], name: string) => guests.find((guest) => guest.facts.name === name)

describe('the demo fleet', () => {
  it('is three platforms whose readings contradict nothing', async () => {
    const collections = await collectFleet()
    expect([...collections.keys()]).toEqual(['pve-sh', 'vcenter-bj', 'kvm-gz-01', 'kvm-edge-07'])
    for (const collection of collections.values()) expectTruthful(collection)
    const guests = guestsOf(collections)
    expect(guests.length).toBeGreaterThanOrEqual(60)
    expect(guests.length).toBeLessThanOrEqual(400)
  })

  it('shows what a real fleet shows', async () => {
    const collections = await collectFleet()
    const guests = guestsOf(collections)
    const found = new Set(guests.flatMap((guest) => guest.findings.map((finding) => finding.finding)))
    for (const finding of [
      'parent-missing',
      'overlay-unexplained',
      'shared-base',
      'managed-save',
      'mixed-chain',
      'duplicate-name',
    ]) {
      expect([...found]).toContain(finding)
    }
    const all = guests.map(figures)
    expect(Math.max(...all.map((each) => each.chainDepth ?? 0))).toBeGreaterThanOrEqual(9)
    expect(all.some((each) => (each.unmanagedCount ?? 0) > 0)).toBe(true)
    expect(all.filter((each) => (each.memorySnapshotCount ?? 0) > 0).length).toBeGreaterThan(5)
    expect(all.some((each) => each.held.confidence === 'unknown')).toBe(true)
    const storages = [...collections.values()].flatMap(({ storages: each }) =>
      each.status === 'read' ? each.value : [],
    )
    const thin = storages.find((storage) => storage.facts.name === 'lvm-thin')?.facts
    expect(Math.round(((thin?.usedBytes ?? 0) / (thin?.capacityBytes ?? 1)) * 100)).toBe(92)
    const roles = storages.flatMap(({ volumes }) =>
      volumes.status === 'read' ? volumes.value.map((volume) => volume.role) : [],
    )
    expect(roles.filter((role) => role === 'orphan')).toHaveLength(5)
    expect(storages.find((storage) => storage.facts.name === 'nfs-old')).toMatchObject({
      facts: { active: false, usedBytes: null },
      volumes: { status: 'unread' },
    })
  })

  it('tells the web server as the guest page shows it', async () => {
    const webServer = named(guestsOf(await collectFleet()), 'WebServer')
    expect(figures(webServer)).toMatchObject({ snapshotCount: 7, memorySnapshotCount: 2, chainDepth: 5, treeDepth: 5 })
    expect(webServer?.facts).toMatchObject({ cpus: 8, power: 'running', tags: ['prod'] })
  })

  it('tells no bytes of snapshots where Proxmox tells none', async () => {
    const collections = await collectFleet()
    const { guests } = collections.get('pve-sh') ?? {}
    const snapshots = (guests?.status === 'read' ? guests.value : []).flatMap((guest) =>
      guest.snapshots.status === 'read' ? guest.snapshots.value.items : [],
    )
    expect(snapshots.length).toBeGreaterThan(30)
    for (const snapshot of snapshots)
      expect(snapshot.size.confidence).toBe(snapshot.memory === 'saved' ? 'at-least' : 'unknown')
  })

  it('is the same for everyone who asks at the same moment, however often it was asked before', async () => {
    const clock = manualClock(ANCHOR)
    const early = openByName('kvm-gz-01', clock)
    const collect = (hypervisor: typeof early) => hypervisor.collect({ whole: true }, { thorough: false }, never)
    await collect(early)
    clock.advance(47 * MINUTE)
    await collect(early)
    clock.advance(26 * HOUR)
    const [seen, fresh] = [await collect(early), await collect(openByName('kvm-gz-01', clock))]
    expectTruthful(seen)
    expect(withoutTimes(seen)).toEqual(withoutTimes(fresh))
  })

  it('lives: the build machine takes and drops snapshots, disks grow', async () => {
    const clock = manualClock(ANCHOR)
    const hypervisor = openByName('pve-sh', clock)
    const builds = async () => {
      const collection = await hypervisor.collect({ whole: true }, { thorough: false }, never)
      const guest = named(collection.guests.status === 'read' ? collection.guests.value : [], 'ci-runner-01')
      return guest?.snapshots.status === 'read' ? guest.snapshots.value.items : []
    }
    const first = await builds()
    expect(first).toHaveLength(3)
    clock.advance(25 * MINUTE)
    const later = await builds()
    expect(later).toHaveLength(3)
    expect(later.map((snapshot) => snapshot.name)).not.toEqual(first.map((snapshot) => snapshot.name))
    for (const { createdAt } of later) expect(elapsedMillis(createdAt ?? '', clock.now())).toBeGreaterThanOrEqual(0)

    const disks = openByName('vcenter-bj', clock)
    const held = async () => {
      const collection = await disks.collect({ whole: true }, { thorough: false }, never)
      return (collection.guests.status === 'read' ? collection.guests.value : []).reduce(
        (sum, guest) => sum + (figures(guest).held.bytes ?? 0),
        0,
      )
    }
    const before = await held()
    clock.advance(HOUR)
    expect(await held()).toBeGreaterThan(before)
  })

  it('has a host that answered once, too long ago, and does not answer now', async () => {
    const clock = manualClock(ANCHOR)
    const edge = openByName('kvm-edge-07', clock)
    const first = await edge.collect({ whole: true }, { thorough: true }, never)
    expect(first.guests.status === 'read' && first.guests.value.length).toBe(9)
    expect(elapsedMillis(first.finishedAt ?? '', clock.now())).toBeGreaterThan(STALE_AFTER)
    const second = await edge.collect({ whole: true }, { thorough: true }, never)
    expect(unreadReasons(second).map((reason) => reason.code)).toEqual(['unreachable', 'unreachable'])
    expect(second.finishedAt).toBe(clock.now())
    expect(await edge.probe(never)).toMatchObject({ ok: false, why: { code: 'unreachable', cause: 'timeout' } })
  })

  it('has nothing at another address', () => {
    const address = { kind: 'libvirt', uri: 'qemu:///system', cleartextAccepted: false } as const
    expect(openDemoConnection(address, ANCHOR)).toBeNull()
  })
})

describe('a big fleet', () => {
  it('has exactly what was asked for, spread over connections, the same for the same seed', async () => {
    const options = {
      guests: 240,
      snapshots: 2000,
      seed: 7,
      guestsPerConnection: 100,
      anchor: ANCHOR,
      clock: manualClock(ANCHOR),
    }
    const read = async () => {
      const collections: Collection[] = []
      for (const connection of bigFleet(options)) {
        collections.push(await connection.open().collect({ whole: true }, { thorough: true }, never))
      }
      return collections
    }
    const collections = await read()
    for (const collection of collections) expectTruthful(collection)
    const guests = collections.flatMap((each) => (each.guests.status === 'read' ? each.guests.value : []))
    expect(guests).toHaveLength(240)
    expect(guests.reduce((sum, guest) => sum + (figures(guest).snapshotCount ?? 0), 0)).toBe(2000)
    expect((await read()).map(withoutTimes)).toEqual(collections.map(withoutTimes))
  })
})
