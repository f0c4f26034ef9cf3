/** Taking a snapshot: a way back to now. */
import type { Condition, Intent, SingleIntent } from '@/lib/domain/plan'
import type { Context } from './context'
import { addMoves, addStep, all, type Draft, emptyDraft, type Refusal, refusal, stillThisGuest } from './draft'
import { freeName, nameFrom, nameProblem } from './names'
import { shapeTake, type TakeShape } from './take-shape'
import { nameIn, predict, type TreeState, withSnapshot } from './tree-state'

type TakeIntent = Extract<SingleIntent, { do: 'take' }>

export function planTake(context: Context, asked: TakeIntent): Draft {
  const intent = { ...asked, name: asked.name ?? templateName(context, asked) }
  const power = context.known.facts.power
  const draft = emptyDraft(intent, predict(context.tree, power))
  refuseName(context, draft, intent)
  const wish = {
    name: intent.name,
    description: intent.note ?? '',
    memory: intent.memory,
    quiesce: intent.quiesce,
    kind: intent.kind ?? null,
  }
  const shaped = shapeTake(context, wish, power)
  if (!shaped.ok) {
    draft.refusals.push(...shaped.refusals.map((refused) => inAskersWords(refused, asked)))
    return draft
  }
  addTake(context, draft, context.tree, shaped.effect)
  draft.predicted = predict(withSnapshot(context.tree, `taken:${intent.name}`, intent.name), power)
  draft.consistency = shaped.effect.consistency
  draft.keeps.push({ guestId: context.guest.id, kind: 'current-data', name: context.ref.name })
  return draft
}

/** What works instead keeps all that was asked for beside; a name from the template is made anew for what it holds. */
function inAskersWords(refused: Refusal, asked: TakeIntent): Refusal {
  const instead = refused.instead.map((offer): Intent => {
    if (offer.do !== 'take') return offer
    const { memory, quiesce, kind } = offer
    return { ...asked, memory, quiesce, ...(kind === undefined ? {} : { kind }) }
  })
  return { ...refused, instead }
}

/** The step that takes it, with what must hold before and after. */
export function addTake(context: Context, draft: Draft, tree: TreeState, shape: TakeShape): string {
  const { command } = shape
  const actives = command.disks.flatMap((disk): { before: Condition; after: Condition }[] => {
    const active = context.disks.find(({ target }) => target === disk.target)?.chain?.[0]?.file
    if (disk.mode !== 'external' || active === undefined) return []
    return [
      {
        before: { holds: 'active-image', target: disk.target, file: active },
        after: { holds: 'active-image', target: disk.target, file: disk.overlay },
      },
    ]
  })
  if (shape.downtime !== 'none') draft.downtime = shape.downtime
  const step = addStep(context, draft, {
    what: `take-${command.name}`,
    command,
    before: all(
      stillThisGuest(context),
      { holds: 'snapshot-absent', name: command.name },
      context.connection.kind === 'libvirt' ? { holds: 'no-saved-memory' } : null,
      ...actives.map(({ before }) => before),
    ),
    after: all(
      { holds: 'snapshot-complete', name: command.name },
      { holds: 'snapshot-parent', name: command.name, parentName: nameIn(tree, tree.current) },
      { holds: 'current-parent', name: command.name },
      ...actives.map(({ after }) => after),
    ),
  })
  addMoves(draft, step, shape.moves)
  if (shape.unplaced !== null) draft.unplaced.push(shape.unplaced)
  return step
}

function templateName(context: Context, intent: TakeIntent): string {
  const { policy } = context.index.world
  const type = intent.memory ? 'mem' : intent.quiesce ? 'fs' : 'disk'
  const parts = {
    guest: context.ref.name,
    type,
    purpose: intent.purpose ?? '',
    now: context.now,
    timeZone: policy.timeZone,
  } as const
  return freeName(
    nameFrom(policy.nameTemplate, parts, context.connection.kind),
    takenNames(context),
    context.connection.kind,
  )
}

/** Names of all snapshots, unmanaged data included: a new one of that name would mix with it. */
export const takenNames = ({ known }: Context): Set<string> =>
  new Set((known.snapshots.value?.items ?? []).map(({ name }) => name))

function refuseName(context: Context, draft: Draft, intent: TakeIntent & { name: string }): void {
  const { kind } = context.connection
  const problem = nameProblem(intent.name, kind)
  const taken = takenNames(context)
  if (problem !== null) {
    const { name: _illegal, ...rest } = intent
    // libvirt itself refuses a slash and a leading dot; the rest of its rules are ours, for the files we name.
    const isTheirs = kind !== 'libvirt' || intent.name.includes('/') || intent.name.startsWith('.')
    draft.refusals.push(refusal('name-free', isTheirs ? 'hypervisor' : 'guard', problem, { instead: [rest] }))
  } else if (taken.has(intent.name) && kind !== 'vsphere') {
    const isManaged = context.snapshots.some(({ name }) => name === intent.name)
    const why = { code: 'already-exists', what: 'snapshot', name: intent.name } as const
    const instead = [{ ...intent, name: freeName(intent.name, taken, kind) }]
    draft.refusals.push(refusal('name-free', isManaged ? 'hypervisor' : 'guard', why, { instead }))
  }
}
