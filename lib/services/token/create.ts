import { z } from 'zod'
import type { TokenId } from '@/lib/domain/ids'
import { roleCovers } from '@/lib/domain/permission'
import { ok, refused } from '@/lib/domain/result'
import { DAY, epochMillis, type Instant, instantAt } from '@/lib/domain/units'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { insertToken, makeTokenSecret } from '@/lib/store/tokens'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, personOf, type Verb } from '../context'
import { role, thingName } from '../fields'

/** A token that nobody renews ends within about a year. */
const MAX_DAYS = 366
const DEFAULT_DAYS = 90

export const createTokenInput = z.object({
  name: thingName,
  role,
  days: z.coerce.number().int().min(1).max(MAX_DAYS).default(DEFAULT_DAYS),
})

/** Makes an API token of at most one's own role. The secret is told once, here, and kept nowhere. */
export const createToken: Verb<
  z.output<typeof createTokenInput>,
  { id: TokenId; secret: string; expiresAt: Instant }
> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'token.manage-own')
  if (no !== null) return no
  if (!roleCovers(ctx.actor.role, input.role)) return refused({ code: 'forbidden', needs: input.role })
  const { secret, hash, prefix } = makeTokenSecret()
  const expiresAt = instantAt(epochMillis(ctx.now) + input.days * DAY)
  const userId = personOf(ctx.actor)
  return withTransaction(ctx.store, async (tx) => {
    const { name, role } = input
    const id = await insertToken(tx, { name, role, hash, prefix, userId, createdBy: authorOf(ctx), expiresAt })
    await record(tx, {
      ...by(ctx),
      action: 'token.created',
      subject: `token:${name}`,
      detail: { role, prefix, expiresAt },
    })
    await recordChange(tx, 'tokens', userId)
    return ok({ id, secret, expiresAt })
  })
}
