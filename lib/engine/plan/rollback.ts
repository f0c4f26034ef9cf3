/** Rolling one guest back: what it loses, what stays, and today's state kept first wherever that is possible. */

import type { Power } from '@/lib/domain/inventory'
import type { Condition, SingleIntent, StepKey } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { Snapshot } from '@/lib/domain/snapshot'
import { type Context, snapshotById, snapshotRef } from './context'
import { deleteInto } from './delete'
import { addMoves, addStep, all, type Draft, emptyDraft, refusal, sortedNames, stillThisGuest } from './draft'
import type { GuestState, RollbackEffect } from './platform/rules'
import { rulesOf } from './platform/rules-of'
import { newerLoss, tellKeeps, tellLosses } from './rollback-effects'
import { coveredBy, planSafety } from './safety'
import { addTake } from './take'
import type { TakeShape } from './take-shape'
import { descendantsOf, livePath, nameIn, predict, standingOn, withSnapshot } from './tree-state'

type RollbackIntent = Extract<SingleIntent, { do: 'rollback' }>

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
  let undo: StepKey | null = null
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
  draft.touches.push(...effect.touches)
  addRollback(context, draft, state, { target, effect, startAfter: startAfter && !isHa, undo, newestOnly })
  if (effect.restoresTags) addTags(context, draft)
  const power = addStart(context, draft, effect.power, isHa, startAfter)
  tellLosses(context, draft, { target, effect, safety: draft.safetySnapshot, wasRunning })
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

function resolvedIntent(intent: RollbackIntent, safety: TakeShape | null): RollbackIntent {
  const { safetyName: _asked, ...rest } = intent
  return safety === null
    ? { ...rest, safetySnapshot: false }
    : { ...rest, safetySnapshot: true, safetyName: safety.command.name }
}

type Going = {
  target: Snapshot
  effect: RollbackEffect
  startAfter: boolean
  undo: StepKey | null
  newestOnly: boolean
}

function addRollback(context: Context, draft: Draft, state: GuestState, going: Going): void {
  const { target, effect, startAfter, undo, newestOnly } = going
  const looksTheSame = state.tree.current === target.nativeId && effect.leftActive.length === 0
  const named = { name: target.name, ...(target.nativeId === target.name ? {} : { nativeId: target.nativeId }) }
  const step = addStep(context, draft, {
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
  addMoves(draft, step, effect.moves)
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
