/** How a dead peer is noticed. A daemon that is silent for about `intervalMs × (count + 1)` is given up. */
export interface KeepalivePolicy {
  /** Silence after which we ask, in ms. */
  readonly intervalMs: number
  /** Unanswered questions in a row before the connection is given up. */
  readonly count: number
}

/** libvirt's own client and server use 5 s × 5; we are less patient, because people look at the page meanwhile. */
export const defaultKeepalive: KeepalivePolicy = { intervalMs: 5_000, count: 3 }

/**
 * Asks a silent peer whether it is there. Any byte counts as life, not only the answer: a peer busy sending 30 MiB has
 * no time for small talk. One timer per connection, none after {@link stop}.
 */
export class Keepalive {
  readonly #policy: KeepalivePolicy
  readonly #ask: () => void
  readonly #giveUp: () => void
  #timer: NodeJS.Timeout | null = null
  #heard = true
  #unanswered = 0

  constructor(policy: KeepalivePolicy, ask: () => void, giveUp: () => void) {
    this.#policy = policy
    this.#ask = ask
    this.#giveUp = giveUp
  }

  start(): void {
    // An idle connection must not keep a program alive that has nothing else to do; its socket already decides that.
    this.#timer ??= setInterval(() => this.#tick(), this.#policy.intervalMs).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** Something arrived, or we ourselves stopped listening for a while. */
  heard(): void {
    this.#heard = true
  }

  #tick(): void {
    if (this.#heard) {
      this.#heard = false
      this.#unanswered = 0
      return
    }
    if (this.#unanswered >= this.#policy.count) {
      this.stop()
      this.#giveUp()
      return
    }
    this.#unanswered += 1
    this.#ask()
  }
}
