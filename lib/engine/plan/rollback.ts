/** Rolling one guest back: what it loses, what stays, and today's state kept first wherever that is possible. */

import type { Power } from '@/lib/domain/inventory'
import type { Condition, Loss, SingleIntent } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { Snapshot } from '@/lib/domain/snapshot'
import type { ByteRange, Bytes } from '@/lib/domain/units'
import { type Context, oursOf, snapshotById, snapshotRef } from './context'
import { deleteInto } from './delete'
import { addStep, all, type Draft, emptyDraft, refusal, sortedNames, stillThisGuest } from './draft'
import { identityRolesOf } from './identity'
import { freeName, nameFrom } from './names'
import type { GuestState, RollbackEffect } from './platform/rules'
import { rulesOf } from './platform/rules-of'
import { roomOn, type SpaceMove, spaceOf } from './space'
import { addTake, takenNames } from './take'
import { shapeTake, type TakeShape } from './take-shape'
import { descendantsOf, livePath, nameIn, predict, standingOn, withSnapshot } from './tree-state'

type RollbackIntent = Extract<SingleIntent, { do: 'rollback' }>

const SAFETY_TEMPLATE = 'before_rollback_{yyyyMMdd}_{HHmm}'

export function planRollback(context: Context, intent: RollbackIntent): Draft {
  const rules = rulesOf(context.connection.kind)
  let state = rules.startState(context)
  const draft = emptyDraft(intent, predict(state.tree, state.power))
  const found = snapshotById(context, intent.snapshotId)
  if (found === null || found.snapshot.unmanaged) {
    draft.refusals.push(
      found === null
        ? refusal('snapshot-still-there', 'hypervisor', { code: 'missing', what: 'snapshot', name: intent.snapshotId })
        : unmanagedTarget(context, found.snapshot, intent),
    )
    return draft
  }
  const target = found.snapshot
  const newer = newerThan(context, target)
  const newestOnly = rules.reach(context) === 'newest-only'
  const deletesNewer = newestOnly && newer.length > 0 && intent.deleteNewer === true
  if (newestOnly && newer.length > 0 && !deletesNewer) {
    const blockers = sortedNames(newer.map(({ name }) => name))
    const why: Reason = { code: 'blocked-by-newer-snapshots', blockers }
    draft.refusals.push(refusal('newest-only', 'hypervisor', why, { instead: [{ ...intent, deleteNewer: true }] }))
  }
  const wasRunning = state.power !== 'stopped'
  const isHa = context.known.facts.ha === true && wasRunning
  state = stopFirst(context, draft, state, intent, isHa)
  const safety = planSafety(context, draft, state, intent, newestOnly)
  draft.intent = resolvedIntent(intent, safety)
  let undo: string | null = null
  if (safety !== null) {
    undo = addTake(context, draft, state.tree, safety)
    const { name } = safety.command
    draft.safetySnapshot = name
    draft.consistency = safety.consistency
    state = { ...state, tree: withSnapshot(state.tree, `taken:${name}`, name), layers: coveredBy(state, safety) }
  }
  if (deletesNewer) {
    for (const each of newer) draft.losses.push(newerLoss(context, each))
    state = deleteInto(context, draft, state, newer)
    draft.losses = draft.losses.filter(({ kind }) => kind !== 'way-back')
    draft.keeps = []
    draft.items = newer.length + 1
  }
  const startAfter = intent.startAfter === true
  const outcome = rules.rollback(context, state, target, startAfter && !isHa)
  if (!outcome.ok) {
    draft.refusals.push(...outcome.refusals)
    return draft
  }
  const effect = outcome.effect
  draft.moves.push(...effect.moves)
  draft.touches.push(...effect.touches)
  addRollback(context, draft, state, { target, effect, startAfter: startAfter && !isHa, undo, newestOnly })
  if (effect.restoresTags) addTags(context, draft)
  const power = addStart(context, draft, effect.power, isHa, startAfter)
  tellLosses(context, draft, { target, effect, state, safety: safety !== null, wasRunning })
  tellKeeps(context, draft, state, target)
  draft.predicted = predict(standingOn(state.tree, target.nativeId), power)
  draft.downtime = wasRunning || power !== 'stopped' ? 'off' : 'none'
  draft.noWayBack = safety === null
  return draft
}

