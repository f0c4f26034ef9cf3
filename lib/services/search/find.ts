import { z } from 'zod'
import { ok } from '@/lib/domain/result'
import type { SearchHit } from '@/lib/domain/view'
import { searchHits } from '@/lib/store/inventory-search'
import { mayNot, type Verb } from '../context'

export const findInput = z.object({ q: z.string().max(1_000).default('') })

/** One search over guests, snapshots, storages and connections. */
export const find: Verb<z.output<typeof findInput>, SearchHit[]> = async ({ ctx, input }) =>
  mayNot(ctx, 'inventory.read') ?? ok(await searchHits(ctx.store, input.q))
