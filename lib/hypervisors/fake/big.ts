/** A fleet as large as benches need, from a seed. Worlds are built one by one when they are opened. */
import type { HypervisorKind } from '../../domain/connection'
import { epochMillis, GIB, HOUR, type Instant, instantAt, MIB } from '../../domain/units'
import type { Hypervisor } from '../port'
import { openFakeHypervisor } from './adapter'
import { systemClock } from './clock'
import { type Random, seededRandom } from './random'
import type { FakeClock } from './state'
import { FakeWorld } from './world'

export type BigFleetOptions = {
  guests: number
  snapshots: number
  seed: number
  /** guests on one connection; 500 unless told */
  guestsPerConnection?: number
  anchor?: Instant
  clock?: FakeClock
}

export type BigConnection = {
  name: string
  kind: HypervisorKind
  guests: number
  snapshots: number
  open(): Hypervisor
}

const KINDS = ['libvirt', 'proxmox', 'vsphere'] as const
const ROLES = ['web', 'api', 'db', 'cache', 'queue', 'build', 'mail', 'file', 'log', 'auth'] as const
const ENVIRONMENTS = ['prod', 'test', 'dev'] as const

/**
 * Splits the wanted guests and snapshots over connections of all kinds. The sums are exact; trees are chains with
 * branches; every hundredth guest has a large share of its connection's snapshots.
 */
export function bigFleet(options: BigFleetOptions): BigConnection[] {
  const perConnection = options.guestsPerConnection ?? 500
  const clock = options.clock ?? systemClock
  const anchor = options.anchor ?? clock.now()
  const count = Math.max(1, Math.ceil(options.guests / perConnection))
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length] ?? 'libvirt'
    const guests = share(options.guests, count, index)
    const snapshots = share(options.snapshots, count, index)
    const name = `bench-${kind}-${String(index + 1).padStart(3, '0')}`
    let world: FakeWorld | null = null
    return {
      name,
      kind,
      guests,
      snapshots,
      open: () => {
        world ??= bigWorld({ name, kind, guests, snapshots, anchor, clock, random: seededRandom(options.seed + index) })
        return openFakeHypervisor(world)
      },
    }
  })
}

/** The `index`-th of `parts` shares of a whole; shares differ by one at most and add up. */
const share = (whole: number, parts: number, index: number): number =>
  Math.floor((whole * (index + 1)) / parts) - Math.floor((whole * index) / parts)

type BigWorld = Pick<BigConnection, 'name' | 'kind' | 'guests' | 'snapshots'> & {
  anchor: Instant
  clock: FakeClock
  random: Random
}

function bigWorld({ name, kind, guests, snapshots, anchor, clock, random }: BigWorld): FakeWorld {
  const world = new FakeWorld({ kind, product: `bench ${kind}`, version: '9.0.0', node: name, address: name }, clock)
  const style = kind === 'libvirt' ? 'internal' : kind === 'proxmox' ? 'native' : 'external'
  const format = kind === 'libvirt' ? 'qcow2' : kind === 'proxmox' ? 'raw' : 'vmdk'
  for (const storage of ['pool-a', 'pool-b']) {
    world.addStorage({
      nativeId: storage,
      name: `${name}-${storage}`,
      node: name,
      type: 'dir',
      path: kind === 'libvirt' ? '/images' : null,
      active: true,
      style,
      reach: 'any',
      strays: [],
      capacityBytes: guests * 100 * GIB,
      otherBytes: guests * 20 * GIB,
      tellsVolumeBytes: kind !== 'proxmox',
    })
  }
  const now = epochMillis(anchor)
  const heavy = Math.floor(guests / 100)
  // A tenth of the snapshots goes to the few heavy guests, the rest is spread evenly.
  const heavySnapshots = heavy === 0 ? 0 : Math.floor(snapshots / 10)
  for (let index = 0; index < guests; index += 1) {
    const environment = random.pick(ENVIRONMENTS)
    const { nativeId } = world.addGuest({
      name: `${random.pick(ROLES)}-${environment}-${name.slice(-3)}-${String(index).padStart(4, '0')}`,
      power: random.chance(0.85) ? 'running' : 'stopped',
      tags: [environment],
      cpus: random.pick([1, 2, 4, 8]),
      memoryBytes: random.pick([1, 2, 4, 8, 16]) * GIB,
      disks: [
        {
          target: kind === 'vsphere' ? 'Hard disk 1' : kind === 'proxmox' ? 'scsi0' : 'vda',
          storage: random.chance(0.5) ? 'pool-a' : 'pool-b',
          format,
          virtualBytes: 40 * GIB,
          usedBytes: random.between(2, 30) * GIB,
        },
      ],
    }).facts
    const wanted =
      index < heavy
        ? share(heavySnapshots, heavy, index)
        : share(snapshots - heavySnapshots, guests - heavy, index - heavy)
    growTree(world, nativeId, wanted, now, random)
  }
  return world
}

/** So many snapshots, one in six after a rollback to an earlier one. */
function growTree(world: FakeWorld, guest: string, wanted: number, now: number, random: Random): void {
  const ids: string[] = []
  const oldest = random.between(24, 24 * 90) * HOUR
  for (let index = 0; index < wanted; index += 1) {
    const at = instantAt(Math.floor(now - oldest * (1 - index / wanted)))
    const target = ids[random.between(0, Math.max(0, ids.length - 1))]
    if (target !== undefined && random.chance(1 / 6)) {
      const back = world.rollback(guest, target, at)
      if (!back.ok) throw new Error(`no rollback in a big fleet: ${JSON.stringify(back.why)}`)
    }
    const taken = world.take(guest, {
      name: `snap_${String(index + 1).padStart(4, '0')}`,
      at,
      memory: random.chance(0.1),
      memoryBytes: 512 * MIB,
    })
    if (!taken.ok) throw new Error(`no snapshot in a big fleet: ${JSON.stringify(taken.why)}`)
    ids.push(taken.value.nativeId)
    world.write(guest, random.between(1, 900) * MIB)
  }
}
