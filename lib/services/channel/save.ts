import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { CHANNEL_SECRETS, type Channel, type ChannelSecret, type ChannelSettings } from '@/lib/domain/channel'
import { asId, type ChannelId } from '@/lib/domain/ids'
import { type Outcome, refused } from '@/lib/domain/result'
import { keepChannelSecret } from '@/lib/notify/open-secret'
import { record } from '@/lib/store/audit'
import { findChannel, saveChannel as write } from '@/lib/store/channels'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import type { saveChannelInput } from './content'

/** Adds or changes a channel. A change of where it sends asks for its secret again: it was given for another receiver. */
export const saveChannel: Verb<z.output<typeof saveChannelInput>, Channel> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'channel.manage')
  if (no !== null) return no
  const { secret, id: given, ...content } = input
  const before = given === undefined ? null : await findChannel(ctx.store, given)
  if (given !== undefined && before === null) return refused({ code: 'missing', what: 'channel', name: given })
  const unfit = unfitSecret(input.settings, secret, before)
  if (unfit !== null) return unfit
  const channel: Channel = { ...content, id: given ?? asId<ChannelId>(randomUUID()) }
  return withTransaction(ctx.store, async (tx) => {
    const saved = await write(tx, channel, authorOf(ctx), ctx.now)
    if (!saved.ok) return saved
    if (secret !== undefined) await keepChannelSecret(tx, channel.id, withoutAbsent(secret))
    const action = before === null ? ('channel.added' as const) : ('channel.changed' as const)
    const detail = { kind: channel.settings.kind, anyAddress: channel.anyAddress, credentials: secret !== undefined }
    await record(tx, { ...by(ctx), action, subject: `channel:${channel.name}`, detail })
    return saved
  })
}

function unfitSecret(to: ChannelSettings, secret: ChannelSecretInput, before: Channel | null): Outcome<never> | null {
  const { needs } = CHANNEL_SECRETS[to.kind]
  const moved = before !== null && !isDeepStrictEqual(placeOf(before.settings), placeOf(to))
  if (secret === undefined && before !== null) return moved ? refused({ code: 'secret-needed' }) : null
  const missing = needs.filter((field) => secret?.[field] === undefined)
  return missing.length === 0 ? null : missingFields(missing)
}

/** Who gets to see the secret. Whom a mail goes to is told to its relay, which has the password already. */
function placeOf(settings: ChannelSettings): object {
  if (settings.kind !== 'email') return settings
  const { from: _from, to: _to, ...relay } = settings
  return relay
}

type ChannelSecretInput = z.output<typeof saveChannelInput>['secret']

const missingFields = (fields: readonly string[]): Outcome<never> =>
  refused({ code: 'invalid', errors: fields.map((field) => ({ path: `secret.${field}`, message: 'is needed' })) })

const withoutAbsent = (secret: NonNullable<ChannelSecretInput>): ChannelSecret =>
  Object.fromEntries(Object.entries(secret).filter(([, value]) => value !== undefined))
