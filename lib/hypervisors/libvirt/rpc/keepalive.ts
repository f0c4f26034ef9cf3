import { encodeFrame, type FrameHeader, messageStatuses, messageTypes, programs, protocolVersion } from './frame'
import type { Transport } from './transports/transport'
import { XdrError } from './xdr'

/** How a dead peer is noticed: silence of about `intervalMs × (count + 1)` ends the connection. */
export interface KeepalivePolicy {
  /** Silence after which we ask, in ms. */
  readonly intervalMs: number
  /** Unanswered questions in a row before the connection is given up. */
  readonly count: number
}

/** libvirt's own client and server use 5 s × 5; we are less patient, because people look at the page meanwhile. */
export const defaultKeepalive: KeepalivePolicy = { intervalMs: 5_000, count: 3 }

/** The whole protocol (virkeepaliveprotocol.x): each side may ask, the other answers. */
const procedures = { ping: 1, pong: 2 } as const

/** Answers are not worth more memory than this to a peer that asks but does not read. */
const maxUnsentBytes = 65_536

export interface KeepaliveOptions {
  /** Null: answers the peer's questions but asks none. */
  readonly policy: KeepalivePolicy | null
  /** False while we do not read: silence is then our own doing. */
  readonly isListening: () => boolean
  /** The peer is taken for dead. Called once. */
  readonly giveUp: () => void
}

/**
 * Answers the peer's questions whether we are there, and asks a silent peer. Any byte counts as life, not only an
 * answer: a peer busy sending 30 MiB has no time for small talk. One timer per connection, none after {@link stop}.
 */
export class Keepalive {
  readonly #transport: Pick<Transport, 'write' | 'unsentBytes'>
  readonly #options: KeepaliveOptions
  #timer: NodeJS.Timeout | null = null
  #heard = true
  #unanswered = 0

  constructor(transport: Pick<Transport, 'write' | 'unsentBytes'>, options: KeepaliveOptions) {
    this.#transport = transport
    this.#options = options
  }

  start(): void {
    const { policy } = this.#options
    if (policy === null) return
    // An idle connection must not keep a program alive that has nothing else to do; its socket already decides that.
    this.#timer ??= setInterval(() => this.#tick(policy), policy.intervalMs).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** Something arrived. */
  heard(): void {
    this.#heard = true
  }

  /** Takes a message of this program. Throws {@link XdrError} for one that does not exist. */
  receive({ type, procedure }: FrameHeader): void {
    if (type !== messageTypes.event || (procedure !== procedures.ping && procedure !== procedures.pong)) {
      throw new XdrError(`keepalive message ${procedure} of type ${type}`)
    }
    if (procedure === procedures.ping && this.#transport.unsentBytes <= maxUnsentBytes) this.#send(procedures.pong)
  }

  #tick(policy: KeepalivePolicy): void {
    if (this.#heard || !this.#options.isListening()) {
      this.#heard = false
      this.#unanswered = 0
    } else if (this.#unanswered >= policy.count) {
      this.stop()
      this.#options.giveUp()
    } else {
      this.#unanswered += 1
      this.#send(procedures.ping)
    }
  }

  #send(procedure: number): void {
    const header = { program: programs.keepalive, version: protocolVersion, procedure, type: messageTypes.event }
    this.#transport.write(encodeFrame({ ...header, serial: 0, status: messageStatuses.ok }))
  }
}
