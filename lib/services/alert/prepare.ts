import { z } from 'zod'
import type { PlanId } from '@/lib/domain/ids'
import { ok, refused } from '@/lib/domain/result'
import { savePreparation } from '@/lib/store/alert-preparations'
import { findAlert } from '@/lib/store/alerts'
import { record } from '@/lib/store/audit'
import { insertPlan } from '@/lib/store/plans'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { alertId } from '../fields'
import { planReclaim } from './reclaim'

export const prepareCleanUpInput = z.object({ id: alertId })

/**
 * Has a clean-up ready for whoever opens the alert: planned and stored, and waiting for their consent. Nothing is
 * deleted by itself. Null = nothing can be prepared now.
 */
export const prepareCleanUp: Verb<z.output<typeof prepareCleanUpInput>, PlanId | null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'plan.propose')
  if (no !== null) return no
  const alert = await findAlert(ctx.store, input.id)
  if (alert === null || alert.subject.of !== 'storage') {
    return refused({ code: 'missing', what: 'alert', name: input.id })
  }
  const reclaim = await planReclaim(ctx, alert.subject.id)
  const planned = reclaim?.planned?.kind === 'plan' ? reclaim.planned : null
  const planId = planned === null ? null : planned.plan.id
  await withTransaction(ctx.store, async (tx) => {
    if (planned !== null) {
      await insertPlan(tx, planned, authorOf(ctx))
      const detail = { intent: planned.plan.intent.do, kind: planned.kind, alert: alert.subjectName }
      await record(tx, { ...by(ctx), action: 'plan.proposed', subject: `plan:${planId}`, detail })
    }
    await savePreparation(tx, alert.id, planId, ctx.now)
  })
  return ok(planId)
}
