import { encodeFrame, type FrameHeader, messageTypes, protocolVersion } from './frame'
import type { AnyProcedure } from './procedures/procedure'
import { RpcStream } from './stream'
import type { Transport } from './transports/transport'
import { XdrError } from './xdr'

/** The streams of one connection, by the serial of the call that opened each; stops reading while one of them is full. */
export class StreamTable {
  readonly #transport: Transport
  readonly #streams = new Map<number, RpcStream>()
  readonly #full = new Set<RpcStream>()

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** We are not listening, because somebody does not read a stream. */
  get isPaused(): boolean {
    return this.#full.size > 0
  }

  has(serial: number): boolean {
    return this.#streams.has(serial)
  }

  /** Makes the stream of a call that is about to be sent: its first bytes may overtake the call's answer. */
  open({ program, number, name }: AnyProcedure, serial: number): RpcStream {
    const header = { program, version: protocolVersion, procedure: number, type: messageTypes.stream, serial }
    const stream = new RpcStream({
      procedure: name,
      send: (status) => this.#transport.write(encodeFrame({ ...header, status })),
      setFull: (full) => this.#setFull(stream, full),
      ended: () => {
        this.#setFull(stream, false)
        this.#streams.delete(serial)
      },
    })
    this.#streams.set(serial, stream)
    return stream
  }

  /** Hands a message to its stream. Throws {@link XdrError} when there is none. */
  receive(header: FrameHeader, payload: Buffer): void {
    const stream = this.#streams.get(header.serial)
    if (stream === undefined) throw new XdrError(`stream data for call ${header.serial}, which has no stream`)
    stream.receive(header, payload)
  }

  /** Ends all of them. */
  fail(error: Error): void {
    for (const stream of [...this.#streams.values()]) stream.fail(error)
  }

  #setFull(stream: RpcStream, full: boolean): void {
    const wasPaused = this.isPaused
    if (full) this.#full.add(stream)
    else this.#full.delete(stream)
    if (this.isPaused === wasPaused) return
    if (this.isPaused) this.#transport.pause()
    else this.#transport.resume()
  }
}
