import { Call } from './call'
import { LibvirtError, messageOf, TransportError } from './errors'
import { FairQueue } from './fair-queue'
import {
  encodeFrame,
  type Frame,
  type FrameHeader,
  FrameReader,
  messageStatuses,
  messageTypes,
  programs,
  protocolVersion,
} from './frame'
import { Keepalive, type KeepalivePolicy } from './keepalive'
import type { AnyProcedure, Procedure } from './procedures/procedure'
import type { RpcStream } from './stream'
import { StreamTable } from './stream-table'
import type { Transport } from './transports/transport'
import { remoteError } from './types'
import { XdrError, XdrReader } from './xdr'

/** How one call is made. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** Longest wait for the answer in ms, waiting for a free slot included. 0 waits for ever. */
  readonly timeoutMs?: number
  /** Calls of different lanes take turns when all slots are taken. */
  readonly lane?: string
}

export interface ChannelOptions {
  /** Calls the daemon works on at once. libvirtd stops reading after 5 by default (max_client_requests). */
  readonly maxInFlight: number
  readonly callTimeoutMs: number
  /** Null switches keepalive off: a hung daemon is then noticed by call time-outs only. */
  readonly keepalive: KeepalivePolicy | null
  /** A message the daemon sent on its own account. Throwing {@link XdrError} ends the connection. */
  readonly onEvent: (program: number, procedure: number, payload: Buffer) => void
}

/** What a channel is doing, for a status page and for tests. */
export interface ChannelStatus {
  readonly inFlight: number
  readonly queued: number
  /** Calls whose caller has stopped waiting while the daemon still works on them. They hold a slot. */
  readonly abandoned: number
}

/**
 * Many calls over one transport: numbers them, bounds how many run at once, matches answers, hands out events.
 *
 * Whatever the peer sends, a call settles exactly once and nothing is thrown into the event loop. A peer that breaks
 * the protocol costs its own connection: every call then fails with kind `protocol`.
 */
export class Channel {
  /** Settles when the connection is over, with the reason; never rejects. */
  readonly closed: Promise<TransportError>

  readonly #transport: Transport
  readonly #options: ChannelOptions
  readonly #frames = new FrameReader()
  readonly #queue = new FairQueue<Call>()
  readonly #inFlight = new Map<number, Call>()
  readonly #streams: StreamTable
  readonly #keepalive: Keepalive
  #announceClosed: (error: TransportError) => void = () => undefined
  #end: TransportError | null = null
  #leaving: TransportError | null = null
  #serial = 0

