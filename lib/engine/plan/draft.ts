/** What a planner makes of one guest's part, before it is checked and bound to a consent. */
import type { Command } from '@/lib/domain/command'
import type {
  CheckId,
  Condition,
  Downtime,
  Evidence,
  Intent,
  Keep,
  Loss,
  Merge,
  PlanPart,
  Predicted,
  RefusedBy,
  SingleIntent,
  Step,
  StepKey,
} from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { ByteRange } from '@/lib/domain/units'
import type { Context } from './context'
import { compareText } from './order'
import type { SpaceMove } from './space'

/** A "no" found while planning, told under the check it belongs to. */
export type Refusal = {
  check: CheckId
  by: RefusedBy
  /** 'unknown' = the deciding fact could not be read */
  verdict: 'block' | 'unknown'
  why: Reason
  evidence: Evidence
  /** what works instead */
  instead: Intent[]
}

export const refusal = (
  check: CheckId,
  by: RefusedBy,
  why: Reason,
  more: Partial<Pick<Refusal, 'verdict' | 'evidence' | 'instead'>> = {},
): Refusal => ({ check, by, why, verdict: 'block', evidence: {}, instead: [], ...more })

/** Space that a step takes and gives back. */
export type StepMove = SpaceMove & { step: StepKey }

/** What a step takes on a storage that we were not let read, or that cannot be told (null). */
export type Unplaced = { what: 'memory'; takes: ByteRange; storage: string | null }

export type Draft = {
  /** with every name and choice filled in */
  intent: SingleIntent
  steps: Step[]
  losses: Loss[]
  merges: Merge[]
  keeps: Keep[]
  /** in the order of the steps */
  moves: StepMove[]
  /** space that is taken where nobody can tell how much there is */
  unplaced: Unplaced[]
  predicted: Predicted
  consistency: PlanPart['consistency']
  downtime: Downtime
  refusals: Refusal[]
  /** files that are written into or removed, and who of this guest may read through them */
  touches: Touch[]
  /** people must type: nothing brings today's state back */
  noWayBack: boolean
  /** what consent counts: snapshots deleted, guests changed */
  items: number
  safetySnapshot: string | null
}

/** An image that a step writes into or removes. Nobody outside `chain` may read through it. */
export type Touch = { file: string; chain: readonly string[]; disk: string; intent: 'written' | 'removed' }

export const emptyDraft = (intent: SingleIntent, predicted: Predicted): Draft => ({
  intent,
  steps: [],
  losses: [],
  merges: [],
  keeps: [],
  moves: [],
  unplaced: [],
  predicted,
  consistency: null,
  downtime: 'none',
  refusals: [],
  touches: [],
  noWayBack: false,
  items: 1,
  safetySnapshot: null,
})

type NewStep = Partial<Omit<Step, 'key' | 'guestId' | 'connectionId' | 'command'>> & { what: string; command: Command }

/** Appends a step; its key is `guest/2-delete-a`. */
export function addStep(context: Context, draft: Draft, { what, command, ...rest }: NewStep): StepKey {
  const key = `${context.keyPrefix}/${draft.steps.length + 1}-${what}`
  const { guest } = context
  draft.steps.push({
    key,
    guestId: guest.id,
    connectionId: guest.connectionId,
    command,
    before: { holds: 'always' },
    after: { holds: 'always' },
    proof: 'state',
    undo: 'none',
    onFail: 'stop',
    storages: [],
    moves: { min: 0, max: 0 },
    safeStop: true,
    ...rest,
  })
  return key
}

/** Tells what space a step takes and gives back. */
export function addMoves(draft: Draft, step: StepKey, moves: readonly SpaceMove[]): void {
  for (const move of moves) draft.moves.push({ ...move, step })
}

/** All of them; nested and empty ones are flattened away. */
export function all(...conditions: (Condition | null)[]): Condition {
  const of = conditions.flatMap((each) =>
    each === null || each.holds === 'always' ? [] : each.holds === 'all' ? each.of : [each],
  )
  const [only] = of
  return only === undefined ? { holds: 'always' } : of.length === 1 ? only : { holds: 'all', of }
}

/** Every step asks first whether it is still the guest that was planned for, and whether anybody locks it. */
export const stillThisGuest = (context: Context): Condition =>
  all({ holds: 'guest-is', birthMark: context.known.facts.birthMark }, { holds: 'unlocked' })

export const sortedNames = (names: Iterable<string>): string[] => [...names].sort(compareText)
