import { waitUnlessAborted } from './abort'
import type { CallOptions, Channel } from './channel'
import { isTransportError, LibvirtError } from './errors'
import { decodeEvent, type EventKind, type LibvirtEvent, registrationOf } from './events'
import { connectProcedures } from './procedures/connect'

export type EventListener = (event: LibvirtEvent) => void | Promise<void>

/** A listener's place in a connection. */
export interface Subscription {
  /** Kinds that the daemon does not know, or does not let us listen to. */
  readonly refused: readonly EventKind[]
  /** Ends it at once; settles when the daemon has been told, where nobody else listens. Repeatable, never rejects. */
  close(): Promise<void>
}

const { registerDomainEvent, registerPoolEvent, deregisterDomainEvent, deregisterPoolEvent } = connectProcedures

/** Who listens to what on one connection. The daemon is asked once per kind, however many listen. */
export class EventHub {
  readonly #channel: Pick<Channel, 'call' | 'end'>
  readonly #onListenerError: (error: unknown) => void
  readonly #listeners = new Map<EventListener, ReadonlySet<EventKind>>()
  /** Callback ids by kind; null where the daemon said no. */
  readonly #registrations = new Map<EventKind, Promise<number | null>>()
  #unknownEvents = 0

  constructor(channel: Pick<Channel, 'call' | 'end'>, onListenerError: ((error: unknown) => void) | null) {
    this.#channel = channel
    this.#onListenerError = onListenerError ?? warn
  }

  /** Messages of kinds this client does not know. */
  get unknownEvents(): number {
    return this.#unknownEvents
  }

  async listen(kinds: readonly EventKind[], listener: EventListener, options?: CallOptions): Promise<Subscription> {
    const own: EventListener = (event) => listener(event)
    this.#listeners.set(own, new Set(kinds))
    const refused: EventKind[] = []
    try {
      for (const kind of kinds) {
        const id = await waitUnlessAborted(this.#register(kind, options?.lane), options?.signal)
        if (id === null) refused.push(kind)
      }
    } catch (error) {
      // Not awaited: whoever gives up does not wait for a daemon that may be hanging.
      void this.#remove(own)
      throw error
    }
    return { refused, close: () => this.#remove(own) }
  }

  /** Takes a message of the daemon. Throws `XdrError` when one we know does not follow its layout. */
  receive(program: number, procedure: number, payload: Buffer): void {
    const event = decodeEvent(program, procedure, payload)
    if (event === null) {
      this.#unknownEvents += 1
      return
    }
    for (const [listener, kinds] of this.#listeners) {
      if (!kinds.has(event.kind)) continue
      // A microtask of its own: a listener can neither stop the others nor throw into the socket.
      void Promise.resolve(event).then(listener).catch(this.#onListenerError)
    }
  }

  #register(kind: EventKind, lane = ''): Promise<number | null> {
    const existing = this.#registrations.get(kind)
    if (existing !== undefined) return existing
    const { about, id: event } = registrationOf(kind)
    // No caller's signal here: others may be waiting for the same registration.
    const asked =
      about === 'pool'
        ? this.#channel.call(registerPoolEvent, { event, pool: null }, { lane })
        : this.#channel.call(registerDomainEvent, { event, domain: null }, { lane })
    const registration = asked.catch((error: unknown) => {
      if (error instanceof LibvirtError) return null
      this.#registrations.delete(kind)
      throw error
    })
    this.#registrations.set(kind, registration)
    return registration
  }

  async #remove(listener: EventListener): Promise<void> {
    const kinds = this.#listeners.get(listener)
    if (kinds === undefined) return
    this.#listeners.delete(listener)
    for (const kind of kinds) {
      const isWanted = [...this.#listeners.values()].some((others) => others.has(kind))
      if (!isWanted) await this.#deregister(kind)
    }
  }

  async #deregister(kind: EventKind): Promise<void> {
    const registration = this.#registrations.get(kind)
    this.#registrations.delete(kind)
    try {
      const id = (await registration) ?? null
      if (id === null || this.#channel.end !== null) return
      const { about } = registrationOf(kind)
      await this.#channel.call(about === 'pool' ? deregisterPoolEvent : deregisterDomainEvent, id)
    } catch (error) {
      // Whatever the daemon says to that, or if it is gone: nobody here listens any more.
      if (!(error instanceof LibvirtError) && !isTransportError(error)) throw error
    }
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), 'LibvirtListenerWarning')
}
