import { z } from 'zod'
import type { Delivery } from '@/lib/domain/channel'
import { ok } from '@/lib/domain/result'
import { listDeliveries as readDeliveries } from '@/lib/store/deliveries'
import { mayNot, type Verb } from '../context'
import { channelId } from '../fields'

export const listDeliveriesInput = z.object({
  channel: channelId.optional(),
  state: z.enum(['waiting', 'sent', 'dead']).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/** What was sent, waits or was given up, newest first. */
export const listDeliveries: Verb<z.output<typeof listDeliveriesInput>, Delivery[]> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'channel.manage')
  if (no !== null) return no
  const { channel, state, limit } = input
  return ok(await readDeliveries(ctx.store, { channelId: channel ?? null, state: state ?? null, limit }))
}
