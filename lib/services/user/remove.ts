import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { withTransaction } from '@/lib/store/tx'
import { deleteUser, findUser, lockAdministrators, otherAdministrators } from '@/lib/store/users'
import { by, mayNot, type Verb } from '../context'
import { userId } from '../fields'

export const removeUserInput = z.object({ id: userId })

/** Removes a person with their sessions and tokens. What they did stays in the audit log. */
export const removeUser: Verb<z.output<typeof removeUserInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'user.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    await lockAdministrators(tx)
    const user = await findUser(tx, input.id)
    if (user === null) return refused({ code: 'missing', what: 'user', name: input.id })
    if (user.role === 'admin' && (await otherAdministrators(tx, user.id)) === 0) {
      return refused({ code: 'last-administrator' })
    }
    await deleteUser(tx, user.id)
    await record(tx, { ...by(ctx), action: 'user.removed', subject: `user:${user.email}`, detail: { role: user.role } })
    await recordChange(tx, 'users', user.id)
    await recordChange(tx, 'tokens', user.id)
    return ok(null)
  })
}
