import type { Filter } from '@/lib/domain/filter'
import { ok } from '@/lib/domain/result'
import type { GuestRow } from '@/lib/domain/view'
import { guestsAfter } from '@/lib/store/inventory-pages'
import { mayNot, type Verb } from '../context'
import { readFilter } from './filter'

type Input = { q: string; after: string | null; limit: number }

/** One page of the guests that a filter matches, by id; `more` says whether there is a next one. */
export const pageGuests: Verb<Input, { rows: GuestRow[]; more: boolean }> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const parsed = input.q === '' ? { ok: true as const, value: [] satisfies Filter } : readFilter(input.q)
  if (!parsed.ok) return parsed
  const { after, limit } = input
  const rows = await guestsAfter(ctx.store, { filter: parsed.value, after, limit: limit + 1, now: ctx.now })
  return ok({ rows: rows.slice(0, limit), more: rows.length > limit })
}
