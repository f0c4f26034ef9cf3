/** Sends what is in the outbox. At least once: a try that died is tried again under the same key. */
import { randomUUID } from 'node:crypto'
import type { ChannelSecret } from '@/lib/domain/channel'
import type { ChannelId } from '@/lib/domain/ids'
import { type Outcome, refused } from '@/lib/domain/result'
import { type Instant, MINUTE } from '@/lib/domain/units'
import { nextTry } from '@/lib/engine/alerts/retry'
import type { Sender } from '@/lib/notify/port'
import { sendNotice } from '@/lib/notify/send'
import { findChannel } from '@/lib/store/channels'
import type { Store } from '@/lib/store/client'
import { type ClaimedDelivery, claimDeliveries, finishTry, type TryEnd } from '@/lib/store/deliveries'
import { withTransaction } from '@/lib/store/tx'
import { faultOf, type Log } from '../log'

/** A try takes at most some twenty seconds; a worker that died gives its notices back after this. */
const CLAIM_MILLIS = MINUTE
/** Receivers that are sent to at the same time: more than an installation has channels, and few sockets. */
const AT_ONCE = 32

export type DeliverInput = {
  store: Store
  log: Log
  now: () => Instant
  openSecret: (id: ChannelId) => Promise<Outcome<ChannelSecret>>
  send?: typeof sendNotice
}

/** What is on its way, by receiver: one notice at a time each, in their order, and none waits for another receiver's. */
export type Outgoing = Map<ChannelId, Promise<void>>

/**
 * Begins to send what is due and whose receiver is free. Returns how many were begun; never throws for what a receiver
 * does. Whoever hears `onEnd` calls it again: that receiver may have more.
 */
export async function beginDeliveries(
  input: DeliverInput,
  { outgoing, onEnd, signal }: { outgoing: Outgoing; onEnd: () => void; signal: AbortSignal },
): Promise<number> {
  const limit = AT_ONCE - outgoing.size
  if (signal.aborted || limit <= 0) return 0
  const due = { now: input.now(), claimMillis: CLAIM_MILLIS, busy: [...outgoing.keys()], limit }
  const claimed = await claimDeliveries(input.store, due)
  for (const delivery of claimed) {
    const { channelId } = delivery
    const sending = tryOnce(input, delivery, signal)
      // The database went away meanwhile: the claim runs out, and it is sent again under the same key.
      .catch((error: unknown) => input.log.error({ channel: channelId, fault: faultOf(error) }, 'a try was not kept'))
      .finally(() => {
        outgoing.delete(channelId)
        onEnd()
      })
    outgoing.set(channelId, sending)
  }
  return claimed.length
}

async function tryOnce(input: DeliverInput, delivery: ClaimedDelivery, signal: AbortSignal): Promise<void> {
  const outcome = await send(input, delivery, signal).catch(
    (error: unknown): Awaited<ReturnType<typeof sendNotice>> => {
      // A mistake of ours in one notice must not keep the others from their receivers, nor be made for ever.
      const reference = randomUUID().slice(0, 8)
      input.log.error({ channel: delivery.channelId, reference, fault: faultOf(error) }, 'a notice could not be sent')
      return refused({ code: 'failed', reference })
    },
  )
  // Our own end is no fault of the receiver: the claim runs out, and the next worker tries.
  if (signal.aborted && !outcome.ok) return
  const end = endOf(delivery, outcome, input.now())
  await withTransaction(input.store, (tx) => finishTry(tx, delivery.id, end))
  if (end.state === 'dead') {
    input.log.warn(
      { channel: delivery.channelId, why: end.why, native: outcome.ok ? undefined : outcome.native },
      'a notice was given up',
    )
  }
}

async function send(
  input: DeliverInput,
  { channelId: id, notice }: ClaimedDelivery,
  signal: AbortSignal,
): ReturnType<typeof sendNotice> {
  if (notice === null) throw new Error('a notice is kept in a form that is not read any more')
  const channel = await findChannel(input.store, id)
  if (channel === null) return refused({ code: 'missing', what: 'channel', name: id })
  const secret = await input.openSecret(id)
  if (!secret.ok) return secret
  const to: Sender = { settings: channel.settings, secret: secret.value, anyAddress: channel.anyAddress }
  return (input.send ?? sendNotice)(to, { ...notice, at: input.now() }, signal)
}

function endOf(delivery: ClaimedDelivery, outcome: Awaited<ReturnType<typeof sendNotice>>, now: Instant): TryEnd {
  if (outcome.ok) return { state: 'sent', receipt: outcome.value, at: now }
  const next = nextTry(outcome.why, delivery.tries, delivery.createdAt, now)
  return next.again ? { state: 'waiting', why: outcome.why, nextTryAt: next.at } : { state: 'dead', why: outcome.why }
}
