/** Internal snapshots of libvirt: they share clusters inside the guest's own image, and go in any order. */
import type { PlanStorage } from '@/lib/domain/plan-world'
import type { Disk, Snapshot, SnapshotDisk } from '@/lib/domain/snapshot'
import { type ByteRange, type Bytes, KIB } from '@/lib/domain/units'
import { type Context, storageOfDisk } from '../context'
import { exactly, NOTHING, UNBOUNDED, upTo, widened } from '../ranges'
import { type SpaceMove, spaceMove } from '../space'
import { withoutSnapshot } from '../tree-state'
import { chainChanged, reachesGate } from './libvirt-facts'
import { type DeleteEffect, freedInside, type GuestState, type Outcome } from './rules'

/** Local file systems: QEMU punches freed clusters out of the file (recorded on ext4, running and off). */
const PUNCHES_HOLES = new Set(['dir', 'fs'])

/** Tables of a snapshot are freed with it; the punched ranges round to file-system blocks. */
const TABLES_SLACK = 512 * KIB

/** Told by tables, which a running guest is ahead of. */
const upwards = (bytes: Bytes, { heldSlack = 0 }: Disk): ByteRange => ({ min: bytes, max: bytes + heldSlack })

/** Tables are copied before they change; the old ones go. */
const TABLES = upTo(TABLES_SLACK)

/** What taking one writes on a disk beside the memory: its own copy of the map's root, and the list of snapshots. */
export const TAKEN_INSIDE = TABLES

/** What today's state alone holds goes; how much that is the image's tables tell while no earlier step changed them. */
export function rolledBackInside(disk: Disk, storage: PlanStorage, gone: ReadonlySet<string>): SpaceMove {
  const most = upTo(disk.chain?.[0]?.allocatedBytes ?? disk.virtualBytes)
  const inside = disk.heldByNow === undefined || gone.size > 0 ? most : upwards(disk.heldByNow, disk)
  const spread = widened(inside, Math.max(TABLES_SLACK, Math.round(inside.min * 0.05)))
  const gives = PUNCHES_HOLES.has(storage.known.facts.type) ? spread : { min: 0, max: spread.max }
  return spaceMove(storage, { takes: TABLES, insideImages: inside, gives })
}

export function deleteInternal(context: Context, state: GuestState, snapshot: Snapshot): Outcome<DeleteEffect> {
  const inside = snapshot.disks.filter(({ mode }) => mode === 'internal')
  const isActive = state.power !== 'stopped'
  // Running, QEMU removes it from the image it writes to: with an overlay laid above, that is the wrong one.
  const covered = inside.find((disk) => isCovered(context, disk))
  if (covered !== undefined && isActive) {
    const by = reachesGate(context, 'externalBranches') === true ? 'hypervisor' : 'guard'
    return { ok: false, refusals: [chainChanged('snapshot.delete', covered.name, by)] }
  }
  const gone = new Set([...state.gone, snapshot.name])
  const moves = freedMoves(context, snapshot, state.gone, gone)
  return {
    ok: true,
    effect: {
      after: { ...state, tree: withoutSnapshot(state.tree, snapshot.nativeId), gone },
      merges: inside.map(({ name }) => ({
        disk: name,
        layers: [snapshot.name],
        into: context.disks.find(({ target }) => target === name)?.chain?.[0]?.file ?? name,
        direction: 'inside-image' as const,
      })),
      moves,
      copies: NOTHING,
      touches: [],
      gone: [],
      leaks: [],
      downtime: isActive ? 'stun' : 'none',
    },
  }
}

/** The snapshot lies in another image than the active one; where that is not told, an overlay made by hand tells it. */
function isCovered(context: Context, { name, frozen }: SnapshotDisk): boolean {
  const active = context.disks.find((disk) => disk.target === name)?.chain?.[0]
  if (active === undefined) return false
  return frozen == null ? active.unexplained : frozen !== active.file
}

/** What becomes free, per disk: clusters inside its image, and as holes in the storage where those can be punched. */
function freedMoves(
  context: Context,
  snapshot: Snapshot,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): SpaceMove[] {
  const concerned = context.disks.filter(({ target }) =>
    snapshot.disks.some(({ name, mode }) => name === target && mode === 'internal'),
  )
  return concerned.flatMap((disk, position) => {
    const storage = storageOfDisk(context, disk)
    if (storage === null) return []
    const inside =
      disk.heldInside === undefined
        ? freedByLabel(snapshot, position, disk.chain?.[0]?.allocatedBytes ?? disk.virtualBytes)
        : upwards(freedInside(disk.heldInside, before, after), disk)
    const punches = PUNCHES_HOLES.has(storage.known.facts.type)
    const spread = widened(inside, Math.max(TABLES_SLACK, Math.round(inside.min * 0.05)))
    const gives = punches ? spread : { min: 0, max: spread.max }
    return [spaceMove(storage, { takes: TABLES, insideImages: inside, gives })]
  })
}

/** The snapshot's own figure covers all its disks: it is counted at the first one. */
function freedByLabel({ size }: Snapshot, position: number, most: number | null): ByteRange {
  if (position > 0 && size.bytes !== null && size.confidence === 'exact') return NOTHING
  if (size.bytes === null || size.confidence === 'unknown' || size.confidence === 'estimate') return upTo(most)
  if (position > 0) return upTo(most)
  switch (size.confidence) {
    case 'exact':
      return exactly(size.bytes)
    case 'at-most':
      return upTo(size.bytes)
    case 'at-least':
      return most === null ? { ...UNBOUNDED, min: size.bytes } : { min: Math.min(size.bytes, most), max: most }
  }
}
