/** Who is asking: the person behind a session cookie, or the token behind a bearer header. Asked anew every time. */
import type { Actor } from '@/lib/domain/actor'
import { asId, type UserId } from '@/lib/domain/ids'
import { ROLES, type Role, roleCovers } from '@/lib/domain/permission'
import { LIMITS } from '@/lib/services/limits'
import { countTry } from '@/lib/store/rate-limits'
import { touchSession } from '@/lib/store/sessions'
import { findTokenHolder, touchToken } from '@/lib/store/tokens'
import { clientAddress } from './origin'
import type { WebProcess } from './process'

export type Caller = { actor: Actor; sessionId: string | null; address: string | null }

/** The signed-in person, or null: no cookie, a forged or ended session, a disabled account. */
export async function callerBySession(web: WebProcess, headers: Headers): Promise<Caller | null> {
  if (!headers.has('cookie')) return null
  const found = await web.auth.api.getSession({ headers })
  if (found === null) return null
  const { user, session } = found
  const role = ROLES.find((known) => known === user.role)
  if (role === undefined) throw new Error(`unknown role in a row: ${user.role}`)
  if (user.disabledAt !== null && user.disabledAt !== undefined) return null
  if (Date.now() - session.updatedAt.getTime() > 60_000) await touchSession(web.store, session.id)
  return {
    actor: { kind: 'user', userId: asId<UserId>(user.id), email: user.email, role },
    sessionId: session.id,
    address: clientAddress(headers),
  }
}

/** The answer to a bearer header: a caller, `null` for none or a wrong one, or how long to wait after too many. */
export async function callerByToken(
  web: WebProcess,
  headers: Headers,
): Promise<Caller | null | { retryAfterMillis: number }> {
  const match = /^Bearer\s+([\w.~+/-]{10,200}=*)$/i.exec(headers.get('authorization') ?? '')
  const secret = match?.[1]
  if (secret === undefined) return null
  const address = clientAddress(headers)
  const holder = await findTokenHolder(web.store, secret)
  if (holder === null) {
    const tried = await countTry(web.store, 'bearer', address ?? 'unknown', LIMITS.wrongBearer)
    return tried.allowed ? null : { retryAfterMillis: tried.retryAfterMillis }
  }
  await touchToken(web.store, holder.id)
  const role = holder.user === null ? holder.role : lesserRole(holder.role, holder.user.role)
  return {
    actor: { kind: 'token', tokenId: holder.id, name: holder.name, role, userId: holder.user?.id ?? null },
    sessionId: null,
    address,
  }
}

/** A token does what it was made for, and never more than its person may today. */
const lesserRole = (one: Role, other: Role): Role => (roleCovers(one, other) ? other : one)
