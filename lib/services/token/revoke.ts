import { z } from 'zod'
import { can } from '@/lib/domain/permission'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { revokeToken as endToken, findToken } from '@/lib/store/tokens'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, personOf, type Verb } from '../context'
import { tokenId } from '../fields'

export const revokeTokenInput = z.object({ id: tokenId })

/** Ends a token at once: one's own, or as an administrator anybody's. Ending it twice is done once. */
export const revokeToken: Verb<z.output<typeof revokeTokenInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'token.manage-own')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const token = await findToken(tx, input.id)
    const own = token !== null && token.userId !== null && token.userId === personOf(ctx.actor)
    if (token === null || (!own && !can(ctx.actor, 'token.manage-all').ok)) {
      return refused({ code: 'missing', what: 'token', name: input.id })
    }
    if (await endToken(tx, input.id)) {
      await record(tx, { ...by(ctx), action: 'token.revoked', subject: `token:${token.name}` })
      await recordChange(tx, 'tokens', token.userId)
    }
    return ok(null)
  })
}
