import { z } from 'zod'
import type { Silence } from '@/lib/domain/alert'
import { endSilence } from '@/lib/store/alerts'
import { record } from '@/lib/store/audit'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'
import { silenceId } from '../fields'

export const endSilenceInput = z.object({ id: silenceId })
/** Ends a silence before its time. */
export const unsilence: Verb<z.output<typeof endSilenceInput>, Silence> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'alert.handle')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const ended = await endSilence(tx, input.id, ctx.now)
    if (ended.ok) {
      await record(tx, {
        ...by(ctx),
        action: 'alert.silence-ended',
        subject: null,
        detail: { covers: Object.keys(ended.value.scope)[0] ?? '', reason: ended.value.reason },
      })
    }
    return ended
  })
}
