/** What else holds when somebody asks: each of our own guards is there for one of these, and libvirt knows of few. */
import type { LibvirtLab } from '@/e2e/labs/libvirt/lab'
import type { PlanStorage, PlanWorld } from '@/lib/domain/plan-world'
import { epochMillis, type Instant, instantAt, MINUTE } from '@/lib/domain/units'
import type { Grown } from './grow'
import type { Random } from './random'

/**
 * `saved`: its memory lies on the host. `held`: every snapshot is. `full`: its storage says that nothing is left.
 * `cloned`: another guest reads through its first image. `old`: what is known was read ten minutes ago.
 */
export type Circumstance = 'none' | 'saved' | 'held' | 'full' | 'cloned' | 'old'

/** Brings one about, or none: a guest that is off has no memory to save. Most histories have none. */
export async function bringAbout(lab: LibvirtLab, grown: Grown, random: Random): Promise<Circumstance> {
  const wanted = random.pick<Circumstance>([
    ...Array.from({ length: 14 }, () => 'none' as const),
    ...(['saved', 'held', 'full', 'cloned', 'cloned', 'old'] as const),
  ])
  if (wanted === 'saved') {
    const { code } = await lab.virsh('managedsave', grown.guest.uuid)
    return code === 0 ? 'saved' : 'none'
  }
  if (wanted !== 'cloned') return wanted
  const [disk] = grown.guest.disks
  if (grown.kind === 'internal' || grown.sibling !== null || disk === undefined) return 'none'
  grown.sibling = await lab.defineGuest({
    name: `${grown.guest.name}-clone`,
    disks: [{ format: 'qcow2', sizeMiB: 2048, backing: { file: disk.file, format: 'qcow2' } }],
  })
  return 'cloned'
}

/** The world with what only Snapwarden knows of a circumstance. */
export function under(circumstance: Circumstance, world: PlanWorld): PlanWorld {
  if (circumstance === 'full') {
    return { ...world, storages: world.storages.map(withoutRoom) }
  }
  if (circumstance !== 'held') return world
  const hold = { by: 'somebody', note: '' }
  const guests = world.guests.map((guest) => ({
    ...guest,
    snapshots: guest.snapshots.map((snapshot) => ({ ...snapshot, hold })),
  }))
  return { ...world, guests }
}

const withoutRoom = (storage: PlanStorage): PlanStorage => ({
  ...storage,
  known: { ...storage.known, facts: { ...storage.known.facts, availableBytes: 0 } },
})

/** When it is asked, in a world read at `readAt`. */
export const askedAt = (circumstance: Circumstance, readAt: Instant): Instant =>
  circumstance === 'old' ? instantAt(epochMillis(readAt) + 10 * MINUTE) : readAt
