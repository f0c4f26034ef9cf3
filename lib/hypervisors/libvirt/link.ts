/** The one connection of an adapter: made when needed, shared by everybody who asks meanwhile, made anew when over. */
import { type Outcome, refused } from '@/lib/domain/result'
import type { ChangeHint } from '../port'
import type { Host } from './connect'
import { reasonOf } from './errors'
import type { EventKind, LibvirtEvent } from './rpc/events'

/**
 * Events after which a guest deserves another look. libvirt sends none for taking or deleting a snapshot; a revert
 * shows as a change of life, a merge as the end of a block job. None of them is believed, they only wake the reader.
 */
const HINTS: readonly EventKind[] = [
  'lifecycle',
  'agent-lifecycle',
  'block-job',
  'device-added',
  'device-removed',
  'disk-change',
  'io-error',
  'job-completed',
  'metadata-change',
  'pool-lifecycle',
  'pool-refresh',
]

type Open = (signal: AbortSignal) => Promise<Outcome<Host>>
type Watcher = (hint: ChangeHint) => void

export class Link {
  readonly #open: Open
  readonly #closing = new AbortController()
  readonly #watchers = new Set<Watcher>()
  #opening: Promise<Outcome<Host>> | null = null
  #host: Host | null = null
  #listening: Host | null = null
  /** hosts we left on purpose: their end is no news */
  readonly #left = new WeakSet<Host>()

  constructor(open: Open) {
    this.#open = open
  }

  /** The host, connected. A caller who gives up gets `interrupted`; the others go on waiting. */
  async host(signal: AbortSignal): Promise<Outcome<Host>> {
    if (signal.aborted || this.#closing.signal.aborted) return refused({ code: 'interrupted' })
    if (this.#host !== null && this.#host.client.connection.end === null) return { ok: true, value: this.#host }
    this.#opening ??= this.#connect()
    return untilAborted(this.#opening, signal)
  }

  /** Hints until the returned function is called, over every connection made meanwhile. */
  watch(onHint: Watcher): () => void {
    // A wrapper of its own, so that the same function may watch twice.
    const watcher: Watcher = (hint) => onHint(hint)
    this.#watchers.add(watcher)
    if (this.#host !== null) void this.#listen(this.#host)
    return () => void this.#watchers.delete(watcher)
  }

  /**
   * Gives up a connection whose daemon still works on calls nobody waits for (a storage that hangs, a stuck guest): each
   * holds one of its few slots. The next who asks gets a new one.
   */
  async leaveIfStuck(host: Host): Promise<void> {
    if (host.client.connection.end !== null || host.client.connection.status.abandoned === 0) return
    if (this.#host === host) this.#host = null
    this.#left.add(host)
    await host.client.close()
  }

  /** Ends the connection and refuses new ones. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#watchers.clear()
    const opening = this.#opening
    if (opening !== null) await opening
    const host = this.#host
    this.#host = null
    if (host !== null) await host.client.close()
  }

  async #connect(): Promise<Outcome<Host>> {
    try {
      const host = await this.#open(this.#closing.signal)
      if (!host.ok) return host
      this.#host = host.value
      if (this.#closing.signal.aborted) return refused({ code: 'interrupted' })
      void host.value.client.closed.then(() => {
        if (!this.#left.has(host.value)) this.#tell({ guest: null })
      })
      if (this.#watchers.size > 0) await this.#listen(host.value)
      return host
    } finally {
      this.#opening = null
    }
  }

  /** Once per connection. A daemon that lets us listen to nothing is read by the clock alone. */
  async #listen(host: Host): Promise<void> {
    if (this.#listening === host) return
    this.#listening = host
    try {
      await host.client.listen(HINTS, (event) => this.#tell({ guest: guestOf(event) }))
    } catch (error) {
      reasonOf(error, host.node) // the connection is over, which its own end tells; a bug of ours is thrown
    }
  }

  #tell(hint: ChangeHint): void {
    for (const watcher of this.#watchers) watcher(hint)
  }
}

const guestOf = (event: LibvirtEvent): string | null => ('domain' in event ? event.domain.uuid : null)

async function untilAborted(opening: Promise<Outcome<Host>>, signal: AbortSignal): Promise<Outcome<Host>> {
  let giveUp = (): void => undefined
  const aborted = new Promise<Outcome<Host>>((resolve) => {
    giveUp = () => resolve(refused({ code: 'interrupted' }))
    signal.addEventListener('abort', giveUp, { once: true })
  })
  try {
    return await Promise.race([opening, aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
