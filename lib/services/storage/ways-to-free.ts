import { z } from 'zod'
import type { Reclaim } from '@/lib/domain/alert-view'
import { ok, refused } from '@/lib/domain/result'
import { reclaimFor } from '../alert/reclaim'
import { mayNot, type Verb } from '../context'
import { storageId } from '../fields'

export const waysToFreeInput = z.object({ id: storageId })

/** What would go first on a storage, safest first, and what that frees; the same advice its alerts carry. */
export const waysToFree: Verb<z.output<typeof waysToFreeInput>, Reclaim> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const reclaim = await reclaimFor(ctx, input.id)
  return reclaim === null ? refused({ code: 'missing', what: 'storage', name: input.id }) : ok(reclaim)
}
