/** Internal snapshots of libvirt: they share clusters inside the guest's own image, and go in any order. */
import type { Snapshot, SnapshotDisk } from '@/lib/domain/snapshot'
import type { ByteRange } from '@/lib/domain/units'
import { KIB } from '@/lib/domain/units'
import { type Context, storageOfDisk } from '../context'
import { exactly, NOTHING, UNBOUNDED, upTo, widened } from '../ranges'
import { type SpaceMove, spaceMove } from '../space'
import { withoutSnapshot } from '../tree-state'
import { chainChanged, reachesGate } from './libvirt-facts'
import { type DeleteEffect, freedInside, type GuestState, type Outcome } from './rules'

/** Local file systems: QEMU punches freed clusters out of the file (recorded on ext4, running and off). */
export const PUNCHES_HOLES = new Set(['dir', 'fs'])

/** Tables are written before others are freed, and punched ranges round to file-system blocks (64 to 256 KiB seen). */
export const TABLES_SLACK = 512 * KIB

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
        : exactly(freedInside(disk.heldInside, before, after))
    const punches = PUNCHES_HOLES.has(storage.known.facts.type)
    const spread = widened(inside, Math.max(TABLES_SLACK, Math.round(inside.min * 0.05)))
    const gives = punches ? spread : upTo(spread.max)
    return [spaceMove(storage, { takes: upTo(TABLES_SLACK), insideImages: inside, gives })]
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
