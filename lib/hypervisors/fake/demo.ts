/**
 * The demo fleet: three platforms, everything a real fleet shows, nothing that touches a real one.
 * It is built from the moment it was added (`anchor`), so that every process sees the same fleet, and it goes on
 * living from there: disks grow, a build machine takes and drops snapshots, one host has stopped answering.
 */
import type { Command } from '../../domain/command'
import type { ConnectionAddress, HypervisorKind } from '../../domain/connection'
import { read } from '../../domain/inventory'
import { ok } from '../../domain/result'
import type { HistoryPoint } from '../../domain/sample'
import { epochMillis, GIB, type Instant, instantAt, MINUTE, type Millis, SECOND } from '../../domain/units'
import type { Hypervisor } from '../port'
import { openFakeHypervisor } from './adapter'
import { worldFromScenario } from './build'
import { systemClock } from './clock'
import { edgeDemo, libvirtDemo } from './demo-libvirt'
import { demoPast } from './demo-past'
import { proxmoxDemo } from './demo-proxmox'
import { vsphereDemo } from './demo-vsphere'
import { hashText } from './random'
import type { Scenario } from './scenario'
import type { FakeClock } from './state'
import { describeStorages, findFileUsers } from './volumes'
import type { FakeWorld } from './world'

export type DemoConnection = {
  name: string
  kind: HypervisorKind
  address: ConnectionAddress
  /** opens it; the world behind is built at the first call and shared by all readers of this fleet */
  open(options?: { operate: boolean }): Hypervisor
}

/** How long the silent host had not answered when the demo was added. */
const SILENT_FOR: Millis = 14 * MINUTE

/** The fleet as added at `anchor` (a connection's `createdAt`). The same anchor gives the same fleet. */
export function demoFleet(anchor: Instant, clock: FakeClock = systemClock): DemoConnection[] {
  const start = epochMillis(anchor)
  const living = (name: string, address: ConnectionAddress, scenario: (at: Millis) => Scenario): DemoConnection => {
    let world: FakeWorld | null = null
    return {
      name,
      kind: address.kind,
      address,
      open: (options = { operate: false }) => {
        world ??= giveLife(worldFromScenario(scenario(start), anchor, clock), start)
        world.taskMillis = demoMillis
        return openFakeHypervisor(world, options)
      },
    }
  }
  const edge = libvirtAddress('kvm-edge-07')
  return [
    living(
      'pve-sh',
      {
        kind: 'proxmox',
        urls: ['https://pve-sh.example.cn:8006'],
        user: 'snapwarden@pve!read',
        fingerprints: [],
        authorities: [],
        ca: null,
      },
      proxmoxDemo,
    ),
    living(
      'vcenter-bj',
      { kind: 'vsphere', url: 'https://vcenter-bj.example.cn', user: 'snapwarden@vsphere.local', fingerprints: [] },
      vsphereDemo,
    ),
    living('kvm-gz-01', libvirtAddress('kvm-gz-01'), libvirtDemo),
    {
      name: 'kvm-edge-07',
      kind: 'libvirt',
      address: edge,
      open: () => openSilent(edgeDemo, start - SILENT_FOR, clock),
    },
  ]
}

/**
 * Opens one connection of the fleet by its address (people may rename it), as added at `anchor`; null when the fleet
 * has none there.
 */
export function openDemoConnection(
  address: ConnectionAddress,
  anchor: Instant,
  clock: FakeClock = systemClock,
  options: { operate: boolean } = { operate: false },
): Hypervisor | null {
  const found = keptFleet(anchor, clock).find((connection) => addressText(connection.address) === addressText(address))
  return found?.open(options) ?? null
}

const fleets = new WeakMap<FakeClock, Map<Instant, DemoConnection[]>>()

/** The fleet of this process: what was done to it stays done when its connections are opened anew. */
function keptFleet(anchor: Instant, clock: FakeClock): DemoConnection[] {
  const kept = fleets.get(clock) ?? new Map<Instant, DemoConnection[]>()
  fleets.set(clock, kept)
  const fleet = kept.get(anchor) ?? demoFleet(anchor, clock)
  kept.set(anchor, fleet)
  return fleet
}

/** Long enough to be watched, short enough not to bore. */
const demoMillis = (command: Command): Millis => DEMO_SECONDS[command.do] * SECOND
const DEMO_SECONDS: Record<Command['do'], number> = {
  'snapshot.take': 3,
  'snapshot.rollback': 6,
  'snapshot.delete': 8,
  'snapshot.delete-data': 3,
  'snapshot.adopt': 1,
  'chain.merge': 12,
  'chain.finish-job': 2,
  'guest.power': 4,
  'guest.thaw': 1,
  'guest.set-tags': 1,
  'guest.unlock': 1,
  'guest.discard-saved-memory': 1,
  'guest.fork': 3,
  'volume.delete': 2,
  'image.check': 5,
}

