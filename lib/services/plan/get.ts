import { z } from 'zod'
import type { PlanView } from '@/lib/domain/plan'
import { ok, refused } from '@/lib/domain/result'
import { findPlan } from '@/lib/store/plans'
import { mayNot, type Verb } from '../context'
import { planId } from '../fields'

export const getPlanInput = z.object({ id: planId })

/** A stored plan, as it was made, and the operation that took it. */
export const getPlan: Verb<z.output<typeof getPlanInput>, PlanView> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'plan.propose')
  if (no !== null) return no
  const plan = await findPlan(ctx.store, input.id)
  return plan === null ? refused({ code: 'missing', what: 'plan', name: input.id }) : ok(plan)
}
