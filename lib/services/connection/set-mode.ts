import { z } from 'zod'
import { CONNECTION_MODES } from '@/lib/domain/connection'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { findConnection, updateConnection } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'
import { connectionId } from '../fields'

export const setModeInput = z.object({ id: connectionId, mode: z.enum(CONNECTION_MODES) })

/** Chooses between observe (only reads) and operate (may also change, through plans). */
export const setMode: Verb<z.output<typeof setModeInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'connection.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const before = await findConnection(tx, input.id)
    if (before === null) return refused({ code: 'missing', what: 'connection', name: input.id })
    if (before.mode === input.mode) return ok(null)
    const changed = await updateConnection(tx, input.id, { mode: input.mode })
    if (!changed.ok) return changed
    const detail = { before: before.mode, mode: input.mode }
    await record(tx, { ...by(ctx), action: 'connection.mode-changed', subject: `connection:${before.name}`, detail })
    return ok(null)
  })
}
