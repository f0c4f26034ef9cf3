/** The snapshot of today's state before a rollback: where it can be taken, and where it helps. */
import type { SingleIntent } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { Context } from './context'
import { type Draft, refusal } from './draft'
import { identityRolesOf } from './identity'
import { EMPTY_OVERLAY } from './layers'
import { freeName, nameFrom } from './names'
import type { GuestState } from './platform/rules'
import { roomOn, spaceOf } from './space'
import { takenNames } from './take'
import { shapeTake, type TakeShape } from './take-shape'

type RollbackIntent = Extract<SingleIntent, { do: 'rollback' }>

const SAFETY_TEMPLATE = 'before_rollback_{yyyyMMdd}_{HHmm}'

/**
 * Today's state kept first: wherever it would not itself block the rollback, can be taken, and fits. Not for guests
 * whose identity lives beside them: going back to a snapshot of a domain controller is the accident, not the rescue.
 */
export function planSafety(
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
  return isAsked || fits(shaped.effect) ? shaped.effect : null
}

function safetyName(context: Context): string {
  const { kind } = context.connection
  const { timeZone } = context.index.world.policy
  const parts = { guest: context.ref.name, type: 'disk', purpose: '', now: context.now, timeZone } as const
  return freeName(nameFrom(SAFETY_TEMPLATE, parts, kind), takenNames(context), kind)
}

function fits({ moves, unplaced }: TakeShape): boolean {
  if (unplaced !== null) return false
  const storages = new Map(moves.map(({ storage }) => [storage.id, storage]))
  return spaceOf(moves).every(({ storageId, peak }) => {
    const storage = storages.get(storageId)
    const room = storage === undefined ? null : roomOn(storage)
    return peak.max === 0 || (peak.max !== null && room !== null && peak.max <= room)
  })
}

/** The chain as it is after the safety snapshot: its overlays are the active images. */
export function coveredBy(state: GuestState, safety: TakeShape): GuestState['layers'] {
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
      held: EMPTY_OVERLAY,
      virtualBytes: top?.virtualBytes ?? null,
    }
    layers.set(disk.target, { ...known, layers: [overlay, ...known.layers] })
  }
  return layers
}
