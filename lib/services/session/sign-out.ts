import { ok } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { deleteSession } from '@/lib/store/sessions'
import { withTransaction } from '@/lib/store/tx'
import { by, personOf, type Verb } from '../context'

/** Ends the session that asks. Done also when it has ended already. */
export const signOut: Verb<object, null> = async ({ ctx }) => {
  const { sessionId } = ctx
  if (sessionId === null) return ok(null)
  return withTransaction(ctx.store, async (tx) => {
    if (await deleteSession(tx, sessionId)) {
      await record(tx, { ...by(ctx), action: 'session.signed-out', subject: null })
      await recordChange(tx, 'users', personOf(ctx.actor))
    }
    return ok(null)
  })
}
