import type { z } from 'zod'
import type { CleanUpPolicyRow } from '@/lib/domain/clean-up'
import { ok } from '@/lib/domain/result'
import { listCleanUpPolicies } from '@/lib/store/clean-up-policies'
import { mayNot, type Verb } from '../context'
import type { nothing } from '../fields'

/** Where Snapwarden may clean up by itself. Everybody who reads alerts may know. */
export const listCleanUps: Verb<z.output<typeof nothing>, CleanUpPolicyRow[]> = async ({ ctx }) => {
  const no = mayNot(ctx, 'alert.read')
  return no ?? ok(await listCleanUpPolicies(ctx.store))
}
