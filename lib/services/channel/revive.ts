import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { reviveDelivery } from '@/lib/store/deliveries'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'

export const reviveNoticeInput = z.object({ id: z.string().min(1).max(64) })

/** Tries a notice again that was given up. */
export const reviveNotice: Verb<z.output<typeof reviveNoticeInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'channel.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    if (!(await reviveDelivery(tx, input.id, ctx.now))) return refused({ code: 'nothing-to-do' })
    await record(tx, { ...by(ctx), action: 'channel.notice-revived', subject: null, detail: { notice: input.id } })
    return ok(null)
  })
}
