import { ok } from '@/lib/domain/result'
import type { Overview } from '@/lib/domain/view'
import { overview } from '@/lib/store/inventory-overview'
import { mayNot, type Verb } from '../context'

/** The fleet in figures, and what needs a person. */
export const getOverview: Verb<object, Overview> = async ({ ctx }) =>
  mayNot(ctx, 'inventory.read') ?? ok(await overview(ctx.store, ctx.now))