function unmanagedTarget(context: Context, snapshot: Snapshot, { guestId, snapshotId }: RollbackIntent) {
  const why = { code: 'incomplete-target', snapshot: snapshot.name, state: 'unmanaged' } as const
  const adopt = { do: 'repair', guestId, repair: { fix: 'adopt', snapshotId } } as const
  return refusal('target-complete', 'hypervisor', why, {
    instead: context.connection.kind === 'libvirt' ? [adopt] : [],
  })
}

/** Taken later, or standing on it: times have a resolution of a second, parents do not lie. */
function newerThan(context: Context, target: Snapshot): Snapshot[] {
  const below = new Set(descendantsOf(context.tree, [target.nativeId]))
  const above = new Set(ancestorsOf(context, target))
  return context.snapshots.filter(
    ({ nativeId, createdAt }) =>
      nativeId !== target.nativeId &&
      !above.has(nativeId) &&
      (below.has(nativeId) || createdAt === null || target.createdAt === null || createdAt >= target.createdAt),
  )
}

const ancestorsOf = (context: Context, { nativeId }: Snapshot): string[] =>
  livePath({ ...context.tree, current: nativeId }).slice(1)

/** HA restarts what stops under it, so it is asked to stop the guest; a clean shutdown only where it is wanted. */
function stopFirst(
  context: Context,
  draft: Draft,
  state: GuestState,
  intent: RollbackIntent,
  isHa: boolean,
): GuestState {
  const clean = intent.shutdown === true && state.power === 'running'
  if (!clean && !isHa) return state
  const { shutdownLimitMillis } = context.index.world.policy
  addStep(context, draft, {
    what: clean ? 'shut-down' : 'stop',
    command: {
      do: 'guest.power',
      guest: context.ref,
      to: clean ? 'shutdown' : 'off',
      timeLimitMillis: shutdownLimitMillis,
    },
    before: stillThisGuest(context),
    after: { holds: 'power', in: ['stopped'] },
  })
  return { ...state, power: 'stopped' }
}

/**
 * Today's state kept first: wherever it would not itself block the rollback, can be taken, and fits. Not for guests
 * whose identity lives beside them: going back to a snapshot of a domain controller is the accident, not the rescue.
 */
function planSafety(
  context: Context,
  draft: Draft,
  state: GuestState,
  intent: RollbackIntent,
  newestOnly: boolean,
): TakeShape | null {
  if (intent.safetySnapshot === false) return null
  const isAsked = intent.safetySnapshot === true
  if (newestOnly) {
    const why: Reason = { code: 'blocked-by-newer-snapshots', blockers: [SAFETY_TEMPLATE] }
    const instead = [{ ...intent, safetySnapshot: false }]
    if (isAsked) draft.refusals.push(refusal('newest-only', 'hypervisor', why, { instead }))
    return null
  }
  if (!isAsked && identityRolesOf(context).length > 0) return null
  const name = intent.safetyName ?? safetyName(context)
  const isInternalRunning =
    context.connection.kind === 'libvirt' &&
    state.power !== 'stopped' &&
    context.snapshots.some(({ kind }) => kind === 'internal')
  const wish = { name, description: '', memory: isInternalRunning, quiesce: false, kind: null }
  const shaped = shapeTake(context, wish, state.power)
  if (!shaped.ok) {
    if (isAsked)
      draft.refusals.push(
        ...shaped.refusals.map((each) => ({ ...each, instead: [{ ...intent, safetySnapshot: false }] })),
      )
    return null
  }
  return isAsked || fits(shaped.effect.moves) ? shaped.effect : null
}

