/**
 * The port of notification: one notice to one receiver. Every channel passes lib/notify/contract.ts.
 * A "no" is a value; the deliverer decides when to try again (lib/engine/alerts/retry.ts).
 */
import type { ChannelSecret, ChannelSettings, Notice, Receipt } from '../domain/channel'
import type { Outcome } from '../domain/result'

/** What a send needs besides the notice. */
export type Sender<Settings extends ChannelSettings = ChannelSettings> = {
  settings: Settings
  secret: ChannelSecret
  /** an administrator allowed this channel to reach this machine and metadata services */
  anyAddress: boolean
}

/**
 * Sends once. Refused with: `unreachable` (try again), `receiver-busy` (try again, not before the time it names),
 * `receiver-refused` (it understood and said no), `address-forbidden`, `redirected`, `credentials-refused`.
 */
export type Send<Settings extends ChannelSettings = ChannelSettings> = (
  to: Sender<Settings>,
  notice: Notice,
  signal: AbortSignal,
) => Promise<Outcome<Receipt>>
