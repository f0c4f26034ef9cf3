import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { abortError } from '../abort'
import { messageOf, TransportError, type TransportErrorKind } from '../errors'
import type { Transport, TransportHandlers, TransportKind } from './transport'

const kindsByCode: Readonly<Record<string, TransportErrorKind>> = {
  ECONNREFUSED: 'refused',
  // A unix socket whose daemon has stopped accepting: its queue is full.
  EAGAIN: 'refused',
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  EAI_FAIL: 'unknown-host',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
  ENOENT: 'no-socket',
  ENOTSOCK: 'no-socket',
  EACCES: 'permission',
  EPERM: 'permission',
}

/** A system error as one of our kinds; `closed` for those that only happen on a connection that was up. */
export function socketError(error: unknown): TransportError {
  if (error instanceof TransportError) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return new TransportError(kindsByCode[code] ?? 'closed', messageOf(error), { cause: error })
}

/**
 * Connects a plain socket. Rejects with a {@link TransportError}; when `signal` aborts, with its reason if that is
 * one, else with kind `aborted`.
 */
export function connectSocket(options: NetConnectOpts, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError(signal))
    const socket = connect(options)
    const stopWaiting = (): void => {
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      socket.off('connect', onConnect)
    }
    const fail = (error: TransportError): void => {
      stopWaiting()
      ignoreLateErrors(socket)
      socket.destroy()
      reject(error)
    }
    const onAbort = (): void => fail(abortError(signal))
    const onError = (error: Error): void => fail(socketError(error))
    const onConnect = (): void => {
      stopWaiting()
      resolve(socket)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', onError)
    socket.on('connect', onConnect)
  })
}

/** After a socket was given up it may still report an error; nobody is left to tell, and an unheard one would throw. */
export function ignoreLateErrors(socket: Socket): void {
  socket.on('error', () => undefined)
}

/** A connected socket (plain or TLS) as a transport. */
export function socketTransport(socket: Socket, kind: TransportKind, confidential: boolean): Transport {
  let ended: TransportError | null = null
  let handlers: TransportHandlers | null = null
  let failure: TransportError | null = null

  // A small message must leave at once: the answer is what the caller waits for.
  socket.setNoDelay(true)
  socket.on('error', (error) => {
    failure ??= asClosed(socketError(error))
  })
  socket.on('end', () => {
    failure ??= new TransportError('closed', 'the daemon closed the connection')
  })
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      ended = failure ?? new TransportError('closed', 'the connection was closed')
      handlers?.onEnd(ended)
      resolve()
    })
  })

  return {
    kind,
    confidential,
    start(given) {
      handlers = given
      if (ended !== null) {
        given.onEnd(ended)
        return
      }
      socket.on('data', (chunk: Buffer) => given.onData(chunk))
    },
    write(bytes) {
      if (!socket.destroyed && socket.writable) socket.write(bytes)
    },
    get unsentBytes() {
      return socket.writableLength
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    destroy() {
      socket.destroy()
      return closed
    },
  }
}

/** On a connection that was up, every system error means the same to the caller: it ended. */
function asClosed(error: TransportError): TransportError {
  return error.kind === 'closed' ? error : new TransportError('closed', error.message, { cause: error })
}
