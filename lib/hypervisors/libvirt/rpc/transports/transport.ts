import type { TransportError } from '../errors'

/** How the daemon is reached. `memory` is for tests and for embedding. */
export type TransportKind = 'unix' | 'tcp' | 'tls' | 'ssh' | 'memory'

/** What a transport tells its owner. `onEnd` is called exactly once, also after {@link Transport.destroy}. */
export interface TransportHandlers {
  onData(chunk: Buffer): void
  onEnd(error: TransportError): void
}

/** A connected, ordered stream of bytes to a daemon. Methods never throw. */
export interface Transport {
  readonly kind: TransportKind
  /** Nobody between us and the daemon can read along: a local socket, TLS or ssh. */
  readonly confidential: boolean
  /** Begins delivery. Called once; bytes that arrived before are not lost. */
  start(handlers: TransportHandlers): void
  write(bytes: Buffer): void
  /** Bytes handed to {@link write} that the peer has not taken yet. */
  readonly unsentBytes: number
  /** Stops and restarts reading, so that a slow consumer slows the sender instead of filling our memory. */
  pause(): void
  resume(): void
  /** Ends the connection and frees what it held (files, child processes). Settles when that is done; repeatable. */
  destroy(): Promise<void>
}
