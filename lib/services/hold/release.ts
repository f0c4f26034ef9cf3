import { z } from 'zod'
import type { Hold } from '@/lib/domain/operation'
import { record } from '@/lib/store/audit'
import { releaseHold as endHold } from '@/lib/store/holds'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { snapshotId } from '../fields'

export const releaseHoldInput = z.object({ snapshotId })

/** Ends the protection of a snapshot. */
export const releaseHold: Verb<z.output<typeof releaseHoldInput>, Hold> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'snapshot.hold')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const released = await endHold(tx, { snapshotId: input.snapshotId, by: authorOf(ctx), at: ctx.now })
    if (!released.ok) return released
    const { guestName, snapshotName, by: placedBy } = released.value
    const detail = { snapshot: snapshotName, placedBy }
    await record(tx, { ...by(ctx), action: 'hold.released', subject: `guest:${guestName}`, detail })
    return released
  })
}
