import { z } from 'zod'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { type Millis, SECOND } from '@/lib/domain/units'
import { record } from '@/lib/store/audit'
import { findConnection } from '@/lib/store/connections'
import { countTry } from '@/lib/store/rate-limits'
import { type CollectAnswer, requestCollect as insertRequest, waitForCollect } from '@/lib/store/requests'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, type Call, mayNot, type Verb } from '../context'
import { connectionId } from '../fields'
import { LIMITS } from '../limits'

/** The contract: `collect` of the API answers once stored, or says so after this. */
const PATIENCE: Millis = 120 * SECOND

export const collectInput = z.object({ id: connectionId })
type Input = z.output<typeof collectInput>

/** Asks for a fresh reading of a whole connection and returns at once: the page is live and shows it. */
export const requestCollect: Verb<Input, { requestId: string }> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'connection.collect')
  if (no !== null) return no
  const tried = await countTry(ctx.store, 'collect', authorOf(ctx), LIMITS.collect)
  if (!tried.allowed) return refused({ code: 'rate-limited', retryAfterMillis: tried.retryAfterMillis })
  return withTransaction(ctx.store, async (tx) => {
    const connection = await findConnection(tx, input.id)
    if (connection === null) return refused({ code: 'missing', what: 'connection', name: input.id })
    const scope = { whole: true } as const
    const requestId = await insertRequest(tx, { connectionId: input.id, scope, requestedBy: authorOf(ctx) })
    const subject = `connection:${connection.name}`
    await record(tx, { ...by(ctx), action: 'connection.collect-requested', subject })
    return ok({ requestId })
  })
}

/**
 * Asks for a fresh reading and waits until the worker has stored it, also when nothing could be read (then `unread`
 * says so). At most 120 s, then `not-collected-in-time`.
 */
export async function collect(
  { ctx, input }: Call<Input>,
  patience: Millis = PATIENCE,
): Promise<Outcome<CollectAnswer>> {
  const requested = await requestCollect({ ctx, input })
  return requested.ok ? waitForCollect(ctx.store, requested.value.requestId, patience) : requested
}
