/**
 * The advisor for chains: which layers to fold, in which direction, in which order. Layers that a snapshot explains go
 * with their snapshot, or its metadata would name files that are gone; what is left are layers made by other hands.
 */
import type { Condition, Intent, SingleIntent, StepKey } from '@/lib/domain/plan'
import type { PlanStorage } from '@/lib/domain/plan-world'
import type { Reason } from '@/lib/domain/reason'
import type { Disk } from '@/lib/domain/snapshot'
import type { ByteRange } from '@/lib/domain/units'
import { type Context, diskRef, oursOf, storageOfFile, storageRef } from './context'
import { addMoves, addStep, all, type Draft, emptyDraft, refusal, stillThisGuest } from './draft'
import {
  committed,
  filesOf,
  growthOf,
  type Layers,
  layersOf,
  movedBy,
  pulled,
  pullGrowthOf,
  readFilesOf,
} from './layers'
import { add, NOTHING } from './ranges'
import { readersOf } from './readers'
import { spaceMove } from './space'
import { livePath, predict } from './tree-state'

type MergeIntent = Extract<SingleIntent, { do: 'merge' }>

export function planMerge(context: Context, intent: MergeIntent): Draft {
  const draft = emptyDraft(intent, predict(context.tree, context.known.facts.power))
  const support = context.known.capabilities['chain.merge']
  if (!support.ok) {
    draft.refusals.push(refusal('supported', 'hypervisor', support.why))
    return draft
  }
  const disks = context.disks.filter(({ target }) => intent.disk === undefined || target === intent.disk)
  for (const disk of disks) mergeDisk(context, draft, disk, intent.direction)
  draft.items = Math.max(1, draft.steps.length)
  if (draft.steps.length + draft.refusals.length + draft.touches.length === 0) {
    const why: Reason = { code: 'nothing-to-do', what: 'merge' }
    draft.refusals.push(refusal('supported', 'guard', why, { instead: deletions(context) }))
  }
  draft.keeps.push({ guestId: context.guest.id, kind: 'current-data', name: context.ref.name })
  return draft
}

/** The layers that are left belong to snapshots: deleting those is what shortens the chain. Held ones are not named. */
function deletions(context: Context): Intent[] {
  const { advisedDepth } = context.index.world.policy
  const live = livePath(context.tree).toReversed()
  const external = live.flatMap((id) =>
    context.snapshots.filter((each) => each.nativeId === id && each.kind === 'external'),
  )
  const free = external.filter((snapshot) => oursOf(context, snapshot)?.hold == null)
  const surplus = free.slice(0, Math.max(0, external.length - advisedDepth))
  const snapshotIds = surplus.flatMap((snapshot) => oursOf(context, snapshot)?.id ?? [])
  return snapshotIds.length === 0 ? [] : [{ do: 'delete', guestId: context.guest.id, snapshotIds, children: 'keep' }]
}

function mergeDisk(context: Context, draft: Draft, disk: Disk, asked: 'commit' | 'pull' | undefined): void {
  const start = layersOf(disk)
  if (start === null) {
    const why: Reason = { code: 'base-unknown', file: disk.target, unread: [`disks ${context.ref.name}`] }
    draft.refusals.push(refusal('base-not-shared', 'guard', why, { verdict: 'unknown' }))
    return
  }
  if (asked === 'pull') {
    pullAll(context, draft, disk, start)
    return
  }
  let layers = start
  // From the bottom up, so that each block is copied into its last place once.
  for (let at = layers.layers.length - 2; at >= 0; at -= 1) {
    if (!isFoldable(context, disk, layers, at)) continue
    const base = layers.layers[at + 1]
    if (base === undefined) continue
    const readers = readersOf(context, base.file, readFilesOf(layers))
    if (readers.known === 'none') layers = commit(context, draft, disk, layers, at)
    else if (asked === 'commit')
      draft.touches.push({ file: base.file, chain: readFilesOf(layers), disk: disk.target, intent: 'written' })
    else if (canPull(context, at)) layers = pull(context, draft, disk, layers, at + 1)
    else draft.touches.push({ file: base.file, chain: readFilesOf(layers), disk: disk.target, intent: 'written' })
    if (draft.touches.at(-1)?.disk === disk.target && readers.known !== 'none') return
  }
}

/** Made by other hands, and no snapshot froze it: what lies above it is not a snapshot's overlay. */
function isFoldable(context: Context, disk: Disk, { layers, read }: Layers, at: number): boolean {
  const layer = layers[at]
  const above = layers[at - 1]
  if (layer === undefined || read[layer.last]?.unexplained !== true) return false
  const isFrozen = context.snapshots.some(({ disks }) =>
    disks.some(({ name, frozen }) => name === disk.target && frozen === layer.file),
  )
  return !isFrozen && (above === undefined || above.madeBy === null)
}

