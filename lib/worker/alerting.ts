/** The clockwork of alerts: judging rules after readings, sending what is due. */
import type { ChannelSecret } from '@/lib/domain/channel'
import type { ChannelId } from '@/lib/domain/ids'
import type { Outcome } from '@/lib/domain/result'
import { DAY, epochMillis, type Instant, instantAt, type Millis, SECOND } from '@/lib/domain/units'
import type { sendNotice } from '@/lib/notify/send'
import type { Store } from '@/lib/store/client'
import { pruneDeliveries } from '@/lib/store/deliveries'
import { emptyMemory } from './alert-memory'
import { periodically, type Task } from './driver'
import type { Log } from './log'
import { beginDeliveries, type Outgoing } from './tasks/deliver-notices'
import { evaluateAlerts } from './tasks/evaluate-alerts'
import { prepareCleanUps } from './tasks/prepare-clean-ups'

/** Holds and repeats come due without a reading; nobody waits for them to the second. */
const EVALUATE_INTERVAL: Millis = 15 * SECOND
/** Hundreds of connections store readings all the time: those of so long are judged together. */
const EVALUATE_REST: Millis = SECOND
/** Retries come due without a wake. */
const DELIVER_INTERVAL: Millis = 5 * SECOND
const PRUNE_INTERVAL: Millis = DAY / 4
/** What was sent longer ago is in the alert's own history. */
const KEEP_DELIVERIES: Millis = 90 * DAY

export type AlertingInput = {
  store: Store
  log: Log
  now: () => Instant
  /** what links in notices begin with */
  publicUrl: string
  /** IANA name: quiet hours and dates in notices are told in it */
  timeZone: string
  openSecret: (id: ChannelId) => Promise<Outcome<ChannelSecret>>
  send?: typeof sendNotice
}

/** Starts both tasks. `evaluate` after something was read, `deliver` after something was put into the outbox. */
export function startAlerting(input: AlertingInput): { evaluate(): void; deliver(): void; stop(): Promise<void> } {
  const { store, log, now } = input
  const ending = new AbortController()
  const memory = emptyMemory()
  const outgoing: Outgoing = new Map()
  const deliver: Task = periodically(
    'deliver notices',
    DELIVER_INTERVAL,
    async () => {
      await beginDeliveries(input, { outgoing, onEnd: () => deliver.wake(), signal: ending.signal })
    },
    log,
  )
  const evaluate = periodically(
    'evaluate alerts',
    EVALUATE_INTERVAL,
    async () => {
      const options = { now: now(), publicUrl: input.publicUrl, timeZone: input.timeZone }
      const { notices } = await evaluateAlerts(store, options, memory)
      if (notices > 0) deliver.wake()
      await prepareCleanUps(store, { ...options, now: now() }, log)
    },
    log,
    EVALUATE_REST,
  )
  const prune = periodically(
    'prune deliveries',
    PRUNE_INTERVAL,
    async () => {
      await pruneDeliveries(store, instantAt(epochMillis(now()) - KEEP_DELIVERIES))
    },
    log,
  )
  return {
    evaluate: evaluate.wake,
    deliver: deliver.wake,
    stop: async () => {
      ending.abort()
      await Promise.all([evaluate.stop(), deliver.stop(), prune.stop()])
      await Promise.all(outgoing.values())
    },
  }
}
