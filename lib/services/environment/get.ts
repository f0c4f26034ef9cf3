import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import type { GuestEnvironment } from '@/lib/domain/retention'
import { environmentOf } from '@/lib/engine/inventory/environment'
import { environmentLimits, environmentOfGuest } from '@/lib/store/environments'
import { mayNot, type Verb } from '../context'
import { guestId } from '../fields'

export const getEnvironmentInput = z.object({ id: guestId })

/** What a guest is for, who owns it, and how long its snapshots may live. */
export const getEnvironment: Verb<z.output<typeof getEnvironmentInput>, GuestEnvironment> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const found = await environmentOfGuest(ctx.store, input.id, environmentOf)
  if (found === null) return refused({ code: 'missing', what: 'guest', name: input.id })
  const limits = await environmentLimits(ctx.store)
  return ok({ ...found, limitMillis: limits[found.environment].ageLimitMillis })
}
