/** Whether an operation whose end could not be proven is proven by what is read of its guest now. Pure. */
import type { KnownGuest } from '@/lib/domain/known'
import type { Attention, OperationStep } from '@/lib/domain/operation'
import type { Predicted, Step, StepKey } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'
import { holds } from '@/lib/engine/plan/conditions'
import { type Conclusion, conclude, type Looked } from './conclusion'
import { attentionOf, type InQuestion } from './evidence'

type LookedAt = Omit<InQuestion, 'steps'> & {
  predicted: Predicted | null
  steps: readonly (Step & Pick<OperationStep, 'state' | 'askedAt'>)[]
  /** why it needs attention until now */
  why: Reason
}

export type ProvenAgain = {
  /** steps that were in question and are proven now */
  proven: StepKey[]
  conclusion: Conclusion
  /** null = all is proven: the operation succeeded after all */
  attention: Attention | null
}

/**
 * Looks at every step whose end is open. One that looks the same before and after ('act') is proven by its task alone,
 * so no reading ever closes it; and a guest that is not as predicted as a whole keeps the attention it has.
 */
export function proveAgain(operation: LookedAt, guest: KnownGuest | null, at: Instant, looked?: Looked): ProvenAgain {
  const open = operation.steps.filter(({ state }) => state !== 'done' && state !== 'already-so')
  const isProven = (step: Step): boolean => step.proof === 'state' && holds(step.after, guest) === 'yes'
  const proven = open.filter(isProven).map(({ key }) => key)
  const conclusion = conclude(operation.predicted, guest, at, looked)
  const [first] = open.filter((step) => !proven.includes(step.key))
  if (first === undefined && guest !== null && conclusion.odd === null) {
    return { proven, conclusion, attention: null }
  }
  const why = first === undefined ? (conclusion.odd ?? operation.why) : operation.why
  return { proven, conclusion, attention: attentionOf(operation, first ?? null, guest, why) }
}
