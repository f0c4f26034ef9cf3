import { can } from '@/lib/domain/permission'
import { ok, refused } from '@/lib/domain/result'
import type { SessionRow } from '@/lib/domain/view'
import { listSessions as readSessions } from '@/lib/store/sessions'
import { mayNot, personOf, type Verb } from '../context'

/** Live sessions: one's own; an administrator sees everybody's. */
export const listSessions: Verb<object, SessionRow[]> = async ({ ctx }) => {
  const no = mayNot(ctx, 'profile.manage-own')
  if (no !== null) return no
  if (can(ctx.actor, 'user.manage').ok) return ok(await readSessions(ctx.store, null, ctx.sessionId))
  const userId = personOf(ctx.actor)
  if (userId === null) return refused({ code: 'forbidden', needs: 'admin' })
  return ok(await readSessions(ctx.store, userId, ctx.sessionId))
}
