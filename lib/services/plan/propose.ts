import { z } from 'zod'
import type { PlanView } from '@/lib/domain/plan'
import { ok } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { insertPlan } from '@/lib/store/plans'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { intentInput } from './input'
import { makePlan } from './make'

export const proposePlanInput = z.object({ intent: intentInput })

/** Plans and stores the plan: what would be done, lost, merged, kept and needed. Nothing changes on any hypervisor. */
export const proposePlan: Verb<z.output<typeof proposePlanInput>, PlanView> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'plan.propose')
  if (no !== null) return no
  const made = await makePlan(ctx, input.intent)
  if (!made.ok) return made
  const planned = made.value
  await withTransaction(ctx.store, async (tx) => {
    await insertPlan(tx, planned, authorOf(ctx))
    const id = planned.kind === 'plan' ? planned.plan.id : planned.id
    const detail = { intent: input.intent.do, kind: planned.kind }
    await record(tx, { ...by(ctx), action: 'plan.proposed', subject: `plan:${id}`, detail })
  })
  return ok({ planned, proposer: authorOf(ctx), operationId: null })
}
