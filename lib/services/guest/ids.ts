import { z } from 'zod'
import type { GuestId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { guestIds } from '@/lib/store/inventory-guests'
import { mayNot, type Verb } from '../context'
import { readFilter } from './filter'
import { filterText } from './list'

export const listGuestIdsInput = z.object({ q: filterText })

/** Ids of all guests that a filter matches, for "select all". */
export const listGuestIds: Verb<z.output<typeof listGuestIdsInput>, { ids: GuestId[] }> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const filter = readFilter(input.q)
  if (!filter.ok) return filter
  return ok({ ids: await guestIds(ctx.store, filter.value, ctx.now) })
}
