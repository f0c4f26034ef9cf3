import { z } from 'zod'
import type { Actor } from '@/lib/domain/actor'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { keepCredentials } from '@/lib/hypervisors/registry'
import { record } from '@/lib/store/audit'
import { findConnection, updateConnection } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'
import { connectionId, thingName } from '../fields'
import { type Access, accessInput, readAccess } from './input'

export const changeConnectionInput = z.object({
  id: connectionId,
  name: thingName.optional(),
  /** address, pins, user and secret together, or not at all */
  access: accessInput.optional(),
})

/**
 * Changes name or access of a connection. Access is replaced as a whole and never merged with what is sealed: a stored
 * secret goes to no other host, user or pin than those it was given for, so a change of any of them needs it again.
 */
export const changeConnection: Verb<z.output<typeof changeConnectionInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'connection.manage')
  if (no !== null) return no
  const access = readNewAccess(input.access, ctx.actor)
  if (!access.ok) return access
  return withTransaction(ctx.store, async (tx) => {
    const before = await findConnection(tx, input.id)
    if (before === null) return refused({ code: 'missing', what: 'connection', name: input.id })
    if (before.demo) return refused({ code: 'invalid', errors: [DEMO] })
    const address = access.value?.address
    if (address !== undefined && address.kind !== before.kind) return refused({ code: 'invalid', errors: [KIND] })
    const changed = await updateConnection(tx, input.id, { name: input.name, address })
    if (!changed.ok) return changed
    if (access.value !== null) await keepCredentials(tx, input.id, access.value.credentials)
    const subject = `connection:${before.name}`
    const text = access.value?.text ?? null
    const detail = {
      ...(input.name === undefined || input.name === before.name ? {} : { name: input.name }),
      ...(text === null ? {} : { address: text, credentials: 'replaced' }),
    }
    await record(tx, { ...by(ctx), action: 'connection.changed', subject, detail })
    if (access.value?.cleartext === true) {
      await record(tx, { ...by(ctx), action: 'connection.cleartext-accepted', subject, detail: { address: text } })
    }
    return ok(null)
  })
}

const KIND = { path: 'access.kind', message: 'a connection keeps its platform; add another one instead' }
const DEMO = { path: 'id', message: 'a demo connection cannot be changed' }

/** What is missing of a secret is called by that name here: the page had it once, and asks for it again. */
function readNewAccess(input: z.output<typeof accessInput> | undefined, actor: Actor): Outcome<Access | null> {
  if (input === undefined) return ok(null)
  const access = readAccess(input, actor)
  return !access.ok && access.why.code === 'credentials-missing' ? refused({ code: 'secret-needed' }) : access
}
