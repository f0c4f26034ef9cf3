import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { findCleanUpPolicy, removeCleanUpPolicy } from '@/lib/store/clean-up-policies'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'
import { cleanUpPolicyId } from '../fields'

export const removeCleanUpInput = z.object({ id: cleanUpPolicyId })

/** Takes the allowance back. A run that goes on stops before its next step. */
export const removeCleanUp: Verb<z.output<typeof removeCleanUpInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'clean-up.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const policy = await findCleanUpPolicy(tx, input.id)
    if (policy === null) return refused({ code: 'missing', what: 'clean-up', name: input.id })
    await removeCleanUpPolicy(tx, policy.id)
    await record(tx, { ...by(ctx), action: 'clean-up.removed', subject: `clean-up:${policy.scope}` })
    return ok(null)
  })
}
