/**
 * Going back to an external snapshot of libvirt (9.9 and newer): every disk gets a fresh overlay above what was frozen,
 * and the overlays of today's state since its own snapshot are removed. Other snapshots stay, as a side branch.
 */
import type { Snapshot } from '@/lib/domain/snapshot'
import { type Context, storageOfFile } from '../context'
import { type Refusal, refusal } from '../draft'
import { EMPTY_OVERLAY, readFilesOf } from '../layers'
import { spaceMove } from '../space'
import { nameIn } from '../tree-state'
import { chainChanged, needsVersion, powerAfter, reachesGate } from './libvirt-facts'
import type { GuestState, Outcome, RollbackEffect } from './rules'

export function rollbackExternal(
  context: Context,
  state: GuestState,
  snapshot: Snapshot,
  startAfter: boolean,
): Outcome<RollbackEffect> {
  const gate = reachesGate(context, 'externalBranches')
  if (gate !== true) return { ok: false, refusals: [withFork(context, snapshot)] }
  const current = nameIn(state.tree, state.tree.current)
  if (current === null) {
    // libvirt then looks into a current snapshot that is not there.
    const why = { code: 'current-unknown', guest: context.ref.name } as const
    return { ok: false, refusals: [refusal('supported', 'guard', why, { verdict: 'unknown' })] }
  }
  const then = new Set(snapshot.disks.map(({ name }) => name))
  const effect: RollbackEffect = {
    power: powerAfter(snapshot, startAfter),
    moves: [],
    leftActive: [],
    untouchedDisks: snapshot.disks.flatMap(({ name, mode }) => (mode === 'excluded' ? [name] : [])),
    detachedDisks: context.disks.flatMap(({ target }) => (then.has(target) ? [] : [target])),
    restoresConfiguration: true,
    restoresTags: false,
    touches: [],
  }
  // Disks added later are no longer the guest's, and a disk the snapshot left out has no image of then to leave.
  const covered = new Set(snapshot.disks.flatMap(({ name, mode }) => (mode === 'external' ? [name] : [])))
  for (const { target } of context.disks.filter((disk) => covered.has(disk.target))) {
    const disk = state.layers.get(target)
    const active = disk?.layers[0]
    if (disk == null || active === undefined) continue
    // Laid above today's overlay by other hands: libvirt would remove the wrong image and leave this one behind.
    if (active.madeBy !== null && active.madeBy !== current) {
      return { ok: false, refusals: [chainChanged('rollback.external', target, 'guard')] }
    }
    const isLaidByHand = active.madeBy === null && disk.layers.length > 1 && isUnexplained(context, target)
    if (isLaidByHand) {
      const merge = { do: 'merge', guestId: context.guest.id, disk: target } as const
      return { ok: false, refusals: [{ ...chainChanged('rollback.external', target, 'guard'), instead: [merge] }] }
    }
    effect.leftActive.push({ target, file: active.file })
    const storage = storageOfFile(context, active.file)
    const removed = active.madeBy === current
    // An overlay this plan made itself has no other readers yet.
    if (removed && active.first >= 0)
      effect.touches.push({
        file: active.file,
        chain: [active.file, ...readFilesOf(disk)],
        disk: target,
        intent: 'removed',
      })
    if (storage !== null) {
      effect.moves.push(
        spaceMove(storage, removed ? { takes: EMPTY_OVERLAY, gives: active.held } : { takes: EMPTY_OVERLAY }),
      )
    }
  }
  return { ok: true, effect }
}

const isUnexplained = (context: Context, target: string): boolean =>
  context.disks.find((disk) => disk.target === target)?.chain?.[0]?.unexplained ?? false

/** What 9.0 lacks is not emulated in place; a new guest over the frozen images is the way to the old state. */
function withFork(context: Context, snapshot: Snapshot): Refusal {
  const ours = context.guest.snapshots.find(({ nativeId }) => nativeId === snapshot.nativeId)
  const why = needsVersion(context, 'rollback.external', 'externalBranches')
  if (ours === undefined || snapshot.unmanaged || snapshot.incomplete) return why
  const repair = { fix: 'fork', snapshotId: ours.id, as: `${context.ref.name}-${snapshot.name}` } as const
  return { ...why, instead: [{ do: 'repair', guestId: context.guest.id, repair }] }
}
