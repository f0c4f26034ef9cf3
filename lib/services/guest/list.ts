import { z } from 'zod'
import { ok } from '@/lib/domain/result'
import { GUEST_SORTS, type GuestWindow } from '@/lib/domain/view'
import { guestWindow, MAX_GUEST_WINDOW } from '@/lib/store/inventory-guests'
import { mayNot, type Verb } from '../context'
import { readFilter } from './filter'

/** Longer texts are a filter error of their own, told with the limit. */
const MAX_Q = 10_000
export const filterText = z.string().max(MAX_Q).default('')

export const listGuestsInput = z.object({
  q: filterText,
  sort: z.enum(GUEST_SORTS).default('name'),
  dir: z.enum(['asc', 'desc']).default('asc'),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(MAX_GUEST_WINDOW).default(100),
})

/** One window of the guests that a filter matches. */
export const listGuests: Verb<z.output<typeof listGuestsInput>, GuestWindow> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const filter = readFilter(input.q)
  if (!filter.ok) return filter
  const { sort, dir, offset, limit } = input
  return ok(await guestWindow(ctx.store, { filter: filter.value, sort, dir, offset, limit, now: ctx.now }))
}
