/** One guest's part: planned, then checked. */
import type { Command } from '@/lib/domain/command'
import type { Check, CheckId, Intent, SingleIntent } from '@/lib/domain/plan'
import { runChecks, stops } from './checks/run-checks'
import type { Context } from './context'
import { planDelete } from './delete'
import type { Draft } from './draft'
import { planMerge } from './merge'
import { acceptedUntold } from './readers'
import { planRepair } from './repair'
import { planRollback } from './rollback'
import { planTake } from './take'

export type Part = { context: Context; draft: Draft; checks: Check[] }

export function planOne(context: Context, intent: SingleIntent, override: readonly CheckId[]): Part {
  const draft = draftOf(context, intent)
  const checks = runChecks({ context, draft, intent: draft.intent }, [...override, ...(intent.override ?? [])])
  const accepts = checks.some(({ id, verdict, overridden }) => {
    return id === 'base-not-shared' && verdict === 'unknown' && overridden
  })
  const accepted = accepts ? acceptedUntold(context) : []
  if (accepted.length === 0) return { context, draft, checks }
  const steps = draft.steps.map((step) => ({ ...step, command: accepting(step.command, accepted) }))
  return { context, draft: { ...draft, steps }, checks }
}

/** The adapter looks again directly before it asks: it is told what a person goes on in spite of, and nothing more. */
function accepting(command: Command, unreadAccepted: string[]): Command {
  switch (command.do) {
    case 'snapshot.delete':
    case 'chain.merge':
    case 'volume.delete':
      return { ...command, unreadAccepted }
    default:
      return command
  }
}

function draftOf(context: Context, intent: SingleIntent): Draft {
  switch (intent.do) {
    case 'rollback':
      return planRollback(context, intent)
    case 'delete':
      return planDelete(context, intent)
    case 'take':
      return planTake(context, intent)
    case 'merge':
      return planMerge(context, intent)
    case 'repair':
      return planRepair(context, intent)
  }
}

/** What stops this part; overridden checks do not. */
export const stopping = ({ checks }: Part): Check[] => checks.filter((check) => stops(check) && !check.overridden)

/**
 * Whether the part can be carried out as it stands. A refusal without a check that told it would be a plan that fails,
 * so a refused draft never passes, whatever the checks say.
 */
export function isPossible(part: Part): boolean {
  const { draft, checks } = part
  const toldOrForced = draft.refusals.every(({ check }) =>
    checks.some(({ id, overridden }) => id === check && overridden),
  )
  return stopping(part).length === 0 && toldOrForced && draft.steps.length > 0
}

/** What works instead, as found by the planner; a locked or shared case adds its own way out. */
export function alternativesOf(part: Part): Intent[] {
  const { context, draft } = part
  const shared = stopping(part).some(({ id }) => id === 'base-not-shared')
  const pull: Intent[] =
    shared && (draft.intent.do === 'delete' || (draft.intent.do === 'merge' && draft.intent.direction !== 'pull'))
      ? [
          {
            do: 'merge',
            guestId: context.guest.id,
            ...(draft.intent.do === 'delete' || draft.intent.disk === undefined ? {} : { disk: draft.intent.disk }),
            direction: 'pull',
          },
        ]
      : []
  const saved = stopping(part).some(({ id, verdict }) => id === 'no-saved-memory' && verdict === 'block')
  const discard: Intent[] = saved
    ? [{ do: 'repair', guestId: context.guest.id, repair: { fix: 'discard-saved-memory' } }]
    : []
  const { lock } = context.known.facts
  const unlock: Intent[] =
    lock === 'snapshot-delete' && (context.known.facts.tasks ?? []).length === 0 && draft.intent.do !== 'repair'
      ? [{ do: 'repair', guestId: context.guest.id, repair: { fix: 'unlock' } }]
      : []
  const all = [...draft.refusals.flatMap(({ instead }) => instead), ...pull, ...discard, ...unlock, ...half(part)]
  const seen = new Set<string>()
  return all.filter((intent) => {
    const text = JSON.stringify(intent)
    const isNew = !seen.has(text)
    seen.add(text)
    return isNew
  })
}

/** A half-deleted snapshot: its entry can be removed, and then what is left of its data. */
function half(part: Part): Intent[] {
  const { context, draft } = part
  if (!stopping(part).some(({ id, why }) => id === 'target-complete' && why?.code === 'incomplete-target')) return []
  const { intent } = draft
  const ids = intent.do === 'delete' ? intent.snapshotIds : intent.do === 'rollback' ? [intent.snapshotId] : []
  return ids.flatMap((id): Intent[] => {
    const ours = context.guest.snapshots.find((each) => each.id === id)
    const snapshot = context.snapshots.find(({ nativeId }) => nativeId === ours?.nativeId)
    return snapshot?.incomplete === true
      ? [{ do: 'repair', guestId: context.guest.id, repair: { fix: 'remove-entry', snapshotId: id } }]
      : []
  })
}
