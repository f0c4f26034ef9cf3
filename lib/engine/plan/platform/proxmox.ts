/**
 * Proxmox VE. Snapshots are the storage's own; one tree per guest, children hang onto their grandparent when a parent
 * goes. Rollback puts the whole configuration back, tags and protection included, stops a running guest and, with saved
 * memory, resumes it. ZFS and volume chains go back to the newest snapshot only.
 */
import type { Disk, Snapshot } from '@/lib/domain/snapshot'
import type { ByteRange } from '@/lib/domain/units'
import { type Context, storageOfDisk } from '../context'
import { type Refusal, refusal } from '../draft'
import { add, NOTHING, UNBOUNDED, upTo } from '../ranges'
import { type SpaceMove, spaceMove } from '../space'
import { withoutSnapshot } from '../tree-state'
import type { DeleteEffect, PlatformRules } from './rules'

export const proxmoxRules: PlatformRules = {
  reach: ({ known }) => {
    const support = known.capabilities['rollback.internal']
    return support.ok ? (support.limits?.reach ?? 'any') : 'any'
  },
  startState: (context) => ({
    tree: context.tree,
    power: context.known.facts.power,
    layers: new Map(),
    gone: new Set(),
  }),
  deleteOne(context, state, snapshot) {
    const concerned = disksOf(context, snapshot)
    const effect: DeleteEffect = {
      after: { ...state, tree: withoutSnapshot(state.tree, snapshot.nativeId) },
      merges: [],
      moves: [],
      copies: NOTHING,
      touches: [],
      gone: [],
      leaks: [],
      downtime: 'none',
    }
    for (const disk of concerned) {
      const freed = freedOn(context, disk)
      effect.merges.push({ disk: disk.target, layers: [snapshot.name], into: freed.into, direction: freed.direction })
      if (freed.move !== null) effect.moves.push(freed.move)
      effect.copies = effect.copies === null || freed.copies === null ? null : add(effect.copies, freed.copies)
    }
    return { ok: true, effect }
  },
  rollback(context, _state, snapshot, startAfter) {
    const refusals = supportRefusals(context)
    if (refusals.length > 0) return { ok: false, refusals }
    // Where the list names no disks, nothing is claimed of any.
    const then = new Set(snapshot.disks.map(({ name }) => name))
    const isOf = (target: string): boolean => then.size === 0 || then.has(target)
    return {
      ok: true,
      effect: {
        power: snapshot.memory === 'saved' || startAfter ? 'running' : 'stopped',
        moves: context.disks.flatMap((disk) => {
          const storage = storageOfDisk(context, disk)
          return storage === null || !isOf(disk.target) ? [] : [spaceMove(storage, { gives: UNBOUNDED })]
        }),
        leftActive: [],
        untouchedDisks: snapshot.disks.flatMap(({ name, mode }) => (mode === 'excluded' ? [name] : [])),
        detachedDisks: context.disks.flatMap(({ target }) => (isOf(target) ? [] : [target])),
        restoresConfiguration: true,
        restoresTags: true,
        touches: [],
      },
    }
  },
}

function supportRefusals({ known }: Context): Refusal[] {
  const support = known.capabilities['rollback.internal']
  return support.ok ? [] : [refusal('supported', 'hypervisor', support.why)]
}

/** Disks the snapshot holds; where it names none, all of the guest's. */
function disksOf(context: Context, snapshot: Snapshot): readonly Disk[] {
  const named = new Set(snapshot.disks.flatMap(({ name, mode }) => (mode === 'excluded' ? [] : [name])))
  return named.size === 0 ? context.disks : context.disks.filter(({ target }) => named.has(target))
}

/** Storages that keep a guest's snapshots inside its qcow2 file. */
const FILE_STORAGE = new Set(['dir', 'nfs', 'cifs', 'glusterfs'])
/** Block storages that themselves keep snapshots; nothing tells what one of them holds. */
const OWN_SNAPSHOTS = new Set(['zfspool', 'zfs', 'lvmthin', 'rbd', 'btrfs', 'cephfs'])

type Freed = {
  into: string
  direction: 'inside-image' | 'storage'
  move: SpaceMove | null
  copies: ByteRange | null
}

/**
 * qcow2: clusters become free inside the file, and reach the storage only where the guest's disk discards. Thin and
 * copy-on-write storages give back at once, how much nobody tells. A volume chain copies: at most the whole disk.
 */
function freedOn(context: Context, disk: Disk): Freed {
  const storage = storageOfDisk(context, disk)
  const image = disk.chain?.[0]?.file ?? disk.target
  const name = storage?.known.facts.name ?? image
  const most = upTo(disk.virtualBytes)
  const type = storage?.known.facts.type ?? ''
  if (OWN_SNAPSHOTS.has(type)) {
    const move = storage === null ? null : spaceMove(storage, { gives: UNBOUNDED })
    return { into: name, direction: 'storage', move, copies: NOTHING }
  }
  if (FILE_STORAGE.has(type) && !isVolumeChain(context, disk)) {
    const held = upTo(disk.chain?.[0]?.allocatedBytes ?? disk.virtualBytes)
    const move = storage === null ? null : spaceMove(storage, { gives: held, insideImages: held })
    return { into: image, direction: 'inside-image', move, copies: NOTHING }
  }
  const move = storage === null ? null : spaceMove(storage, { takes: most, gives: UNBOUNDED, bound: 'virtual-size' })
  return { into: name, direction: 'storage', move, copies: most.max === null ? null : most }
}

/** A file storage of which only the newest snapshot can be gone back to keeps one volume a snapshot. */
const isVolumeChain = ({ known }: Context, disk: Disk): boolean => {
  const support = known.capabilities['rollback.internal']
  const newestOnly = support.ok && support.limits?.reach === 'newest-only'
  return newestOnly && disk.format === 'qcow2'
}