const addressText = (address: ConnectionAddress): string =>
  address.kind === 'libvirt' ? address.uri : address.kind === 'proxmox' ? address.urls.join() : address.url

const libvirtAddress = (host: string): ConnectionAddress => ({
  kind: 'libvirt',
  uri: `qemu+ssh://snapwarden@${host}.example.cn/system`,
  cleartextAccepted: false,
})

/**
 * A host that answered once, as it was at `lastAnswer`, and not since: its data is shown and stale from the first
 * minute on. Every newly opened reader hears that same last answer once more.
 */
function openSilent(scenario: (at: Millis) => Scenario, lastAnswer: Millis, clock: FakeClock): Hypervisor {
  let answered = false
  const then = instantAt(lastAnswer)
  const built = scenario(lastAnswer)
  const world = worldFromScenario(built, then, { now: () => (answered ? clock.now() : then), wait: clock.wait })
  const inner = openFakeHypervisor(world)
  return {
    kind: inner.kind,
    probe: (signal) => inner.probe(signal),
    collect: async (scope, options, signal) => {
      const collection = await inner.collect(scope, options, signal)
      if (collection.guests.status === 'read') {
        answered = true
        world.faults.refuse = { code: 'unreachable', address: built.address, cause: 'timeout' }
      }
      return collection
    },
    configurationAt: (snapshot, signal) => inner.configurationAt(snapshot, signal),
    // It was read once, and its past with it.
    history: async (storages) =>
      ok(
        storages.map(({ nativeId, name }) => ({
          nativeId,
          points: read(pastOfWorld(world, name, nativeId, lastAnswer)),
        })),
      ),
    watch: (onHint) => inner.watch(onHint),
    close: () => inner.close(),
  }
}

/** The past of one storage of a demo world, up to a moment. */
function pastOfWorld(world: FakeWorld, name: string, nativeId: string, at: Millis): HistoryPoint[] {
  const storage = describeStorages(world, findFileUsers(world), true).find(({ facts }) => facts.nativeId === nativeId)
  const { usedBytes = null, capacityBytes = null } = storage?.facts ?? {}
  return usedBytes === null || capacityBytes === null ? [] : demoPast(name, usedBytes, capacityBytes, at)
}

/** Disks grow in steps, so that most readings find nothing new and some do. */
const GROWTH_EVERY: Millis = 5 * MINUTE
/** One guest in so many grows at all. */
const GROWING = 6
/** The build machine takes a snapshot this often, and keeps so many. */
const BUILD_EVERY: Millis = 10 * MINUTE
/** … so long after the full ten minutes */
const BUILD_AFTER: Millis = 30 * SECOND
const BUILDS_KEPT = 3
const BUILD_GUEST = 'ci-runner-01'

/** Makes a world go on from its start. What it is at a moment depends on that moment alone, never on who asked before. */
function giveLife(world: FakeWorld, start: Millis): FakeWorld {
  world.remembers = (storage, usedBytes, now) =>
    demoPast(storage.name, usedBytes, storage.capacityBytes, epochMillis(now))
  let grownSteps = 0
  world.beforeRead = (instant) => {
    const now = epochMillis(instant)
    const steps = Math.max(0, Math.floor((now - start) / GROWTH_EVERY))
    for (const [nativeId, guest] of world.guests) {
      if (steps === grownSteps) break
      const hash = hashText(guest.facts.name)
      const growing = guest.facts.power === 'running' && guest.currentParent !== null && hash % GROWING === 0
      if (growing) world.write(nativeId, (hash % 97) * (GIB / 2048) * (steps - grownSteps))
    }
    grownSteps = steps
    keepBuilding(world, now)
  }
  return world
}

function keepBuilding(world: FakeWorld, now: Millis): void {
  const guest = [...world.guests.values()].find((each) => each.facts.name === BUILD_GUEST)
  if (guest === undefined) return
  const slot = Math.floor((now - BUILD_AFTER) / BUILD_EVERY)
  const names: string[] = []
  for (let back = BUILDS_KEPT - 1; back >= 0; back -= 1) {
    const at = (slot - back) * BUILD_EVERY + BUILD_AFTER
    const name = `build_${Math.floor(at / BUILD_EVERY) % 100_000}`
    names.push(name)
    if (!guest.snapshots.some((snapshot) => snapshot.name === name)) {
      expectDone(world.take(guest.facts.nativeId, { name, at: instantAt(at), description: 'Made by the build' }))
    }
  }
  for (const { name, nativeId } of [...guest.snapshots]) {
    if (!names.includes(name)) expectDone(world.delete(guest.facts.nativeId, nativeId))
  }
}

function expectDone(outcome: { ok: boolean }): void {
  if (!outcome.ok) throw new Error(`the demo's build machine was refused: ${JSON.stringify(outcome)}`)
}
