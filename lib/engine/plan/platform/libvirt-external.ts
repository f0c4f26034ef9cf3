/** Deleting an external snapshot of libvirt: what its driver would refuse, and what becomes of files and bytes. */

import type { Intent } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { Snapshot } from '@/lib/domain/snapshot'
import type { ByteRange } from '@/lib/domain/units'
import { type Context, oursOf, storageOfFile } from '../context'
import { type Refusal, refusal, sortedNames, type Touch } from '../draft'
import { committed, EMPTY_OVERLAY, growthOf, type Layers, movedBy, readFilesOf } from '../layers'
import { add, exactly, NOTHING, UNBOUNDED } from '../ranges'
import { type SpaceMove, spaceMove } from '../space'
import { childrenOf, livePath, withoutSnapshot } from '../tree-state'
import { chainChanged, needsVersion, reachesGate } from './libvirt-facts'
import type { DeleteEffect, GuestState, Outcome } from './rules'

export function deleteExternal(context: Context, state: GuestState, snapshot: Snapshot): Outcome<DeleteEffect> {
  const branches = reachesGate(context, 'externalBranches')
  const refusals = treeRefusals(context, state, snapshot, branches)
  if (refusals.length > 0) return { ok: false, refusals }
  const isLive = livePath(state.tree).includes(snapshot.nativeId)
  return isLive ? mergeDown(context, state, snapshot, branches === true) : removeLeaf(context, state, snapshot)
}

/** What the place in the tree decides, as libvirt validates it. */
function treeRefusals(context: Context, state: GuestState, snapshot: Snapshot, branches: boolean | null): Refusal[] {
  if (reachesGate(context, 'deleteExternal') !== true || branches === null) {
    return [needsVersion(context, 'snapshot.delete', 'deleteExternal')]
  }
  // Whether it merges down or removes the image below depends on where the guest stands.
  if (state.tree.currentUnknown) {
    const why = { code: 'current-unknown', guest: context.ref.name } as const
    return [refusal('supported', 'guard', why, { verdict: 'unknown' })]
  }
  const path = livePath(state.tree)
  const children = childrenOf(state.tree, snapshot.nativeId)
  const isCurrent = state.tree.current === snapshot.nativeId
  const isLive = path.includes(snapshot.nativeId)
  const isInTheWay = isCurrent || !isLive ? children.length > 0 : children.length > 1
  // 9.0 makes no branches; where somebody made one by hand, what it would do is not recorded.
  if (isInTheWay)
    return [{ ...childrenInTheWay(context, state, snapshot, path), by: branches ? 'hypervisor' : 'guard' }]
  if (!isLive && !branches) {
    const disk = snapshot.disks.find(({ mode }) => mode === 'external')?.name ?? '—'
    return [chainChanged('snapshot.delete', disk, 'guard')]
  }
  return state.power === 'stopped' && !branches ? offlineRefusals(context, state, snapshot) : []
}

/** The way out is to delete what stands on it beside the live chain, together with it. */
function childrenInTheWay(context: Context, state: GuestState, snapshot: Snapshot, path: readonly string[]): Refusal {
  const side = childrenOf(state.tree, snapshot.nativeId).filter(({ id }) => !path.includes(id))
  const below = sideTree(
    state,
    side.map(({ id }) => id),
  )
  const ids = [...below, snapshot.nativeId].flatMap(
    (nativeId) => context.guest.snapshots.find((each) => each.nativeId === nativeId)?.id ?? [],
  )
  return refusal(
    'children-handled',
    'hypervisor',
    { code: 'children-in-the-way', snapshot: snapshot.name, children: sortedNames(side.map(({ name }) => name)) },
    { instead: [{ do: 'delete', guestId: context.guest.id, snapshotIds: ids, children: 'keep' }] },
  )
}

function sideTree(state: GuestState, ids: readonly string[]): string[] {
  return ids.flatMap((id) => [
    ...sideTree(
      state,
      childrenOf(state.tree, id).map((child) => child.id),
    ),
    id,
  ])
}

