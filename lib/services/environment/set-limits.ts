import { z } from 'zod'
import { ENVIRONMENTS, type EnvironmentLimits } from '@/lib/domain/environment'
import { ok } from '@/lib/domain/result'
import { DAY, HOUR } from '@/lib/domain/units'
import { record } from '@/lib/store/audit'
import { saveEnvironmentLimits } from '@/lib/store/environments'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'

const limit = z
  .number()
  .int()
  .min(HOUR)
  .max(3_650 * DAY)
  .nullable()
export const setLimitsInput = z.object({ production: limit, test: limit, development: limit, unknown: limit })

/** How long a snapshot may live by what its guest is for; null = no limit. */
export const setLimits: Verb<z.output<typeof setLimitsInput>, EnvironmentLimits> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'rule.manage')
  if (no !== null) return no
  const limits = Object.fromEntries(
    ENVIRONMENTS.map((each) => [each, { ageLimitMillis: input[each] }]),
  ) as EnvironmentLimits
  await withTransaction(ctx.store, async (tx) => {
    await saveEnvironmentLimits(tx, limits)
    await record(tx, { ...by(ctx), action: 'environment.limits-changed', subject: null, detail: { ...input } })
  })
  return ok(limits)
}
