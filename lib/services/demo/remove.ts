import { ok } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { deleteConnection, listConnections } from '@/lib/store/connections'
import { lockLease } from '@/lib/store/leases'
import { withTransaction } from '@/lib/store/tx'
import { endOperationsOf } from '../connection/end-operations'
import { by, mayNot, type Verb } from '../context'

/** Removes every demo connection with its data. Removing it twice is done once. */
export const removeDemo: Verb<object, { connections: number }> = async ({ ctx }) => {
  const no = mayNot(ctx, 'connection.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const demo = (await listConnections(tx, ctx.now)).filter((connection) => connection.demo)
    // All of them before anything is written: a worker may hold one and wait for what was written of another.
    for (const { id } of demo) await lockLease(tx, id)
    for (const connection of demo) {
      await endOperationsOf(tx, ctx, connection)
      await deleteConnection(tx, connection.id)
    }
    if (demo.length > 0) {
      await record(tx, { ...by(ctx), action: 'demo.removed', subject: null, detail: { connections: demo.length } })
    }
    return ok({ connections: demo.length })
  })
}
