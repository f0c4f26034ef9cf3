import { z } from 'zod'
import type { UserId } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { countTry, forgetTries } from '@/lib/store/rate-limits'
import { deleteSessionsOf } from '@/lib/store/sessions'
import { withTransaction } from '@/lib/store/tx'
import { DENSITIES, findUser, LANGUAGES, passwordHashOf, setPassword, THEMES, updateUser } from '@/lib/store/users'
import { by, type Context, mayNot, type Verb } from '../context'
import { password, personName } from '../fields'
import { LIMITS } from '../limits'
import { hashPassword, passwordProblem, verifyPassword } from '../passwords'

export const changeProfileInput = z.object({
  name: personName.optional(),
  /** null = follow the browser */
  language: z.enum(LANGUAGES).nullable().optional(),
  theme: z.enum(THEMES).optional(),
  density: z.enum(DENSITIES).optional(),
  shortcuts: z.boolean().optional(),
  password: z.object({ current: password, next: password }).optional(),
})

/** Changes one's own profile. A new password needs the old one, and ends one's other sessions. */
export const changeProfile: Verb<z.output<typeof changeProfileInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'profile.manage-own')
  if (no !== null) return no
  // A token acts for its person in the API; a profile is the person's own.
  if (ctx.actor.kind !== 'user') return refused({ code: 'forbidden', needs: 'viewer' })
  const { userId, email } = ctx.actor
  const { password: passwords, name, language, theme, density, shortcuts } = input
  const hashed = passwords === undefined ? ok(null) : await newHash(ctx, userId, passwords)
  if (!hashed.ok) return hashed
  return withTransaction(ctx.store, async (tx) => {
    if ((await findUser(tx, userId)) === null) return refused({ code: 'missing', what: 'user', name: email })
    const patch = {
      ...(name === undefined ? {} : { name }),
      ...(language === undefined ? {} : { language }),
      ...(theme === undefined ? {} : { theme }),
      ...(density === undefined ? {} : { density }),
      ...(shortcuts === undefined ? {} : { shortcuts }),
    }
    if (Object.keys(patch).length > 0) {
      await updateUser(tx, userId, patch)
      await record(tx, { ...by(ctx), action: 'user.changed', subject: `user:${email}`, detail: patch })
    }
    if (hashed.value !== null) {
      await setPassword(tx, userId, hashed.value)
      await deleteSessionsOf(tx, userId, ctx.sessionId)
      await record(tx, { ...by(ctx), action: 'user.password-reset', subject: `user:${email}`, detail: { own: true } })
    }
    await recordChange(tx, 'users', userId)
    return ok(null)
  })
}

async function newHash(
  ctx: Context,
  userId: UserId,
  passwords: { current: string; next: string },
): Promise<Outcome<string>> {
  const tried = await countTry(ctx.store, 'own-password', userId, LIMITS.ownPassword)
  if (!tried.allowed) return refused({ code: 'rate-limited', retryAfterMillis: tried.retryAfterMillis })
  const current = await passwordHashOf(ctx.store, userId)
  if (current === null || !(await verifyPassword(current, passwords.current))) {
    return refused({ code: 'invalid', errors: [{ path: 'password.current', message: 'is not your password' }] })
  }
  const weak = passwordProblem(passwords.next)
  if (weak !== null) return refused(weak)
  await forgetTries(ctx.store, 'own-password', userId)
  return ok(await hashPassword(passwords.next))
}
