import { z } from 'zod'
import { can } from '@/lib/domain/permission'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { deleteSession, findSessionOwner } from '@/lib/store/sessions'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, personOf, type Verb } from '../context'
import { sessionId } from '../fields'

export const revokeSessionInput = z.object({ id: sessionId })

/** Ends a session at once, its event stream included: one's own, or as an administrator anybody's. */
export const revokeSession: Verb<z.output<typeof revokeSessionInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'profile.manage-own')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const owner = await findSessionOwner(tx, input.id)
    const theirs = owner !== null && owner.userId !== personOf(ctx.actor)
    if (owner === null || (theirs && !can(ctx.actor, 'user.manage').ok)) {
      return refused({ code: 'missing', what: 'page', name: input.id })
    }
    await deleteSession(tx, input.id)
    await record(tx, { ...by(ctx), action: 'session.revoked', subject: `user:${owner.email}` })
    await recordChange(tx, 'users', owner.userId)
    return ok(null)
  })
}
