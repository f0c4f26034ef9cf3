import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { deleteSessionsOf } from '@/lib/store/sessions'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'

/** Ends every session of one's own but the one that asks, at once and together. Says how many there were. */
export const revokeOtherSessions: Verb<object, { ended: number }> = async ({ ctx }) => {
  const no = mayNot(ctx, 'profile.manage-own')
  if (no !== null) return no
  // A token has no session of its own to keep: it would end them all.
  if (ctx.actor.kind !== 'user' || ctx.sessionId === null) return refused({ code: 'forbidden', needs: 'viewer' })
  const { userId, email } = ctx.actor
  const { sessionId } = ctx
  return withTransaction(ctx.store, async (tx) => {
    const ended = await deleteSessionsOf(tx, userId, sessionId)
    if (ended > 0) {
      await record(tx, { ...by(ctx), action: 'session.revoked', subject: `user:${email}`, detail: { all: ended } })
      await recordChange(tx, 'users', userId)
    }
    return ok({ ended })
  })
}
