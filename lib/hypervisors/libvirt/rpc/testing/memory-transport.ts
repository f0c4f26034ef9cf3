import { TransportError } from '../errors'
import type { Transport, TransportHandlers } from '../transports/transport'

/** The far end of a {@link memoryLink}: what a test does in the daemon's place. */
export interface MemoryPeer {
  /** Delivers bytes to the client, now. */
  send(bytes: Buffer): void
  /** Ends the connection as a daemon that goes away. */
  end(): void
  /** Called with whatever the client writes. */
  onBytes: (bytes: Buffer) => void
  readonly state: { paused: boolean; destroyed: boolean; unsentBytes: number; sent: Buffer[] }
}

/** A transport without a network: writes arrive at once, at the other end of the same call stack. */
export function memoryLink(): { readonly transport: Transport; readonly peer: MemoryPeer } {
  let handlers: TransportHandlers | null = null
  let ended = false
  const state = { paused: false, destroyed: false, unsentBytes: 0, sent: [] as Buffer[] }
  const end = (error: TransportError): void => {
    if (ended) return
    ended = true
    handlers?.onEnd(error)
  }
  const peer: MemoryPeer = {
    send(bytes) {
      if (!ended) handlers?.onData(bytes)
    },
    end: () => end(new TransportError('closed', 'the daemon closed the connection')),
    onBytes: () => undefined,
    state,
  }
  const transport: Transport = {
    kind: 'memory',
    confidential: true,
    start(given) {
      handlers = given
    },
    write(bytes) {
      if (ended) return
      state.sent.push(bytes)
      peer.onBytes(bytes)
    },
    get unsentBytes() {
      return state.unsentBytes
    },
    pause() {
      state.paused = true
    },
    resume() {
      state.paused = false
    },
    async destroy() {
      state.destroyed = true
      end(new TransportError('closed', 'the connection was closed'))
    },
  }
  return { transport, peer }
}
