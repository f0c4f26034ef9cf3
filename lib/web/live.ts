/**
 * The browser's side of live updates: one stream for all its tabs. A shared worker holds it; where there is none, the
 * tab that gets a lock holds it and passes on what it hears.
 */
import type { Change } from '@/lib/domain/change'

export type LiveMessage =
  | { kind: 'state'; connected: boolean }
  /** the page comes back from the browser's memory: what happened meanwhile was told to others only */
  | { kind: 'returned' }
  | { kind: 'changes'; changes: Pick<Change, 'topic' | 'id'>[] }
  /** too much was missed: everything shown may be old */
  | { kind: 'reset' }
  /** the session is over */
  | { kind: 'ended' }

const SCRIPT = '/live-worker.js'
const NAME = 'snapwarden-live'

/** Hears live messages until the returned function is called. */
export function connectLive(hear: (message: LiveMessage) => void): () => void {
  const onShow = (event: PageTransitionEvent) => {
    if (event.persisted) hear({ kind: 'returned' })
  }
  addEventListener('pageshow', onShow)
  const leave = typeof SharedWorker === 'undefined' ? connectByLeader(hear) : connectByWorker(hear)
  return () => {
    removeEventListener('pageshow', onShow)
    leave()
  }
}

type Port = { postMessage: (message: unknown) => void }

/** Says hello now and bye when the page goes; a page that comes back from the browser's memory says hello again. */
function announce(port: Port): () => void {
  const hello = () => port.postMessage('hello')
  const bye = () => port.postMessage('bye')
  const onShow = (event: PageTransitionEvent) => {
    if (event.persisted) hello()
  }
  hello()
  addEventListener('pagehide', bye)
  addEventListener('pageshow', onShow)
  return () => {
    removeEventListener('pagehide', bye)
    removeEventListener('pageshow', onShow)
    bye()
  }
}

function connectByWorker(hear: (message: LiveMessage) => void): () => void {
  const { port } = new SharedWorker(SCRIPT, NAME)
  port.onmessage = (event: MessageEvent<LiveMessage>) => hear(event.data)
  port.start()
  const leave = announce(port)
  return () => {
    leave()
    port.close()
  }
}

function connectByLeader(hear: (message: LiveMessage) => void): () => void {
  const channel = new BroadcastChannel(NAME)
  channel.onmessage = (event: MessageEvent<LiveMessage>) => hear(event.data)
  const leaving = new AbortController()
  const lead = () =>
    new Promise<void>((resolve) => {
      const worker = new Worker(SCRIPT)
      worker.onmessage = (event: MessageEvent<LiveMessage>) => {
        hear(event.data)
        channel.postMessage(event.data)
      }
      const leave = announce(worker)
      leaving.signal.addEventListener('abort', () => {
        leave()
        worker.terminate()
        resolve()
      })
    })
  navigator.locks.request(NAME, { signal: leaving.signal }, lead).catch((error: unknown) => {
    // Leaving before it was our turn ends the wait this way.
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error
  })
  return () => {
    leaving.abort()
    channel.close()
  }
}
