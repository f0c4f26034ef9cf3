/** Who an actor is today: people change roles and lose accounts between what they asked for and its execution. */
import { z } from 'zod'
import type { Actor, ActorRef } from '@/lib/domain/actor'
import { asId, type CleanUpPolicyId, type TokenId, type UserId } from '@/lib/domain/ids'
import { ROLES, type Role, roleCovers } from '@/lib/domain/permission'
import { findCleanUpPolicy } from './clean-up-policies'
import type { Db } from './client'

const roleSchema = z.enum(ROLES)

export const actorRefSchema: z.ZodType<ActorRef> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), userId: z.string().transform((id) => asId<UserId>(id)) }),
  z.object({ kind: z.literal('token'), tokenId: z.string().transform((id) => asId<TokenId>(id)) }),
  z.object({ kind: z.literal('local'), osUser: z.string() }),
  z.object({ kind: z.literal('system'), part: z.enum(['worker', 'setup', 'gate']) }),
  z.object({ kind: z.literal('policy'), policyId: z.string().transform((id) => asId<CleanUpPolicyId>(id)) }),
])

/** The actor with the role they have now; null when the account is disabled or gone, the token revoked or expired, the policy off. */
export async function actorToday(db: Db, ref: ActorRef): Promise<Actor | null> {
  switch (ref.kind) {
    case 'local':
      // Whoever can read the instance key acts as administrator; that has not changed by itself.
      return { kind: 'local', osUser: ref.osUser, role: 'admin' }
    case 'system':
      return { kind: 'system', part: ref.part, role: 'admin' }
    case 'policy': {
      const policy = await findCleanUpPolicy(db, ref.policyId)
      if (policy === null || !policy.enabled) return null
      return { kind: 'policy', policyId: policy.id, name: policy.scope, role: 'operator' }
    }
    case 'user': {
      const [row] = await db.query<{ email: string; role: string }>(
        'SELECT email, role FROM users WHERE id = $1 AND disabled_at IS NULL',
        [ref.userId],
      )
      return row === undefined
        ? null
        : { kind: 'user', userId: ref.userId, email: row.email, role: roleSchema.parse(row.role) }
    }
    case 'token': {
      const [row] = await db.query<{ name: string; role: string; userId: string | null; userRole: string | null }>(
        `SELECT t.name, t.role, t.user_id AS "userId", u.role AS "userRole" FROM api_tokens t
         LEFT JOIN users u ON u.id = t.user_id
         WHERE t.id = $1 AND t.revoked_at IS NULL AND t.expires_at > now() AND (t.user_id IS NULL OR u.disabled_at IS NULL)`,
        [ref.tokenId],
      )
      if (row === undefined) return null
      const own = roleSchema.parse(row.role)
      const role = row.userRole === null ? own : lesser(own, roleSchema.parse(row.userRole))
      const userId = row.userId === null ? null : asId<UserId>(row.userId)
      return { kind: 'token', tokenId: ref.tokenId, name: row.name, role, userId }
    }
  }
}

/** A token does what it was made for, and never more than its person may today. */
const lesser = (one: Role, other: Role): Role => (roleCovers(one, other) ? other : one)
