import { z } from 'zod'
import type { Intent, PlanView } from '@/lib/domain/plan'
import { ok, type Refused, refused } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import { record } from '@/lib/store/audit'
import { insertPlan } from '@/lib/store/plans'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { guestsNamed } from './guests-named'
import { intentInput } from './input'
import { makePlan } from './make'

export const proposePlanInput = z.object({ intent: intentInput })

/** Plans and stores the plan: what would be done, lost, merged, kept and needed. Nothing changes on any hypervisor. */
export const proposePlan: Verb<z.output<typeof proposePlanInput>, PlanView> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'plan.propose')
  if (no !== null) return no
  const over = expiryOver(input.intent, ctx.now)
  if (over !== null) return over
  const made = await makePlan(ctx, input.intent)
  if (!made.ok) return made
  const planned = made.value
  await withTransaction(ctx.store, async (tx) => {
    await insertPlan(tx, planned, authorOf(ctx))
    const id = planned.kind === 'plan' ? planned.plan.id : planned.id
    const guests = planned.kind === 'plan' ? { guests: guestsNamed(planned.plan) } : {}
    const detail = { intent: input.intent.do, kind: planned.kind, ...guests }
    await record(tx, { ...by(ctx), action: 'plan.proposed', subject: `plan:${id}`, detail })
  })
  return ok({ planned, proposer: authorOf(ctx), operationId: null })
}

/** A snapshot that is past its expiry when it is taken would be anybody's to clean up at once. */
function expiryOver(intent: Intent, now: Instant): Refused | null {
  const singles = intent.do === 'batch' ? intent.intents : [intent]
  const place = singles.findIndex((each) => each.do === 'take' && each.expiresAt !== undefined && each.expiresAt <= now)
  if (place < 0) return null
  const path = intent.do === 'batch' ? `intent.intents.${place}.expiresAt` : 'intent.expiresAt'
  return refused({ code: 'invalid', errors: [{ path, message: 'is over already' }] })
}
