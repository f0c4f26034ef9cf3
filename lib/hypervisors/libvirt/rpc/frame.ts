import { XdrError, XdrReader, XdrWriter } from './xdr'

/*
 * A libvirt message on the wire (libvirt, src/rpc/virnetprotocol.x):
 *
 *   u32 length of everything including itself | header, six u32 | payload
 */

/** Largest message both sides accept: 32 MiB and the length word in front (VIR_NET_MESSAGE_MAX). */
export const maxFrameBytes = 33_554_432 + 4

const lengthBytes = 4
const headerBytes = 24

/** Which interface a message belongs to; every one of them has its own procedure numbers. */
export const programs = {
  remote: 0x2000_8086,
  qemu: 0x2000_8087,
  keepalive: 0x6b65_6570,
} as const

/** Version of all three programs. */
export const protocolVersion = 1

/** What a message is (virNetMessageType). 4 and 5 carry file descriptors, which we never ask for. */
export const messageTypes = { call: 0, reply: 1, event: 2, stream: 3, streamHole: 6 } as const

/** How it went (virNetMessageStatus); `more` is used by streams only. */
export const messageStatuses = { ok: 0, error: 1, more: 2 } as const

/** The six words in front of every payload. */
export interface FrameHeader {
  readonly program: number
  readonly version: number
  readonly procedure: number
  readonly type: number
  readonly serial: number
  readonly status: number
}

/** One whole message. The payload may share memory with the socket's buffer: decode it before returning. */
export interface Frame {
  readonly header: FrameHeader
  readonly payload: Buffer
}

/** Writes one message; `writePayload` appends the payload. Throws {@link XdrError} when it exceeds 32 MiB. */
export function encodeFrame(header: FrameHeader, writePayload?: (writer: XdrWriter) => void): Buffer {
  const writer = new XdrWriter(writePayload ? 256 : lengthBytes + headerBytes)
  writer.uint(0)
  writer.uint(header.program)
  writer.uint(header.version)
  writer.int(header.procedure)
  writer.uint(header.type)
  writer.uint(header.serial)
  writer.uint(header.status)
  writePayload?.(writer)
  if (writer.length > maxFrameBytes) throw new XdrError(`message of ${writer.length} bytes is above the limit`)
  writer.patchUint(0, writer.length)
  return writer.finish()
}

function decodeFrame(bytes: Buffer): Frame {
  const reader = new XdrReader(bytes.subarray(lengthBytes, lengthBytes + headerBytes))
  const header: FrameHeader = {
    program: reader.uint(),
    version: reader.uint(),
    procedure: reader.int(),
    type: reader.uint(),
    serial: reader.uint(),
    status: reader.uint(),
  }
  return { header, payload: bytes.subarray(lengthBytes + headerBytes) }
}

const smallestPart = 4096

/**
 * Cuts a byte stream into messages.
 *
 * Holds at most one unfinished message, in a buffer that grows with what has arrived (never with what was announced),
 * by doubling: feeding 32 MiB byte by byte copies each byte a bounded number of times. Between messages it holds
 * nothing, so that an idle connection costs nothing here.
 */
export class FrameReader {
  #part: Buffer | null = null
  #filled = 0

  /**
   * Takes the next bytes and hands every completed message to `onFrame`, in order.
   * Throws {@link XdrError} when a length cannot be right; the stream is then lost and must be closed.
   */
  push(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#part === null && rest.length >= lengthBytes) {
        const length = checkLength(rest.readUInt32BE(0))
        if (rest.length >= length) {
          onFrame(decodeFrame(rest.subarray(0, length)))
          rest = rest.subarray(length)
          continue
        }
      }
      rest = this.#collect(rest, onFrame)
    }
  }

  /** Bytes held of a message that has not fully arrived. */
  get pendingBytes(): number {
    return this.#filled
  }

  #collect(chunk: Buffer, onFrame: (frame: Frame) => void): Buffer {
    const wanted = this.#filled < lengthBytes ? lengthBytes : this.#announced()
    const count = Math.min(wanted - this.#filled, chunk.length)
    const part = this.#roomFor(this.#filled + count)
    chunk.copy(part, this.#filled, 0, count)
    this.#filled += count
    if (this.#filled >= lengthBytes && this.#filled === this.#announced()) {
      const whole = part.subarray(0, this.#filled)
      this.#part = null
      this.#filled = 0
      onFrame(decodeFrame(whole))
    }
    return chunk.subarray(count)
  }

  #announced(): number {
    return checkLength(this.#part?.readUInt32BE(0) ?? 0)
  }

  #roomFor(size: number): Buffer {
    if (this.#part !== null && size <= this.#part.length) return this.#part
    const larger = Buffer.allocUnsafeSlow(Math.min(maxFrameBytes, Math.max(size, this.#filled * 2, smallestPart)))
    this.#part?.copy(larger, 0, 0, this.#filled)
    this.#part = larger
    return larger
  }
}

function checkLength(length: number): number {
  if (length < lengthBytes + headerBytes || length > maxFrameBytes) {
    throw new XdrError(`message length ${length} is outside ${lengthBytes + headerBytes}…${maxFrameBytes}`)
  }
  return length
}
