import { abortError } from './abort'
import { LibvirtError, TransportError } from './errors'
import { type FrameHeader, messageStatuses, messageTypes } from './frame'
import { remoteError, streamHole } from './types'
import { XdrError, XdrReader } from './xdr'

/** A piece of a downloaded image. A hole is a run of zeros that was not transferred. */
export type StreamPiece =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'hole'; readonly bytes: bigint }

/** How a stream reaches its channel. */
export interface StreamLink {
  /** Name of the procedure that opened it. */
  readonly procedure: string
  send(status: number): void
  /** The reader is too slow (or has caught up): stop (or restart) taking bytes from the daemon. */
  setFull(full: boolean): void
  /** The daemon knows that it is over; its serial may be forgotten. */
  ended(): void
}

/** Memory held by unread pieces above which the daemon is made to wait. One message carries up to 256 KiB. */
const fullBytes = 2 * 1024 * 1024

/** What a piece takes in memory. A hole carries no bytes but is not free: an endless row of them must be stopped too. */
function costOf(piece: StreamPiece): number {
  return 128 + (piece.kind === 'data' ? piece.bytes.length : 0)
}

/**
 * Bytes the daemon sends after a call, read with `for await`. The protocol (virnetprotocol.x): data arrives with status
 * "more", an empty one ends it; we confirm with "ok" or give up with "error", and the daemon answers either with "ok".
 *
 * While a stream is full the whole connection waits, answers to other calls included: use a connection of its own.
 */
export class RpcStream implements AsyncIterable<StreamPiece> {
  readonly #link: StreamLink
  readonly #pieces: StreamPiece[] = []
  #heldBytes = 0
  #state: 'open' | 'finishing' | 'aborting' | 'done' = 'open'
  #error: Error | null = null
  #wake: (() => void) | null = null
  #forgetSignal: () => void = () => undefined

  constructor(link: StreamLink) {
    this.#link = link
  }

  /** Yields the pieces in order; throws what ended the stream early. Leaving the loop gives the stream up. */
  async *[Symbol.asyncIterator](): AsyncGenerator<StreamPiece, void, undefined> {
    try {
      for (;;) {
        const piece = this.#pieces.shift()
        if (piece !== undefined) {
          this.#account(-costOf(piece))
          yield piece
        } else if (this.#error !== null) {
          throw this.#error
        } else if (this.#state === 'done') {
          return
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
        }
      }
    } finally {
      this.close()
    }
  }

  /** Gives the stream up if it has not ended; a reader that still waits gets `reason`. Repeatable. */
  close(reason?: Error): void {
    if (this.#state !== 'open') return
    this.#state = 'aborting'
    this.#error ??= reason ?? new TransportError('aborted', 'the stream was closed by its reader')
    this.#drop()
    this.#link.send(messageStatuses.error)
    this.#notify()
  }

  /** From here on, `signal` gives the stream up. */
  closeOn(signal: AbortSignal): void {
    const onAbort = (): void => this.close(abortError(signal))
    if (signal.aborted) onAbort()
    if (this.#state === 'done') return
    signal.addEventListener('abort', onAbort, { once: true })
    this.#forgetSignal = () => signal.removeEventListener('abort', onAbort)
  }

  /** Called by the channel for every message of this stream. Throws {@link XdrError} for what may not come here. */
  receive(header: FrameHeader, payload: Buffer): void {
    const reader = new XdrReader(payload)
    if (header.status === messageStatuses.error) {
      const fields = remoteError.decode(reader)
      this.#error ??= new LibvirtError(this.#link.procedure, fields)
      this.#finish()
    } else if (header.status === messageStatuses.ok) {
      // The answer to our confirmation or our giving up; a daemon may also confirm before we do.
      this.#finish()
    } else if (header.status !== messageStatuses.more) {
      throw new XdrError(`stream message with status ${header.status}`)
    } else if (this.#state === 'open') {
      this.#receivePiece(header, payload, reader)
    }
  }

  /** Called by the channel when the connection is over, or the call was refused after all. */
  fail(error: Error): void {
    if (this.#state === 'done') return
    this.#error ??= error
    this.#finish()
  }

  #receivePiece(header: FrameHeader, payload: Buffer, reader: XdrReader): void {
    if (header.type === messageTypes.streamHole) {
      const { length } = streamHole.decode(reader)
      reader.end()
      if (length < 0n) throw new XdrError(`hole of ${length} bytes`)
      this.#add({ kind: 'hole', bytes: length })
    } else if (payload.length === 0) {
      this.#state = 'finishing'
      this.#link.send(messageStatuses.ok)
    } else {
      this.#add({ kind: 'data', bytes: Buffer.from(payload) })
    }
  }

  #add(piece: StreamPiece): void {
    this.#pieces.push(piece)
    this.#account(costOf(piece))
    this.#notify()
  }

  #account(change: number): void {
    const wasFull = this.#heldBytes > fullBytes
    this.#heldBytes += change
    const isFull = this.#heldBytes > fullBytes
    if (isFull !== wasFull) this.#link.setFull(isFull)
  }

  #drop(): void {
    this.#pieces.length = 0
    this.#account(-this.#heldBytes)
  }

  #finish(): void {
    if (this.#state === 'done') return
    this.#state = 'done'
    this.#forgetSignal()
    this.#link.ended()
    this.#notify()
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}
