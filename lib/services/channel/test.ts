import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { readNoticeUrl } from '@/lib/config'
import type { Receipt } from '@/lib/domain/channel'
import { refused } from '@/lib/domain/result'
import { SECOND } from '@/lib/domain/units'
import { testNotice } from '@/lib/notify/notice-words'
import { openChannelSecret } from '@/lib/notify/open-secret'
import { sendNotice } from '@/lib/notify/send'
import { record } from '@/lib/store/audit'
import { findChannel } from '@/lib/store/channels'
import { countTry } from '@/lib/store/rate-limits'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { channelId } from '../fields'
import { LIMITS } from '../limits'

/** A person waits for the receiver's own answer. */
const PATIENCE = 25 * SECOND

export const testChannelInput = z.object({ id: channelId })
/** Sends a test notice now and shows what the receiver answered. */
export const testChannel: Verb<z.output<typeof testChannelInput>, Receipt> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'channel.manage')
  if (no !== null) return no
  const tried = await countTry(ctx.store, 'test-channel', authorOf(ctx), LIMITS.testConnection)
  if (!tried.allowed) return refused({ code: 'rate-limited', retryAfterMillis: tried.retryAfterMillis })
  const channel = await findChannel(ctx.store, input.id)
  if (channel === null) return refused({ code: 'missing', what: 'channel', name: input.id })
  const secret = await openChannelSecret(ctx.store, input.id)
  if (!secret.ok) return secret
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const notice = testNotice({
    key: `test.${randomUUID()}`,
    language: channel.language,
    publicUrl: readNoticeUrl(),
    timeZone,
    now: ctx.now,
  })
  const to = { settings: channel.settings, secret: secret.value, anyAddress: channel.anyAddress }
  const outcome = await sendNotice(to, notice, AbortSignal.timeout(PATIENCE))
  const detail = outcome.ok ? { ok: true } : { ok: false, code: outcome.why.code }
  await withTransaction(ctx.store, (tx) =>
    record(tx, { ...by(ctx), action: 'channel.tested', subject: `channel:${channel.name}`, detail }),
  )
  return outcome
}
