import { z } from 'zod'
import type { UserId } from '@/lib/domain/ids'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { withTransaction } from '@/lib/store/tx'
import { insertUser, LANGUAGES } from '@/lib/store/users'
import { by, mayNot, type Verb } from '../context'
import { email, password, personName, role } from '../fields'
import { hashPassword, passwordProblem } from '../passwords'

export const createUserInput = z.object({
  email,
  name: personName,
  role,
  password,
  language: z.enum(LANGUAGES).nullish(),
})

/** Adds a person with a first password, which an administrator hands over. */
export const createUser: Verb<z.output<typeof createUserInput>, { id: UserId }> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'user.manage')
  if (no !== null) return no
  const weak = passwordProblem(input.password)
  if (weak !== null) return refused(weak)
  const passwordHash = await hashPassword(input.password)
  return withTransaction(ctx.store, async (tx) => {
    const { email, name, role, language } = input
    const id = await insertUser(tx, { email, name, role, passwordHash, language: language ?? null })
    if (id === null) return refused({ code: 'already-exists', what: 'user', name: email })
    await record(tx, { ...by(ctx), action: 'user.created', subject: `user:${email}`, detail: { role } })
    await recordChange(tx, 'users', id)
    return ok({ id })
  })
}
