import { type SignIn, type SignInOptions, signIn } from './auth'
import { type CallOptions, Channel, type ChannelStatus } from './channel'
import { isLibvirtError, isTransportError, LibvirtError, TransportError } from './errors'
import { EventHub, type EventListener, type Subscription } from './event-hub'
import type { EventKind } from './events'
import { driverFeatures, openFlags } from './flags'
import type { KeepalivePolicy } from './keepalive'
import { connectProcedures } from './procedures/connect'
import type { AnyProcedure, Procedure } from './procedures/procedure'
import type { RpcStream } from './stream'
import type { Transport, TransportKind } from './transports/transport'

export interface ConnectionOptions extends SignInOptions {
  /** What to open at the daemon, e.g. `qemu:///system`. */
  readonly driverUri: string
  /** Ask the daemon to refuse every change on this connection. */
  readonly readOnly: boolean
  readonly maxInFlight: number
  readonly callTimeoutMs: number
  readonly keepalive: KeepalivePolicy | null
  /** Told when a listener throws; the connection goes on. Without it Node prints a warning. */
  readonly onListenerError: ((error: unknown) => void) | null
}

/** An open connection to one daemon: calls, streams and events. Made by `openLibvirt`. */
export class LibvirtConnection {
  readonly transportKind: TransportKind
  readonly readOnly: boolean
  /** Settles when the connection is over, with the reason; never rejects. */
  readonly closed: Promise<TransportError>
  readonly #channel: Channel
  readonly #options: ConnectionOptions
  readonly #events: EventHub
  readonly #supported = new Map<AnyProcedure, boolean>()
  #signIn: SignIn = 'none'

  private constructor(transport: Transport, options: ConnectionOptions) {
    this.transportKind = transport.kind
    this.readOnly = options.readOnly
    this.#options = options
    this.#channel = new Channel(transport, {
      maxInFlight: options.maxInFlight,
      callTimeoutMs: options.callTimeoutMs,
      keepalive: options.keepalive,
      onEvent: (program, procedure, payload) => this.#events.receive(program, procedure, payload),
    })
    this.#events = new EventHub(this.#channel, options.onListenerError)
    this.closed = this.#channel.closed
  }

  /**
   * Signs in and opens `driverUri` over a connected transport, which is owned from here on: when this rejects, it is
   * destroyed. Rejects with {@link TransportError} or {@link LibvirtError}.
   */
  static async open(transport: Transport, options: ConnectionOptions, call: CallOptions): Promise<LibvirtConnection> {
    const connection = new LibvirtConnection(transport, options)
    try {
      await connection.#open(call)
      return connection
    } catch (error) {
      connection.#channel.fail(
        error instanceof TransportError ? error : new TransportError('closed', 'the connection was not opened'),
      )
      await connection.closed
      throw error
    }
  }

  /** How the daemon let us in. */
  get signedInWith(): SignIn {
    return this.#signIn
  }

  /** Why the connection is over, or null while it is up. */
  get end(): TransportError | null {
    return this.#channel.end
  }

  get status(): ChannelStatus & { readonly unknownEvents: number } {
    return { ...this.#channel.status, unknownEvents: this.#events.unknownEvents }
  }

  /** Makes one call; see {@link Channel.call} for what it may reject with. */
  call<Arguments, Reply>(
    procedure: Procedure<Arguments, Reply>,
    args: Arguments,
    options?: CallOptions,
  ): Promise<Reply> {
    return this.#channel.call(procedure, args, options)
  }

  /** Makes a call that is followed by a stream from the daemon; see {@link Channel.openStream}. */
  openStream<Arguments>(
    procedure: Procedure<Arguments, void>,
    args: Arguments,
    options?: CallOptions,
  ): Promise<RpcStream> {
    return this.#channel.openStream(procedure, args, options)
  }

  /**
   * Whether the daemon knows a procedure; asked once. `harmlessArgs` must be well formed and unable to do anything, for
   * example name a domain that does not exist: a daemon that knows the procedure answers with success or any error but
   * 39, one that does not answers 39 and the connection stays usable. Rejects with {@link TransportError}.
   */
  async supports<Arguments>(
    procedure: Procedure<Arguments, unknown>,
    harmlessArgs: Arguments,
    options?: CallOptions,
  ): Promise<boolean> {
    const known = this.#supported.get(procedure)
    if (known !== undefined) return known
    let supported = true
    try {
      await this.#channel.call(procedure, harmlessArgs, options)
    } catch (error) {
      if (!(error instanceof LibvirtError)) throw error
      supported = !isLibvirtError(error, 'rpc')
    }
    this.#supported.set(procedure, supported)
    return supported
  }

  /**
   * Calls `listener` for every event of these kinds until the returned subscription is closed. Kinds the daemon does not
   * know (or does not let us listen to) are named in `refused`. A listener that throws or rejects is reported and stays.
   */
  listen(kinds: readonly EventKind[], listener: EventListener, options?: CallOptions): Promise<Subscription> {
    return this.#events.listen(kinds, listener, options)
  }

  /** Takes leave of the daemon (at most 2 s), then closes. Calls still waiting fail with kind `closed`. Never rejects. */
  async close(): Promise<void> {
    const reason = new TransportError('closed', 'the connection was closed by us')
    if (this.#channel.end === null) {
      this.#channel.leave(reason)
      try {
        await this.#channel.call(connectProcedures.close, undefined, { timeoutMs: 2_000, lane: 'close' })
      } catch (error) {
        // A daemon that does not say goodbye is left without one; anything else would be our bug.
        if (!(error instanceof LibvirtError) && !isTransportError(error)) throw error
      }
      this.#channel.fail(reason)
    }
    await this.closed
  }

  async #open(call: CallOptions): Promise<void> {
    const { driverUri, readOnly, keepalive } = this.#options
    this.#signIn = await signIn(this.#channel, this.#options, call)
    if (keepalive !== null && !(await this.#askKeepalive(call))) this.#channel.stopKeepalive()
    await this.#channel.call(connectProcedures.open, { uri: driverUri, flags: readOnly ? openFlags.readOnly : 0 }, call)
  }

  /** Whether the daemon answers pings. Asking makes it watch us too, so that it drops what a vanished client holds. */
  async #askKeepalive(call: CallOptions): Promise<boolean> {
    try {
      return await this.#channel.call(connectProcedures.supportsFeature, driverFeatures.keepalive, call)
    } catch (error) {
      if (error instanceof LibvirtError) return false
      throw error
    }
  }
}
