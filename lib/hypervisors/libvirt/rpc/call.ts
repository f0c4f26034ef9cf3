import { abortError } from './abort'
import { TransportError } from './errors'
import type { AnyProcedure } from './procedures/procedure'
import type { RpcStream } from './stream'

/** Longest time a timer of Node can be set to; a longer one would fire at once. */
const longestTimeoutMs = 2 ** 31 - 1

/**
 * One call under way, with two ends that come apart: the caller's, which settles once (answer, refusal, time-out, abort,
 * end of the connection), and the daemon's, which may still be working on it.
 */
export class Call {
  readonly procedure: AnyProcedure
  readonly args: unknown
  /** A good answer is followed by a stream. */
  readonly opensStream: boolean
  /** What the caller waits for: the reply, or the stream where the call opens one. */
  readonly outcome: Promise<unknown>
  /** The stream, once the call was sent. */
  stream: RpcStream | null = null
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: () => void
  #resolve: (value: unknown) => void = () => undefined
  #reject: (error: Error) => void = () => undefined
  #timer: NodeJS.Timeout | null = null
  #settled = false
  #agreed = false

  constructor(procedure: AnyProcedure, args: unknown, opensStream: boolean, signal?: AbortSignal, timeoutMs = 0) {
    this.procedure = procedure
    this.args = args
    this.opensStream = opensStream
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#signal = signal
    this.#onAbort = () => this.reject(abortError(signal as AbortSignal))
    if (signal?.aborted) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (timeoutMs > 0 && !this.#settled) {
      const onTimeout = (): void =>
        this.reject(new TransportError('timeout', `${procedure.name}: no answer within ${timeoutMs} ms`))
      this.#timer = setTimeout(onTimeout, Math.min(timeoutMs, longestTimeoutMs))
    }
  }

  /** The caller has its outcome, whatever the daemon does. */
  get settled(): boolean {
    return this.#settled
  }

  /**
   * The daemon agrees: with its answer, or with the first bytes of a stream that overtook the answer. A stream nobody
   * waits for any more is given up.
   */
  agree(reply: unknown): void {
    if (this.#agreed) return
    this.#agreed = true
    if (this.#settled) this.stream?.close()
    else if (this.#settle()) this.#resolve(this.stream ?? reply)
  }

  /** The daemon refuses, or there is no answer. */
  reject(error: Error): void {
    if (this.#settle()) this.#reject(error)
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    return true
  }
}