function safetyName(context: Context): string {
  const { kind } = context.connection
  const { timeZone } = context.index.world.policy
  const parts = { guest: context.ref.name, type: 'disk', purpose: '', now: context.now, timeZone } as const
  return freeName(nameFrom(SAFETY_TEMPLATE, parts, kind), takenNames(context), kind)
}

function fits(moves: readonly SpaceMove[]): boolean {
  const storages = new Map(moves.map(({ storage }) => [storage.id, storage]))
  return spaceOf(moves).every(({ storageId, peak }) => {
    const storage = storages.get(storageId)
    const room = storage === undefined ? null : roomOn(storage)
    return peak.max === 0 || (peak.max !== null && room !== null && peak.max <= room)
  })
}

function resolvedIntent(intent: RollbackIntent, safety: TakeShape | null): RollbackIntent {
  const { safetyName: _asked, ...rest } = intent
  return safety === null
    ? { ...rest, safetySnapshot: false }
    : { ...rest, safetySnapshot: true, safetyName: safety.command.name }
}

/** The chain as it is after the safety snapshot: its overlays are the active images. */
function coveredBy(state: GuestState, safety: TakeShape): GuestState['layers'] {
  const layers = new Map(state.layers)
  for (const disk of safety.command.disks) {
    const known = layers.get(disk.target)
    if (disk.mode !== 'external' || known == null) continue
    const top = known.layers[0]
    const overlay = {
      file: disk.overlay,
      madeBy: safety.command.name,
      format: 'qcow2',
      first: -1,
      last: -1,
      held: { min: 0, max: 260 * 1024 },
      virtualBytes: top?.virtualBytes ?? null,
    }
    layers.set(disk.target, { ...known, layers: [overlay, ...known.layers] })
  }
  return layers
}

type Going = {
  target: Snapshot
  effect: RollbackEffect
  startAfter: boolean
  undo: string | null
  newestOnly: boolean
}

function addRollback(context: Context, draft: Draft, state: GuestState, going: Going): void {
  const { target, effect, startAfter, undo, newestOnly } = going
  const looksTheSame = state.tree.current === target.nativeId && effect.leftActive.length === 0
  const named = { name: target.name, ...(target.nativeId === target.name ? {} : { nativeId: target.nativeId }) }
  addStep(context, draft, {
    what: `roll-back-to-${target.name}`,
    command: {
      do: 'snapshot.rollback',
      guest: context.ref,
      snapshot: snapshotRef(context, target),
      powerAfter: startAfter ? 'running' : 'as-saved',
      force: false,
    },
    before: all(
      stillThisGuest(context),
      { holds: 'snapshot-complete', ...named },
      { holds: 'current-parent', name: nameIn(state.tree, state.tree.current) },
      newestOnly ? { holds: 'newest-is', name: target.name } : null,
      context.connection.kind === 'libvirt' ? { holds: 'no-saved-memory' } : null,
    ),
    after: all(
      { holds: 'current-parent', name: target.name },
      { holds: 'power', in: [effect.power] },
      { holds: 'unlocked' },
      ...effect.leftActive.map(
        ({ target: disk, file }): Condition => ({ holds: 'active-image-is-not', target: disk, file }),
      ),
    ),
    // The newest snapshot looks the same before and after: only our own finished task proves that we went back.
    proof: looksTheSame ? 'act' : 'state',
    undo: undo ?? 'none',
  })
}

/** Proxmox puts the tags of then back, and with them environment, limits and protection: today's are what people mean. */
function addTags(context: Context, draft: Draft): void {
  const { tags, protected: isProtected } = context.known.facts
  addStep(context, draft, {
    what: 'put-tags-back',
    command: { do: 'guest.set-tags', guest: context.ref, tags: [...tags], protected: isProtected },
    before: stillThisGuest(context),
    after: { holds: 'tags', tags: [...tags], protected: isProtected },
    onFail: 'continue',
  })
}

