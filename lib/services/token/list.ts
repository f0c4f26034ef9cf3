import { can } from '@/lib/domain/permission'
import { ok, refused } from '@/lib/domain/result'
import type { TokenRow } from '@/lib/domain/view'
import { listTokens as readTokens } from '@/lib/store/tokens'
import { mayNot, personOf, type Verb } from '../context'

/** API tokens: one's own; an administrator sees all. The secrets are nowhere. */
export const listTokens: Verb<object, TokenRow[]> = async ({ ctx }) => {
  const no = mayNot(ctx, 'token.manage-own')
  if (no !== null) return no
  if (can(ctx.actor, 'token.manage-all').ok) return ok(await readTokens(ctx.store, null))
  const userId = personOf(ctx.actor)
  if (userId === null) return refused({ code: 'forbidden', needs: 'admin' })
  return ok(await readTokens(ctx.store, userId))
}
