import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { deleteSessionsOf } from '@/lib/store/sessions'
import { withTransaction } from '@/lib/store/tx'
import { findUser, lockAdministrators, otherAdministrators, updateUser } from '@/lib/store/users'
import { by, mayNot, type Verb } from '../context'
import { personName, role, userId } from '../fields'

export const changeUserInput = z.object({
  id: userId,
  name: personName.optional(),
  role: role.optional(),
  disabled: z.boolean().optional(),
})

/**
 * Changes name, role or access of a person. Disabling ends their sessions and tokens at once. One administrator who
 * can sign in always remains.
 */
export const changeUser: Verb<z.output<typeof changeUserInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'user.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    await lockAdministrators(tx)
    const user = await findUser(tx, input.id)
    if (user === null) return refused({ code: 'missing', what: 'user', name: input.id })
    const role = input.role ?? user.role
    const disabled = input.disabled ?? user.disabled
    const stopsManaging = user.role === 'admin' && !user.disabled && (role !== 'admin' || disabled)
    if (stopsManaging && (await otherAdministrators(tx, user.id)) === 0) return refused({ code: 'last-administrator' })
    const name = input.name ?? user.name
    await updateUser(tx, user.id, { name, role, disabled })
    if (disabled) await deleteSessionsOf(tx, user.id, null)
    const detail = {
      ...(name === user.name ? {} : { name }),
      ...(role === user.role ? {} : { roleBefore: user.role, role }),
      ...(disabled === user.disabled ? {} : { disabled }),
    }
    await record(tx, { ...by(ctx), action: 'user.changed', subject: `user:${user.email}`, detail })
    await recordChange(tx, 'users', user.id)
    return ok(null)
  })
}
