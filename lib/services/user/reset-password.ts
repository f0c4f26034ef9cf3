import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { deleteSessionsOf } from '@/lib/store/sessions'
import { withTransaction } from '@/lib/store/tx'
import { findUser, setPassword } from '@/lib/store/users'
import { by, mayNot, type Verb } from '../context'
import { password, userId } from '../fields'
import { hashPassword, passwordProblem } from '../passwords'

export const resetPasswordInput = z.object({ id: userId, password })

/** Gives a person a new password and ends their sessions: whoever had the old one is out. */
export const resetPassword: Verb<z.output<typeof resetPasswordInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'user.manage')
  if (no !== null) return no
  const weak = passwordProblem(input.password)
  if (weak !== null) return refused(weak)
  const hashed = await hashPassword(input.password)
  return withTransaction(ctx.store, async (tx) => {
    const user = await findUser(tx, input.id)
    if (user === null) return refused({ code: 'missing', what: 'user', name: input.id })
    await setPassword(tx, user.id, hashed)
    await deleteSessionsOf(tx, user.id, ctx.sessionId)
    await record(tx, { ...by(ctx), action: 'user.password-reset', subject: `user:${user.email}` })
    await recordChange(tx, 'users', user.id)
    return ok(null)
  })
}
