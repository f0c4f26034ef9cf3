import { z } from 'zod'
import type { Hold } from '@/lib/domain/operation'
import { record } from '@/lib/store/audit'
import { placeHold as insertHold } from '@/lib/store/holds'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { snapshotId } from '../fields'

export const placeHoldInput = z.object({ snapshotId, note: z.string().trim().max(500).default('') })

/** Protects a snapshot from people and automation inside Snapwarden, until somebody releases it. */
export const placeHold: Verb<z.output<typeof placeHoldInput>, Hold> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'snapshot.hold')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const { snapshotId: id, note } = input
    const placed = await insertHold(tx, { snapshotId: id, note, by: authorOf(ctx), at: ctx.now })
    if (!placed.ok) return placed
    const { guestName, snapshotName } = placed.value
    const detail = { snapshot: snapshotName, note }
    await record(tx, { ...by(ctx), action: 'hold.placed', subject: `guest:${guestName}`, detail })
    return placed
  })
}