  constructor(transport: Transport, options: ChannelOptions) {
    this.#transport = transport
    this.#options = options
    this.#streams = new StreamTable(transport)
    this.closed = new Promise((resolve) => {
      this.#announceClosed = resolve
    })
    this.#keepalive = new Keepalive(transport, {
      policy: options.keepalive,
      isListening: () => !this.#streams.isPaused,
      giveUp: () => this.fail(new TransportError('hung', 'the daemon does not answer any more')),
    })
    this.#keepalive.start()
    transport.start({ onData: (chunk) => this.#receive(chunk), onEnd: (error) => this.fail(error) })
  }

  get status(): ChannelStatus {
    let abandoned = 0
    for (const call of this.#inFlight.values()) if (call.settled) abandoned += 1
    return { inFlight: this.#inFlight.size, queued: this.#queue.size, abandoned }
  }

  /** Why the connection is over, or null while it is up. */
  get end(): TransportError | null {
    return this.#end
  }

  /**
   * Makes one call. Rejects with {@link LibvirtError} when the daemon says no, {@link TransportError} when there is no
   * answer, {@link XdrError} when the arguments cannot be sent.
   *
   * A call that was aborted or timed out keeps its slot until the daemon answers: the daemon still works on it, and
   * pretending otherwise would send it more than it takes at once.
   */
  call<Arguments, Reply>(
    procedure: Procedure<Arguments, Reply>,
    args: Arguments,
    options: CallOptions = {},
  ): Promise<Reply> {
    return this.#enqueue(procedure, args, false, options) as Promise<Reply>
  }

  /**
   * Makes a call that is followed by a stream of bytes from the daemon; the stream must be read or closed. The time-out
   * is for the daemon's consent, the signal for the stream as a whole.
   */
  async openStream<Arguments>(
    procedure: Procedure<Arguments, void>,
    args: Arguments,
    options: CallOptions = {},
  ): Promise<RpcStream> {
    const stream = (await this.#enqueue(procedure, args, true, options)) as RpcStream
    if (options.signal) stream.closeOn(options.signal)
    return stream
  }

  /** For a daemon that does not answer pings: its silence would mean nothing. */
  stopKeepalive(): void {
    this.#keepalive.stop()
  }

  /** We are about to take leave: however the connection ends from now on, `reason` is why. */
  leave(reason: TransportError): void {
    this.#leaving = reason
  }

  /** Ends the connection: every call and stream fails with `reason`. Repeatable; the first reason counts. */
  fail(reason: TransportError): void {
    if (this.#end !== null) return
    const error = this.#leaving ?? reason
    this.#end = error
    this.#keepalive.stop()
    const calls = [...this.#inFlight.values(), ...this.#queue.drain()]
    this.#inFlight.clear()
    for (const call of calls) call.reject(error)
    this.#streams.fail(error)
    void this.#transport.destroy().then(() => this.#announceClosed(error))
  }

  #enqueue(procedure: AnyProcedure, args: unknown, opensStream: boolean, options: CallOptions): Promise<unknown> {
    if (this.#end !== null) return Promise.reject(this.#end)
    const timeoutMs = options.timeoutMs ?? this.#options.callTimeoutMs
    const call = new Call(procedure, args, opensStream, options.signal, timeoutMs)
    this.#queue.push(options.lane ?? '', call)
    this.#sendWaiting()
    return call.outcome
  }

  #sendWaiting(): void {
    while (this.#inFlight.size < this.#options.maxInFlight && this.#end === null) {
      const call = this.#queue.shift()
      if (call === undefined) return
      if (!call.settled) this.#send(call)
    }
  }

  #send(call: Call): void {
    const { procedure, args } = call
    const serial = this.#nextSerial()
    const header = headerOf(procedure, messageTypes.call, serial, messageStatuses.ok)
    let bytes: Buffer
    try {
      bytes = encodeFrame(header, (writer) => procedure.args.encode(writer, args))
    } catch (error) {
      call.reject(error instanceof Error ? error : new XdrError(messageOf(error)))
      return
    }
    this.#inFlight.set(serial, call)
    if (call.opensStream) call.stream = this.#streams.open(procedure, serial)
    this.#transport.write(bytes)
  }

  #nextSerial(): number {
    do this.#serial = (this.#serial + 1) >>> 0
    while (this.#serial === 0 || this.#inFlight.has(this.#serial) || this.#streams.has(this.#serial))
    return this.#serial
  }

  #receive(chunk: Buffer): void {
    if (this.#end !== null) return
    this.#keepalive.heard()
    try {
      this.#frames.push(chunk, (frame) => {
        if (this.#end === null) this.#dispatch(frame)
      })
    } catch (error) {
      // Not only XdrError: this runs inside a socket's callback, where anything thrown would end the process.
      this.fail(new TransportError('protocol', `the daemon broke the protocol: ${messageOf(error)}`, { cause: error }))
    }
  }

  #dispatch({ header, payload }: Frame): void {
    const { program, version, type } = header
    if (version !== protocolVersion) throw new XdrError(`protocol version ${version}`)
    if (program === programs.keepalive) {
      this.#keepalive.receive(header)
    } else if (program !== programs.remote && program !== programs.qemu) {
      throw new XdrError(`unknown program 0x${program.toString(16)}`)
    } else if (type === messageTypes.reply) {
      this.#receiveReply(header, payload)
    } else if (type === messageTypes.event) {
      this.#options.onEvent(program, header.procedure, payload)
    } else if (type === messageTypes.stream || type === messageTypes.streamHole) {
      this.#receiveStream(header, payload)
    } else {
      throw new XdrError(`message of type ${type}`)
    }
  }

  #receiveReply(header: FrameHeader, payload: Buffer): void {
    const call = this.#inFlight.get(header.serial)
    if (call === undefined) throw new XdrError(`answer to call ${header.serial}, which was not made`)
    const { procedure } = call
    if (header.program !== procedure.program || header.procedure !== procedure.number) {
      throw new XdrError(`answer of procedure ${header.procedure} to a call of ${procedure.number}`)
    }
    const reader = new XdrReader(payload)
    if (header.status === messageStatuses.error) {
      const error = new LibvirtError(procedure.name, remoteError.decode(reader))
      this.#inFlight.delete(header.serial)
      call.stream?.fail(error)
      call.reject(error)
    } else if (header.status === messageStatuses.ok) {
      const value = procedure.reply.decode(reader)
      reader.end()
      this.#inFlight.delete(header.serial)
      call.agree(value)
    } else {
      throw new XdrError(`answer with status ${header.status}`)
    }
    this.#sendWaiting()
  }

  #receiveStream(header: FrameHeader, payload: Buffer): void {
    // The daemon's threads may send the first bytes before the answer (seen on 9.0). They are the answer then: were the
    // stream kept back until the other one arrives, a full stream would keep us from reading it.
    const call = this.#inFlight.get(header.serial)
    if (call !== undefined && call.stream !== null) call.agree(undefined)
    this.#streams.receive(header, payload)
  }
}

function headerOf(procedure: AnyProcedure, type: number, serial: number, status: number): FrameHeader {
  return { program: procedure.program, version: protocolVersion, procedure: procedure.number, type, serial, status }
}
