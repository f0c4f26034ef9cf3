/** Connections for changes. A change holds its connection alone: a slow one must not stand before another's reading. */
import type { Outcome } from '@/lib/domain/result'
import type { Host } from '../connect'

type Open = (signal: AbortSignal) => Promise<Outcome<Host>>

/** Idle connections kept for the next change: signing in over ssh or TLS costs more than most changes. */
const MOST_IDLE = 2

export class Hosts {
  readonly #open: Open
  readonly #idle: Host[] = []
  readonly #lent = new Set<Host>()
  #closed = false

  constructor(open: Open) {
    this.#open = open
  }

  /** A connection of one's own, to be given back. */
  async borrow(signal: AbortSignal): Promise<Outcome<Host>> {
    for (let host = this.#idle.pop(); host !== undefined; host = this.#idle.pop()) {
      if (host.client.connection.end !== null) continue
      this.#lent.add(host)
      return { ok: true, value: host }
    }
    if (this.#closed) return { ok: false, why: { code: 'interrupted' } }
    const opened = await this.#open(signal)
    if (opened.ok) this.#lent.add(opened.value)
    return opened
  }

  /** Gives it back. One whose daemon still works on a call nobody waits for is not lent again. */
  async giveBack(host: Host): Promise<void> {
    this.#lent.delete(host)
    const { end, status } = host.client.connection
    const usable = end === null && status.abandoned === 0 && status.inFlight === 0
    if (usable && !this.#closed && this.#idle.length < MOST_IDLE) this.#idle.push(host)
    else await host.client.close()
  }

  /** Ends every connection; changes in flight are lost to us, not to the host. */
  async close(): Promise<void> {
    this.#closed = true
    const all = [...this.#idle.splice(0), ...this.#lent]
    await Promise.all(all.map((host) => host.client.close()))
  }
}
