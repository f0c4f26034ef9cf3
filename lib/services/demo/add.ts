import type { Connection } from '@/lib/domain/connection'
import { ok, refused } from '@/lib/domain/result'
import { demoFleet } from '@/lib/hypervisors/fake/demo'
import { record } from '@/lib/store/audit'
import { findConnectionByName, insertConnection } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'

/** Adds the demo fleet: connections of made-up platforms, marked demo everywhere. Adding it twice is done once. */
export const addDemo: Verb<object, { connections: number }> = async ({ ctx }) => {
  const no = mayNot(ctx, 'connection.manage')
  if (no !== null) return no
  const fleet = demoFleet(ctx.now)
  return withTransaction(ctx.store, async (tx) => {
    const known: (Connection | null)[] = []
    for (const { name } of fleet) known.push(await findConnectionByName(tx, name))
    const real = known.find((connection) => connection?.demo === false)
    if (real) return refused({ code: 'already-exists', what: 'connection', name: real.name })
    const missing = fleet.filter((_, index) => known[index] === null)
    if (missing.length === 0) return ok({ connections: fleet.length })
    for (const { name, kind, address } of missing) {
      const mode = 'observe'
      const added = await insertConnection(tx, { name, kind, mode, address, demo: true, createdBy: authorOf(ctx) })
      // Two people at once: the other one's fleet is as good as ours, and the transaction must not keep half of it.
      if (!added.ok) throw new Error(`the demo connection ${name} appeared while the demo fleet was added`)
    }
    await record(tx, { ...by(ctx), action: 'demo.added', subject: null, detail: { connections: missing.length } })
    return ok({ connections: fleet.length })
  })
}
