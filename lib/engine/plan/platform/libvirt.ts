/**
 * libvirt with QEMU. Sources: the recorded matrix of 9.0.0 and 11.3.0 and the driver's own validation. Snapshots are
 * internal (inside a qcow2 image) or external (an overlay above a frozen image); deleting an external one commits its
 * overlay into what it froze, and only along the chain the guest runs on.
 */
import type { Snapshot } from '@/lib/domain/snapshot'
import { type Context, storageOfDisk } from '../context'
import { refusal } from '../draft'
import { layersOf } from '../layers'
import { deleteExternal } from './libvirt-external'
import { isMixed, mixing, powerAfter } from './libvirt-facts'
import { deleteInternal, rolledBackInside } from './libvirt-internal'
import { rollbackExternal } from './libvirt-rollback'
import type { GuestState, PlatformRules, RollbackEffect } from './rules'

export const libvirtRules: PlatformRules = {
  reach: () => 'any',
  startState,
  deleteOne(context, state, snapshot) {
    if (isMixed(context)) return { ok: false, refusals: [mixing('snapshot.delete')] }
    return snapshot.kind === 'internal'
      ? deleteInternal(context, state, snapshot)
      : deleteExternal(context, state, snapshot)
  },
  rollback(context, state, snapshot, startAfter) {
    const refusals = [
      ...(isMixed(context) ? [mixing(snapshot.kind === 'internal' ? 'rollback.internal' : 'rollback.external')] : []),
      ...savedMemoryRefusals(context, snapshot),
    ]
    if (refusals.length > 0) return { ok: false, refusals }
    return snapshot.kind === 'internal'
      ? { ok: true, effect: rollbackInternal(context, state, snapshot, startAfter) }
      : rollbackExternal(context, state, snapshot, startAfter)
  },
}

function startState(context: Context): GuestState {
  return {
    tree: context.tree,
    power: context.known.facts.power,
    layers: new Map(context.disks.map((disk) => [disk.target, layersOf(disk)])),
    gone: new Set(),
  }
}

/** Saved memory would be put upon disks it does not belong to at the next start; not every libvirt refuses that. */
function savedMemoryRefusals(context: Context, snapshot: Snapshot) {
  if (context.known.facts.managedSave !== true || snapshot.memory === 'saved') return []
  const feature = snapshot.kind === 'internal' ? 'rollback.internal' : 'rollback.external'
  return [
    refusal(
      'no-saved-memory',
      'guard',
      { code: 'unsupported', feature, because: { cause: 'managed-save' } },
      { instead: [{ do: 'repair', guestId: context.guest.id, repair: { fix: 'discard-saved-memory' } }] },
    ),
  ]
}

/** Data goes back inside the image; what today's state alone held there is freed. */
function rollbackInternal(
  context: Context,
  state: GuestState,
  snapshot: Snapshot,
  startAfter: boolean,
): RollbackEffect {
  const then = new Set(snapshot.disks.map(({ name }) => name))
  const concerned = context.disks.filter((disk) =>
    snapshot.disks.some(({ name, mode }) => name === disk.target && mode === 'internal'),
  )
  return {
    power: powerAfter(snapshot, startAfter),
    moves: concerned.flatMap((disk) => {
      const storage = storageOfDisk(context, disk)
      return storage === null ? [] : [rolledBackInside(disk, storage, state.gone)]
    }),
    leftActive: [],
    untouchedDisks: snapshot.disks.flatMap(({ name, mode }) => (mode === 'excluded' ? [name] : [])),
    detachedDisks: context.disks.flatMap(({ target }) => (then.has(target) ? [] : [target])),
    restoresConfiguration: true,
    restoresTags: false,
    touches: [],
  }
}
