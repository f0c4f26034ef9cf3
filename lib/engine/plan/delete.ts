/** Deleting snapshots of one guest: today's data stays, the ways back go, in an order the platform accepts. */
import type { Condition, SingleIntent } from '@/lib/domain/plan'
import type { Snapshot } from '@/lib/domain/snapshot'
import { epochMillis } from '@/lib/domain/units'
import { type Context, oursOf, snapshotById, snapshotRef, storageOfFile, storageRef } from './context'
import {
  addMoves,
  addStep,
  all,
  type Draft,
  emptyDraft,
  type Refusal,
  refusal,
  sortedNames,
  stillThisGuest,
} from './draft'
import { filesOf } from './layers'
import { compareText } from './order'
import type { DeleteEffect, GuestState } from './platform/rules'
import { rulesOf } from './platform/rules-of'
import { exactly, UNBOUNDED } from './ranges'
import { spaceMove } from './space'
import { childrenOf, descendantsOf, livePath, nameIn, predict, type TreeState } from './tree-state'

type DeleteIntent = Extract<SingleIntent, { do: 'delete' }>

/** Plans the deletions; children named for deletion too become part of the intent, so that nothing is left to choose. */
export function planDelete(context: Context, intent: DeleteIntent): Draft {
  const state = rulesOf(context.connection.kind).startState(context)
  const draft = emptyDraft(intent, predict(state.tree, state.power))
  const named = [...new Set(intent.snapshotIds)].map((id) => ({ id, found: snapshotById(context, id) }))
  for (const { id, found } of named) {
    if (found === null) draft.refusals.push(notThere(id))
    else if (found.snapshot.unmanaged) draft.refusals.push(noEntry(context, found.snapshot))
  }
  const chosen = named.flatMap(({ found }) => (found === null || found.snapshot.unmanaged ? [] : [found.snapshot]))
  const below =
    intent.children === 'delete'
      ? descendantsOf(
          state.tree,
          chosen.map(({ nativeId }) => nativeId),
        )
      : []
  const ids = new Set([...chosen.map(({ nativeId }) => nativeId), ...below])
  const doomed = context.snapshots.filter(({ nativeId }) => ids.has(nativeId))
  const resolved = doomed.flatMap((snapshot) => oursOf(context, snapshot)?.id ?? []).sort(compareText)
  draft.intent = { ...intent, snapshotIds: resolved.length > 0 ? resolved : intent.snapshotIds }
  draft.items = doomed.length
  deleteInto(context, draft, state, doomed)
  return draft
}

/** Adds the deletions to a draft and returns the guest as it is then; refused ones are told in the draft. */
export function deleteInto(context: Context, draft: Draft, start: GuestState, doomed: readonly Snapshot[]): GuestState {
  const rules = rulesOf(context.connection.kind)
  const waiting = preferredOrder(start.tree, doomed)
  let state = start
  while (waiting.length > 0) {
    const tried: Refusal[][] = []
    let done = false
    for (const [position, snapshot] of waiting.entries()) {
      const outcome = rules.deleteOne(context, state, snapshot)
      if (!outcome.ok) {
        tried.push(outcome.refusals)
        continue
      }
      addDeletion(context, draft, state, snapshot, outcome.effect)
      state = outcome.effect.after
      waiting.splice(position, 1)
      done = true
      break
    }
    if (!done) {
      draft.refusals.push(...tried.flat())
      break
    }
  }
  draft.predicted = predict(state.tree, state.power)
  draft.keeps.push(
    { guestId: context.guest.id, kind: 'current-data', name: context.ref.name },
    ...sortedNames([...state.tree.nodes.values()].map(({ name }) => name)).map((name) => ({
      guestId: context.guest.id,
      kind: 'snapshot' as const,
      name,
    })),
  )
  return state
}

/**
 * Beside the live chain leaves go first, since what stands on them forbids it. Along the live chain the oldest goes
 * first: its overlay is folded into the base once, where starting at the newest would copy the same blocks down again
 * with every further snapshot.
 */
function preferredOrder(tree: TreeState, doomed: readonly Snapshot[]): Snapshot[] {
  const live = new Map(livePath(tree).map((id, index) => [id, index]))
  const depth = depthsOf(tree)
  const rank = (snapshot: Snapshot): number => depth.get(snapshot.nativeId) ?? 0
  return [...doomed].sort((a, b) => {
    const [liveA, liveB] = [live.get(a.nativeId), live.get(b.nativeId)]
    if ((liveA === undefined) !== (liveB === undefined)) return liveA === undefined ? -1 : 1
    if (liveA !== undefined && liveB !== undefined) return liveB - liveA
    return rank(b) - rank(a) || ageOf(a) - ageOf(b) || compareText(a.nativeId, b.nativeId)
  })
}

const ageOf = ({ createdAt }: Snapshot): number =>
  createdAt === null ? Number.MAX_SAFE_INTEGER : epochMillis(createdAt)