/** Pulling past a snapshot's image would leave its metadata naming what is no longer in the chain. */
const canPull = (context: Context, at: number): boolean =>
  at >= 0 && !context.snapshots.some(({ kind }) => kind === 'external')

function commit(context: Context, draft: Draft, disk: Disk, layers: Layers, at: number): Layers {
  const [top, base] = [layers.layers[at], layers.layers[at + 1]]
  if (top === undefined || base === undefined) return layers
  const after = committed(layers, at)
  const chain = readFilesOf(layers)
  const key = step(context, draft, {
    disk,
    layers,
    after,
    direction: 'commit',
    base: base.file,
    top: top.file,
    copies: movedBy(layers, at),
  })
  draft.merges.push({
    guestId: context.guest.id,
    disk: disk.target,
    layers: [top.file],
    into: base.file,
    direction: 'commit',
  })
  draft.touches.push(
    { file: base.file, chain, disk: disk.target, intent: 'written' },
    { file: top.file, chain, disk: disk.target, intent: 'removed' },
  )
  const [into, from] = [storageOfFile(context, base.file), storageOfFile(context, top.file)]
  const bound = top.held.max === null ? 'virtual-size' : 'told'
  if (into !== null) addMoves(draft, key, [spaceMove(into, { takes: growthOf(layers, at), bound })])
  if (from !== null) removeFolded(context, draft, { disk, file: top.file, from, held: top.held })
  return after
}

type Folded = { disk: Disk; file: string; from: PlanStorage; held: ByteRange }

/** A merge leaves the folded file where it is; nothing reads through it any more, and nobody would look for it. */
function removeFolded(context: Context, draft: Draft, { disk, file, from, held }: Folded): void {
  const volume = from.known.volumes.value?.find(({ path }) => path === file)
  const key = addStep(context, draft, {
    what: `remove-folded-${disk.target}`,
    command: { do: 'volume.delete', storage: storageRef(from), volume: volume?.name ?? '', path: file },
    before: all(stillThisGuest(context), { holds: 'chain-lacks', target: disk.target, files: [file] }),
    proof: 'act',
  })
  addMoves(draft, key, [spaceMove(from, { gives: held })])
}

/** Into the guest's own active image: nothing below is written, and nothing below is removed. */
function pull(context: Context, draft: Draft, disk: Disk, layers: Layers, base: number | null): Layers {
  const top = layers.layers[0]
  if (top === undefined) return layers
  const after = pulled(layers, 0, base)
  const folded = layers.layers.slice(1, base ?? layers.layers.length)
  if (folded.length === 0) return layers
  const baseFile = base === null ? null : (layers.layers[base]?.file ?? null)
  const copies = folded.reduce((sum, { held }) => add(sum, held), NOTHING)
  const key = step(context, draft, { disk, layers, after, direction: 'pull', base: baseFile, top: top.file, copies })
  draft.merges.push({
    guestId: context.guest.id,
    disk: disk.target,
    layers: folded.map(({ file }) => file),
    into: top.file,
    direction: 'pull',
  })
  const storage = storageOfFile(context, top.file)
  const takes = pullGrowthOf(layers, 0, base)
  const bound = top.held.max === null ? 'virtual-size' : 'told'
  if (storage !== null) addMoves(draft, key, [spaceMove(storage, { takes, bound })])
  return after
}

/**
 * All of the chain into the active image. Snapshots below stay as they are: what they froze is neither written nor
 * removed, and one can still go back to them. libvirt can no longer delete them, since nothing is left to fold.
 */
function pullAll(context: Context, draft: Draft, disk: Disk, layers: Layers): void {
  if (layers.layers.length < 2) return
  pull(context, draft, disk, layers, null)
  for (const { name, kind } of context.snapshots) {
    if (kind === 'external') draft.keeps.push({ guestId: context.guest.id, kind: 'side-branch', name })
  }
}

type MergeStep = {
  disk: Disk
  layers: Layers
  after: Layers
  direction: 'commit' | 'pull'
  base: string | null
  top: string
  copies: { min: number; max: number | null }
}

function step(
  context: Context,
  draft: Draft,
  { disk, layers, after, direction, base, top, copies }: MergeStep,
): StepKey {
  const storage = storageOfFile(context, direction === 'commit' ? (base ?? top) : top)
  const chain = (of: Layers): Condition => ({ holds: 'chain-is', target: disk.target, files: filesOf(of) })
  return addStep(context, draft, {
    what: `${direction}-${disk.target}`,
    command: { do: 'chain.merge', guest: context.ref, disk: diskRef(context, disk.target), direction, base, top },
    before: all(stillThisGuest(context), { holds: 'power', in: ['running', 'paused'] }, chain(layers)),
    after: chain(after),
    storages: storage === null ? [] : [storage.id],
    moves: copies,
  })
}
