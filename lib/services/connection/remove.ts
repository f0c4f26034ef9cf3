import { z } from 'zod'
import { ok } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { deleteConnection, findConnection } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'
import { connectionId } from '../fields'
import { endOperationsOf } from './end-operations'

export const removeConnectionInput = z.object({ id: connectionId })

/**
 * Removes a connection with its credentials and everything read through it, and ends what was still to be done there.
 * Nothing happens on the hypervisor.
 */
export const removeConnection: Verb<z.output<typeof removeConnectionInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'connection.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const connection = await findConnection(tx, input.id)
    if (connection !== null) await endOperationsOf(tx, ctx, connection)
    const removed = await deleteConnection(tx, input.id)
    if (!removed.ok) return removed
    const { name, kind, demo } = removed.value
    await record(tx, {
      ...by(ctx),
      action: 'connection.removed',
      subject: `connection:${name}`,
      detail: { kind, demo },
    })
    return ok(null)
  })
}
