/** Signing in: the only thing the auth library does for an anonymous caller. */
import { isAPIError } from 'better-auth/api'
import { parseSetCookieHeader } from 'better-auth/cookies'
import { z } from 'zod'
import type { Actor } from '@/lib/domain/actor'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { email } from '@/lib/services/fields'
import { LIMITS } from '@/lib/services/limits'
import { record } from '@/lib/store/audit'
import { countTry, forgetTries } from '@/lib/store/rate-limits'
import { withTransaction } from '@/lib/store/tx'
import { findUserByEmail, type StoredUser } from '@/lib/store/users'
import type { PublicContext } from './gate'

/** What a person may have typed; a longer password is none of ours, and would only cost hashing. */
export const signInInput = z.object({ email, password: z.string().min(1, 'must not be empty').max(256) })

/** A cookie to set, as Next's cookie store takes it. */
export type NewCookie = {
  name: string
  value: string
  httpOnly: true
  sameSite: 'lax'
  secure: boolean
  path: '/'
  maxAge: number
}
export type SignedIn = { user: StoredUser; cookie: NewCookie }

const GATE: Actor = { kind: 'system', part: 'gate', role: 'admin' }

/**
 * Checks e-mail and password and begins a session. A wrong password, an unknown address and a disabled account get the
 * same answer after the same work. Tries are counted by address, by account, and by both.
 */
export async function signIn(ctx: PublicContext, input: z.output<typeof signInInput>): Promise<Outcome<SignedIn>> {
  const { store, auth } = ctx.web
  const address = ctx.address ?? 'unknown'
  const pair = `${address} ${input.email}`
  const tries = [
    await countTry(store, 'sign-in-address', address, LIMITS.signInAddress),
    await countTry(store, 'sign-in-account', input.email, LIMITS.signInAccount),
    await countTry(store, 'sign-in-pair', pair, LIMITS.signInPair),
  ]
  const retryAfterMillis = Math.max(...tries.map((tried) => tried.retryAfterMillis))
  if (retryAfterMillis > 0) return refused({ code: 'rate-limited', retryAfterMillis })

  const cookie = await beginSession(ctx, input)
  if (cookie === null) {
    await withTransaction(store, (tx) =>
      record(tx, {
        actor: GATE,
        action: 'session.sign-in-failed',
        subject: `user:${input.email}`,
        address: ctx.address,
      }),
    )
    return refused({ code: 'sign-in-refused' })
  }
  await forgetTries(store, 'sign-in-pair', pair)
  const user = await findUserByEmail(store, input.email)
  if (user === null) throw new Error('a session began for a user we do not have')
  const { name } = (await auth.$context).authCookies.sessionToken
  if (cookie.name !== name) throw new Error('the auth library set a cookie of another name')
  return ok({ user, cookie })
}

/** The session cookie, or null when the library says no. */
async function beginSession(ctx: PublicContext, input: { email: string; password: string }): Promise<NewCookie | null> {
  const { auth } = ctx.web
  // Without the caller's cookies: an old session has no say in a new sign-in.
  const headers = new Headers()
  for (const name of ['user-agent', 'x-forwarded-for']) {
    const value = ctx.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  try {
    const answer = await auth.api.signInEmail({ body: input, headers, returnHeaders: true })
    const { authCookies } = await auth.$context
    const set = parseSetCookieHeader(answer.headers.get('set-cookie') ?? '').get(authCookies.sessionToken.name)
    if (set === undefined) throw new Error('the auth library began a session without a cookie')
    return {
      name: authCookies.sessionToken.name,
      value: decodeURIComponent(set.value),
      httpOnly: true,
      sameSite: 'lax',
      secure: authCookies.sessionToken.attributes.secure === true,
      path: '/',
      maxAge: Number(set['max-age'] ?? 0),
    }
  } catch (error) {
    if (isAPIError(error) && (error.status === 'UNAUTHORIZED' || error.status === 'BAD_REQUEST')) return null
    throw error
  }
}
