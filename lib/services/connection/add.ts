import type { z } from 'zod'
import type { ConnectionId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { keepCredentials } from '@/lib/hypervisors/registry'
import { record } from '@/lib/store/audit'
import { insertConnection } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { type newConnectionInput, readAccess } from './input'

/**
 * Adds a connection. Its credentials are sealed in the same transaction; the hypervisor is not asked, the worker reads
 * it as soon as it sees it.
 */
export const addConnection: Verb<z.output<typeof newConnectionInput>, { id: ConnectionId }> = async ({
  ctx,
  input,
}) => {
  const no = mayNot(ctx, 'connection.manage')
  if (no !== null) return no
  const access = readAccess(input, ctx.actor)
  if (!access.ok) return access
  const { address, credentials, cleartext, text } = access.value
  return withTransaction(ctx.store, async (tx) => {
    const { name, kind, mode } = input
    const added = await insertConnection(tx, { name, kind, mode, address, demo: false, createdBy: authorOf(ctx) })
    if (!added.ok) return added
    if (Object.keys(credentials).length > 0) await keepCredentials(tx, added.value, credentials)
    const subject = `connection:${name}`
    await record(tx, { ...by(ctx), action: 'connection.added', subject, detail: { kind, mode, address: text } })
    if (cleartext) {
      await record(tx, { ...by(ctx), action: 'connection.cleartext-accepted', subject, detail: { address: text } })
    }
    return ok({ id: added.value })
  })
}
