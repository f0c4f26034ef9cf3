import { ok } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { deleteConnection, listConnections } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'

/** Removes every demo connection with its data. Removing it twice is done once. */
export const removeDemo: Verb<object, { connections: number }> = async ({ ctx }) => {
  const no = mayNot(ctx, 'connection.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const demo = (await listConnections(tx, ctx.now)).filter((connection) => connection.demo)
    for (const { id } of demo) await deleteConnection(tx, id)
    if (demo.length > 0) {
      await record(tx, { ...by(ctx), action: 'demo.removed', subject: null, detail: { connections: demo.length } })
    }
    return ok({ connections: demo.length })
  })
}
