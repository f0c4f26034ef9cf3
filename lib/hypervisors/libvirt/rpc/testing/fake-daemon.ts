import type { Codec } from '../codec'
import {
  encodeFrame,
  type Frame,
  type FrameHeader,
  FrameReader,
  messageStatuses,
  messageTypes,
  programs,
  protocolVersion,
} from '../frame'
import { connectProcedures } from '../procedures/connect'
import type { AnyProcedure, Procedure } from '../procedures/procedure'
import { remoteError } from '../types'
import { XdrReader, XdrWriter } from '../xdr'

/** Makes the fake daemon say no. */
export class Refusal extends Error {
  readonly code: number

  constructor(code: number, message = `refused with ${code}`) {
    super(message)
    this.code = code
  }
}

/** Where the fake daemon writes to. */
export interface Wire {
  send(bytes: Buffer): void
}

type Handler = (args: unknown) => unknown

/** A handler that never answers. */
export const silence = (): Promise<never> => new Promise(() => undefined)

/**
 * A libvirt daemon of a few lines for tests: decodes calls with the same procedure table, answers them through
 * handlers, and counts how many it works on at once.
 */
export class FakeDaemon {
  readonly calls: { readonly name: string; readonly args: unknown; readonly serial: number }[] = []
  /** Frames that are not calls: pongs, stream messages. */
  readonly others: FrameHeader[] = []
  running = 0
  mostRunning = 0
  readonly #wire: Wire
  readonly #frames = new FrameReader()
  readonly #handlers = new Map<string, { procedure: AnyProcedure; handler: Handler }>()

  constructor(wire: Wire) {
    this.#wire = wire
    this.on(connectProcedures.authList, () => [0])
    this.on(connectProcedures.supportsFeature, () => true)
    this.on(connectProcedures.open, () => undefined)
    this.on(connectProcedures.close, () => undefined)
  }

  on<A, R>(procedure: Procedure<A, R>, handler: (args: A) => R | Promise<R>): this {
    this.#handlers.set(keyOf(procedure), { procedure, handler: handler as Handler })
    return this
  }

  /** Takes what the client wrote. */
  receive(bytes: Buffer): void {
    this.#frames.push(bytes, (frame) => {
      if (frame.header.type === messageTypes.call) void this.#answer(frame)
      else this.others.push(frame.header)
    })
  }

  /** Sends any frame. */
  send(header: Partial<FrameHeader>, write?: (writer: XdrWriter) => void): void {
    this.#wire.send(encodeFrame({ ...blankHeader, ...header }, write))
  }

  sendEvent(procedure: number, write: (writer: XdrWriter) => void): void {
    this.send({ procedure, type: messageTypes.event }, write)
  }

  ping(): void {
    this.send({ program: programs.keepalive, procedure: 1, type: messageTypes.event })
  }

  async #answer({ header, payload }: Frame): Promise<void> {
    const known = this.#handlers.get(`${header.program}:${header.procedure}`)
    const reply = { ...header, type: messageTypes.reply }
    if (known === undefined) return this.#refuse(reply, new Refusal(39, `unknown procedure: ${header.procedure}`))
    const args = known.procedure.args.decode(new XdrReader(payload))
    this.calls.push({ name: known.procedure.name, args, serial: header.serial })
    this.running += 1
    this.mostRunning = Math.max(this.mostRunning, this.running)
    let outcome: { value: unknown } | Refusal
    try {
      outcome = { value: await known.handler(args) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      outcome = error
    }
    // Before the answer leaves: the client may send its next call while we are still in `send`.
    this.running -= 1
    if (outcome instanceof Refusal) return this.#refuse(reply, outcome)
    const { value } = outcome
    this.#wire.send(encodeFrame(reply, (writer) => known.procedure.reply.encode(writer, value)))
  }

  #refuse(reply: FrameHeader, { code, message }: Refusal): void {
    const fields = { code, domain: 10, message, level: 2, str1: null, str2: null, str3: null, int1: -1, int2: -1 }
    const header = { ...reply, status: messageStatuses.error }
    this.#wire.send(encodeFrame(header, (writer) => remoteError.encode(writer, fields)))
  }
}

const blankHeader: FrameHeader = {
  program: programs.remote,
  version: protocolVersion,
  procedure: 0,
  type: messageTypes.reply,
  serial: 0,
  status: messageStatuses.ok,
}

function keyOf(procedure: AnyProcedure): string {
  return `${procedure.program}:${procedure.number}`
}

/** A value in its wire form. */
export function encoded<T>(codec: Codec<T>, value: T): Buffer {
  const writer = new XdrWriter()
  codec.encode(writer, value)
  return writer.finish()
}

/** A value out of its wire form, all of it. */
export function decoded<T>(codec: Codec<T>, bytes: Buffer): T {
  const reader = new XdrReader(bytes)
  const value = codec.decode(reader)
  reader.end()
  return value
}
