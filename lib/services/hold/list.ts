import { z } from 'zod'
import type { Hold } from '@/lib/domain/operation'
import { ok } from '@/lib/domain/result'
import { DAY, epochMillis, instantAt } from '@/lib/domain/units'
import { listHolds as readHolds } from '@/lib/store/holds'
import { mayNot, type Verb } from '../context'
import { guestId } from '../fields'

export const listHoldsInput = z.object({ guest: guestId.optional() })

/** A held snapshot that was deleted elsewhere is shown this long. */
const LOST_SHOWN = 30 * DAY

/** Held snapshots, and those lost to a deletion elsewhere not long ago. */
export const listHolds: Verb<z.output<typeof listHoldsInput>, Hold[]> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  return ok(await readHolds(ctx.store, input.guest ?? null, instantAt(epochMillis(ctx.now) - LOST_SHOWN)))
}