/**
 * Off, 9.0 merges only what its own configuration of the guest names: the active image always (also one that became it
 * because the one above was merged away before), others as long as it remembers them from snapshots taken while the
 * guest ran (39 combinations run).
 */
function offlineRefusals(context: Context, state: GuestState, snapshot: Snapshot): Refusal[] {
  const why = { code: 'unsupported', feature: 'snapshot.delete', because: { cause: 'guest-off' } } as const
  for (const { name: target } of snapshot.disks.filter(({ mode }) => mode === 'external')) {
    const layers = state.layers.get(target)?.layers ?? []
    const layer = layers.find(({ madeBy }) => madeBy === snapshot.name)
    const named = context.disks.find((disk) => disk.target === target)?.namedImages
    const evidence = { disk: target, named: named ?? null }
    if (layer === undefined || layer === layers[0] || (named !== undefined && layer.last < named)) continue
    return [
      refusal('supported', named === undefined ? 'guard' : 'hypervisor', why, {
        evidence,
        verdict: named === undefined ? 'unknown' : 'block',
      }),
    ]
  }
  return []
}

/** Commits the overlay that was made at the snapshot into what the snapshot froze, on every disk at once. */
function mergeDown(
  context: Context,
  state: GuestState,
  snapshot: Snapshot,
  removesMemory: boolean,
): Outcome<DeleteEffect> {
  const layers = new Map(state.layers)
  const effect: DeleteEffect = {
    after: state,
    merges: [],
    moves: [],
    copies: NOTHING,
    touches: [],
    gone: [],
    leaks: [],
    downtime: 'none',
  }
  const takes: SpaceMove[] = []
  const gives: SpaceMove[] = []
  for (const { name: target } of snapshot.disks.filter(({ mode }) => mode === 'external')) {
    const found = overlayOf(context, state, snapshot, target)
    if (!found.ok) return found
    const { disk, at } = found.effect
    const [overlay, base] = [disk.layers[at], disk.layers[at + 1]]
    if (overlay === undefined || base === undefined) {
      return { ok: false, refusals: [chainChanged('snapshot.delete', target, 'hypervisor')] }
    }
    const chain = readFilesOf(disk)
    const next = committed(disk, at)
    layers.set(target, next)
    effect.merges.push({ disk: target, layers: [overlay.file], into: base.file, direction: 'commit' })
    effect.copies = add(effect.copies ?? NOTHING, movedBy(disk, at))
    effect.touches.push(
      { file: base.file, chain, disk: target, intent: 'written' },
      { file: overlay.file, chain, disk: target, intent: 'removed' },
    )
    effect.gone.push({ target, files: [overlay.file], active: at === 0 ? base.file : null })
    const into = storageOfFile(context, base.file)
    const from = storageOfFile(context, overlay.file)
    const bound = overlay.held.max === null ? 'virtual-size' : 'told'
    if (into !== null) takes.push(spaceMove(into, { takes: growthOf(disk, at), bound }))
    if (from !== null) gives.push(spaceMove(from, { gives: overlay.held }))
  }
  const memory = memoryOf(context, snapshot)
  if (memory !== null && removesMemory) gives.push(memory.move)
  if (memory !== null && !removesMemory) effect.leaks.push(memory.file)
  // All disks are committed side by side, and all overlays go at the end.
  effect.moves = [...takes, ...gives]
  effect.after = { ...state, layers, tree: withoutSnapshot(state.tree, snapshot.nativeId) }
  return { ok: true, effect }
}

type Overlay = Outcome<{ disk: Layers; at: number }>

