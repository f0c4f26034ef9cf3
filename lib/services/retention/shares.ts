import type { z } from 'zod'
import { ENVIRONMENTS } from '@/lib/domain/environment'
import { ok } from '@/lib/domain/result'
import type { LimitShare } from '@/lib/domain/retention'
import { environmentOf } from '@/lib/engine/inventory/environment'
import { environmentLimits } from '@/lib/store/environments'
import { countSnapshots, limitedGuests } from '@/lib/store/retention'
import { mayNot, type Verb } from '../context'
import type { nothing } from '../fields'

/** How much is inside and past the limit of each environment that has one and any snapshot: the review in a glance. */
export const listLimitShares: Verb<z.output<typeof nothing>, LimitShare[]> = async ({ ctx }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const limits = await environmentLimits(ctx.store)
  const guests = await limitedGuests(ctx.store, limits, environmentOf)
  const counts = await countSnapshots(ctx.store, guests, ctx.now)
  return ok(
    ENVIRONMENTS.flatMap((environment) => {
      const count = counts.find((each) => each.environment === environment)
      const limitMillis = limits[environment].ageLimitMillis
      if (count === undefined || limitMillis === null || count.snapshots === 0) return []
      const { snapshots, past, withoutTime } = count
      return [{ environment, limitMillis, snapshots, past, withoutTime }]
    }),
  )
}