/** Under HA the wish to run is HA's: without it, what resumed would be stopped again. */
function addStart(context: Context, draft: Draft, power: Power, isHa: boolean, startAfter: boolean): Power {
  const wantsHa = context.known.facts.ha === true && (power === 'running' || (isHa && startAfter))
  if (!wantsHa) return power
  addStep(context, draft, {
    what: 'start',
    command: {
      do: 'guest.power',
      guest: context.ref,
      to: 'on',
      timeLimitMillis: context.index.world.policy.shutdownLimitMillis,
    },
    before: stillThisGuest(context),
    after: { holds: 'power', in: ['running'] },
  })
  return 'running'
}

const newerLoss = (context: Context, snapshot: Snapshot): Loss => ({
  kind: 'newer-snapshot',
  guestId: context.guest.id,
  name: snapshot.name,
  bytes: snapshot.size.bytes === null ? null : { min: 0, max: snapshot.size.bytes },
  detail: { createdAt: snapshot.createdAt, held: oursOf(context, snapshot)?.hold != null },
})

type Told = { target: Snapshot; effect: RollbackEffect; state: GuestState; safety: boolean; wasRunning: boolean }

function tellLosses(context: Context, draft: Draft, { target, effect, safety, wasRunning }: Told): void {
  const { guest, known } = context
  const lose = (kind: Loss['kind'], name: string, bytes: ByteRange | null, detail: Loss['detail'] = {}): void => {
    draft.losses.push({ kind, guestId: guest.id, name, bytes, detail })
  }
  if (!safety) {
    const since = draft.losses.some(({ kind }) => kind === 'newer-snapshot')
      ? target.name
      : (nameIn(context.tree, context.tree.current) ?? target.name)
    lose('writes-since', since, {
      min: 0,
      max: changedSince(context, since === target.name && since !== nameIn(context.tree, context.tree.current)),
    })
    lose('way-back', context.ref.name, null)
  }
  const keptMemory = draft.steps.some(({ command }) => command.do === 'snapshot.take' && command.memory === 'saved')
  const shutDown = draft.steps.some(({ command }) => command.do === 'guest.power' && command.to === 'shutdown')
  if (wasRunning && !keptMemory) {
    lose('memory', context.ref.name, { min: 0, max: known.facts.memoryBytes }, { cleanly: shutDown })
  }
  for (const disk of effect.detachedDisks) lose('disk', disk, null, { stays: 'unattached' })
  if (effect.restoresConfiguration) lose('configuration', target.name, null, { since: target.createdAt })
  if (known.facts.replicated === true) lose('replication', context.ref.name, null, { next: 'full' })
  if (context.connection.kind === 'proxmox' && known.facts.lastBackup?.at != null) {
    lose('backup-chain', context.ref.name, null, { lastBackup: known.facts.lastBackup.at, next: 'full' })
  }
}

/** Distinct blocks changed, at most: what the active overlays hold, or all a single image holds. */
function changedSince(context: Context, throughNewer: boolean): Bytes | null {
  if (throughNewer) return null
  let sum: Bytes = 0
  for (const disk of context.disks) {
    const active = disk.chain?.[0]?.allocatedBytes ?? null
    if (active === null) return null
    sum += active
  }
  return sum
}

function tellKeeps(context: Context, draft: Draft, state: GuestState, target: Snapshot): void {
  const stays = new Set([target.nativeId, ...ancestorsOf(context, target)])
  const after = standingOn(state.tree, target.nativeId)
  const nodes = [...after.nodes.values()].map(({ id, name }) => ({ id, name }))
  for (const { id, name } of nodes.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    draft.keeps.push({ guestId: context.guest.id, kind: stays.has(id) ? 'snapshot' : 'side-branch', name })
  }
  if (draft.steps.some(({ command }) => command.do === 'guest.set-tags')) {
    draft.keeps.push({ guestId: context.guest.id, kind: 'configuration', name: context.known.facts.tags.join(' ') })
  }
}
