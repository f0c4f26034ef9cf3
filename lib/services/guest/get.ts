import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import type { GuestDetail } from '@/lib/domain/view'
import { guestDetail } from '@/lib/store/inventory-guests'
import { mayNot, type Verb } from '../context'
import { guestId } from '../fields'

export const getGuestInput = z.object({ id: guestId })

/** Everything known about one guest, with the age of each part. */
export const getGuest: Verb<z.output<typeof getGuestInput>, GuestDetail> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const guest = await guestDetail(ctx.store, input.id, ctx.now)
  return guest === null ? refused({ code: 'missing', what: 'guest', name: input.id }) : ok(guest)
}