/** Where in a disk's chain the snapshot's overlay lies: the lowest image its taking, or a revert to it, made. */
function overlayOf(context: Context, state: GuestState, snapshot: Snapshot, target: string): Overlay {
  const disk = state.layers.get(target)
  if (disk === undefined) return { ok: false, refusals: [chainChanged('snapshot.delete', target, 'hypervisor')] }
  if (disk === null) {
    const why: Reason = { code: 'base-unknown', file: target, unread: [`disks ${context.ref.name}`] }
    return { ok: false, refusals: [refusal('base-not-shared', 'guard', why, { verdict: 'unknown' })] }
  }
  const at = disk.layers.findLastIndex(({ madeBy }) => madeBy === snapshot.name)
  const frozen = snapshot.disks.find(({ name }) => name === target)?.frozen ?? null
  const below = disk.layers[at + 1]
  const wasMerged = below !== undefined && below.first !== below.last
  const isOther = frozen !== null && below !== undefined && !wasMerged && below.file !== frozen
  return at < 0 || below === undefined || isOther
    ? {
        ok: false,
        refusals: [{ ...chainChanged('snapshot.delete', target, 'hypervisor'), instead: entryOnly(context, snapshot) }],
      }
    : overlayNamed(context, snapshot, target, disk, at)
}

/**
 * After a revert the overlay on the live chain is another one than the snapshot's metadata names. 11.3 keeps track of it
 * (recorded); of versions before nobody recorded whether they find it.
 */
function overlayNamed(context: Context, snapshot: Snapshot, target: string, disk: Layers, at: number): Overlay {
  const named = snapshot.disks.find(({ name }) => name === target)?.file ?? null
  const isNamed = named === null || named === disk.layers[at]?.file
  if (isNamed || reachesGate(context, 'tracksReverts') === true) return { ok: true, effect: { disk, at } }
  return { ok: false, refusals: [{ ...chainChanged('snapshot.delete', target, 'guard'), verdict: 'unknown' }] }
}

/** Nothing is left to fold: what can still go is the entry. */
function entryOnly(context: Context, snapshot: Snapshot): Intent[] {
  const ours = oursOf(context, snapshot)
  const repair = ours === null ? null : ({ fix: 'remove-entry', snapshotId: ours.id } as const)
  return repair === null ? [] : [{ do: 'repair', guestId: context.guest.id, repair }]
}

function memoryOf(context: Context, { memoryFile }: Snapshot): { file: string; move: SpaceMove } | null {
  if (memoryFile === null) return null
  const storage = storageOfFile(context, memoryFile.file)
  if (storage === null) return null
  const gives = memoryFile.bytes === null ? UNBOUNDED : exactly(memoryFile.bytes)
  return { file: memoryFile.file, move: spaceMove(storage, { gives }) }
}

/**
 * A leaf beside the live chain has no overlay any more: libvirt removes the image that holds what it saved, without
 * asking who else reads through it. So must we.
 */
function removeLeaf(context: Context, state: GuestState, snapshot: Snapshot): Outcome<DeleteEffect> {
  const frozen = snapshot.disks.filter(({ mode }) => mode === 'external')
  const unknown = frozen.find((disk) => disk.frozen == null)
  if (unknown !== undefined) {
    const why: Reason = { code: 'base-unknown', file: unknown.name, unread: [snapshot.name] }
    return { ok: false, refusals: [refusal('base-not-shared', 'guard', why, { verdict: 'unknown' })] }
  }
  const files = frozen.flatMap((disk) => (disk.frozen == null ? [] : [{ disk: disk.name, file: disk.frozen }]))
  const memory = memoryOf(context, snapshot)
  const moves = files.flatMap(({ file }) => {
    const storage = storageOfFile(context, file)
    return storage === null ? [] : [spaceMove(storage, { gives: allocatedOf(context, file) })]
  })
  return {
    ok: true,
    effect: {
      after: { ...state, tree: withoutSnapshot(state.tree, snapshot.nativeId) },
      merges: [],
      moves: memory === null ? moves : [...moves, memory.move],
      copies: NOTHING,
      touches: files.map(({ disk, file }): Touch => ({ file, chain: [file], disk, intent: 'removed' })),
      gone: [],
      leaks: [],
      downtime: 'none',
    },
  }
}

function allocatedOf(context: Context, file: string): ByteRange {
  const volume = context.index.volumesAt
    .get(file)
    ?.find(({ connectionId }) => connectionId === context.guest.connectionId)
  return volume?.allocatedBytes == null ? { min: EMPTY_OVERLAY.min, max: null } : exactly(volume.allocatedBytes)
}