function depthsOf(tree: TreeState): Map<string, number> {
  const depths = new Map<string, number>()
  const roots = [...tree.nodes.values()].filter(({ parent }) => parent === null)
  let level = roots.map(({ id }) => id)
  const byParent = new Map<string, string[]>()
  for (const { id, parent } of tree.nodes.values()) {
    if (parent !== null) byParent.set(parent, [...(byParent.get(parent) ?? []), id])
  }
  for (let depth = 0; level.length > 0; depth += 1) {
    for (const id of level) depths.set(id, depth)
    level = level.flatMap((id) => (byParent.get(id) ?? []).filter((child) => !depths.has(child)))
  }
  return depths
}

function addDeletion(
  context: Context,
  draft: Draft,
  state: GuestState,
  snapshot: Snapshot,
  effect: DeleteEffect,
): void {
  const { guest } = context
  const named = { name: snapshot.name, ...(snapshot.nativeId === snapshot.name ? {} : { nativeId: snapshot.nativeId }) }
  const touched = new Set(effect.merges.filter(({ direction }) => direction === 'commit').map(({ disk }) => disk))
  const step = addStep(context, draft, {
    what: `delete-${snapshot.name}`,
    command: {
      do: 'snapshot.delete',
      guest: context.ref,
      snapshot: snapshotRef(context, snapshot),
      children: 'keep',
      how: 'whole',
    },
    before: all(
      stillThisGuest(context),
      { holds: 'snapshot-complete', ...named },
      ...(touched.size > 0 ? [sameActivity(state)] : []),
      ...[...touched].map((target) => chainIs(state, target)),
    ),
    after: all(
      { holds: 'snapshot-absent', ...named },
      ...childrenOf(state.tree, snapshot.nativeId).map(
        (child): Condition => ({
          holds: 'snapshot-parent',
          name: child.name,
          parentName: nameIn(effect.after.tree, effect.after.tree.nodes.get(child.id)?.parent ?? null),
        }),
      ),
      ...effect.gone.map(({ target, files }): Condition => ({ holds: 'chain-lacks', target, files })),
      leavesNothing(context, snapshot),
    ),
    storages: storagesOf(effect),
    moves: effect.copies,
  })
  for (const merge of effect.merges) draft.merges.push({ guestId: guest.id, ...merge })
  addMoves(draft, step, effect.moves)
  draft.touches.push(...effect.touches)
  draft.losses.push({
    kind: 'way-back',
    guestId: guest.id,
    name: snapshot.name,
    bytes: null,
    detail: { createdAt: snapshot.createdAt, memory: snapshot.memory === 'saved' },
  })
  if (effect.downtime !== 'none') draft.downtime = effect.downtime
  for (const file of effect.leaks) removeLeak(context, draft, file)
}

/** 9.0 leaves saved memory behind: nothing needs the file, and nobody would look for it. */
function removeLeak(context: Context, draft: Draft, file: string): void {
  const storage = storageOfFile(context, file)
  if (storage === null) return
  const volume = storage.known.volumes.value?.find(({ path }) => path === file)
  const step = addStep(context, draft, {
    what: 'remove-memory-file',
    command: { do: 'volume.delete', storage: storageRef(storage), volume: volume?.name ?? file, path: file },
    before: stillThisGuest(context),
    proof: 'act',
    onFail: 'continue',
  })
  const bytes = volume?.allocatedBytes ?? null
  addMoves(draft, step, [spaceMove(storage, { gives: bytes === null ? UNBOUNDED : exactly(bytes) })])
}

const storagesOf = ({ moves, copies }: DeleteEffect) =>
  copies !== null && copies.max === 0 ? [] : [...new Set(moves.map(({ storage }) => storage.id))].sort(compareText)

/** What runs merges by itself; what is off is merged by a QEMU that libvirt starts for it. They differ by version. */
const sameActivity = (state: GuestState): Condition => ({
  holds: 'power',
  in: state.power === 'stopped' ? ['stopped'] : ['running', 'paused', 'suspended'],
})

function chainIs(state: GuestState, target: string): Condition {
  const layers = state.layers.get(target)
  return layers == null ? { holds: 'always' } : { holds: 'chain-is', target, files: filesOf(layers) }
}

/** Where images can be looked into, data left behind without its metadata is seen, and the step is not done. */
function leavesNothing(context: Context, snapshot: Snapshot): Condition | null {
  const isReadable = context.known.snapshots.value?.imagesUnread === undefined
  return context.connection.kind === 'libvirt' && snapshot.kind === 'internal' && isReadable
    ? { holds: 'no-unmanaged', name: snapshot.name }
    : null
}

const notThere = (id: string): Refusal =>
  refusal('snapshot-still-there', 'hypervisor', { code: 'missing', what: 'snapshot', name: id })

/** Data without metadata is no snapshot of the hypervisor: it cannot delete it, the doctor can. */
function noEntry(context: Context, snapshot: Snapshot): Refusal {
  const disk = snapshot.disks[0]?.name
  const why = { code: 'incomplete-target', snapshot: snapshot.name, state: 'unmanaged' } as const
  const repair = disk === undefined ? [] : [{ fix: 'delete-data', disk, name: snapshot.name } as const]
  return refusal('target-complete', 'hypervisor', why, {
    instead: repair.map((each) => ({ do: 'repair', guestId: context.guest.id, repair: each })),
  })
}
