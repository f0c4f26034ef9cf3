import { z } from 'zod'
import type { CleanUpPolicyRow } from '@/lib/domain/clean-up'
import { ok, refused } from '@/lib/domain/result'
import { findCleanUpPolicy } from '@/lib/store/clean-up-policies'
import { withTransaction } from '@/lib/store/tx'
import { mayNot, type Verb } from '../context'
import { cleanUpPolicyId } from '../fields'
import { cleanUpLimits, recordPolicy } from './set'

export const changeCleanUpInput = z.object({ id: cleanUpPolicyId, ...cleanUpLimits })

/** Changes what is allowed; what a policy is about stays. */
export const changeCleanUp: Verb<z.output<typeof changeCleanUpInput>, CleanUpPolicyRow> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'clean-up.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const policy = await findCleanUpPolicy(tx, input.id)
    if (policy === null) return refused({ code: 'missing', what: 'clean-up', name: input.id })
    const { connectionId, storageId } = policy
    return ok(await recordPolicy(tx, ctx, { ...input, connectionId, storageId }))
  })
}
