/**
 * One exchange with one server: bounded in time and size, sent once, judged before the first byte. What came back is a
 * value; nothing here knows what it means.
 */
import { isIP } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'
import { Agent, type buildConnector, errors } from 'undici'
import type { ShownCertificate } from '@/lib/domain/connection'
import type { Reason } from '@/lib/domain/reason'
import { MINUTE, type Millis, SECOND } from '@/lib/domain/units'
import { judgeCertificate, type Pins } from './trust'

/** Handshake included. A host that is off answers nothing at all. */
const CONNECT_MS = 8 * SECOND
/** Silence before an answer begins. A refused login takes 3 s on purpose; a slow storage's content some 10 s. */
const HEADERS_MS = 20 * SECOND
/** Silence within an answer. */
const BODY_MS = 10 * SECOND
/** All of it: a trickle must not hold a place for ever. */
const OVERALL_MS = 60 * SECOND
/** The resources of 5,000 guests are some 3 MB. */
const BODY_BYTES = 32 * 1024 * 1024

export type Limits = { connectMs: number; headersMs: number; bodyMs: number; overallMs: number; bodyBytes: number }
export const LIMITS: Limits = {
  connectMs: CONNECT_MS,
  headersMs: HEADERS_MS,
  bodyMs: BODY_MS,
  overallMs: OVERALL_MS,
  bodyBytes: BODY_BYTES,
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
export type EngineRequest = {
  /** `https://host:port` */
  origin: string
  method: Method
  /** encoded, with its query */
  path: string
  headers: Record<string, string>
  body: string | null
}

export type Exchange =
  | {
      kind: 'answer'
      status: number
      reason: string
      contentType: string
      /** the server's clock, when it tells */
      date: string | null
      body: string
      tookMs: number
    }
  | {
      kind: 'failed'
      why: Reason
      /** the server may have received the request */
      sent: boolean
      /** the connection ended before an answer began, as an idle one does that the server had just given up */
      dropped: boolean
      tookMs: number
    }

export type Engine = {
  /** Never throws for what the world may do. `signal` ends it as interrupted. */
  exchange(request: EngineRequest, signal: AbortSignal): Promise<Exchange>
  /** The certificate a server showed at its last full handshake; null before the first. */
  certificateOf(origin: string): ShownCertificate | null
  /** Ends everything that is open. */
  close(): Promise<void>
}

/** A connection that did not come about, with the reason: nothing was sent. */
class ConnectFault extends Error {
  constructor(readonly why: Reason) {
    super(`no connection: ${why.code}`)
  }
}

class TooLarge extends Error {
  constructor(readonly has: number) {
    super('the answer is too large')
  }
}

/** Makes the engine of one connection; `pins` says which servers it may speak to. */
export function createEngine(pins: Pins, connections: number, limits: Limits = LIMITS): Engine {
  // Reading authorities takes longer than a handshake: once. Without a pin, Node's own are read already.
  const context = pins.ca === null ? undefined : createSecureContext({ ca: pins.ca })
  const sessions = new Map<string, JudgedSession>()
  const shown = new Map<string, ShownCertificate>()
  const agent = new Agent({
    connect: (options, done) => openSocket(options, done, { pins, limits, context, sessions, shown }),
    connections,
    pipelining: 1,
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.bodyMs,
    allowH2: false,
  })
  const closing = new AbortController()

  async function exchange(request: EngineRequest, signal: AbortSignal): Promise<Exchange> {
    const began = performance.now()
    const overall = AbortSignal.timeout(limits.overallMs)
    try {
      const { origin, method, path, headers, body } = request
      const answer = await agent.request({
        origin,
        method,
        path,
        headers,
        body,
        signal: AbortSignal.any([signal, closing.signal, overall]),
      })
      const text = await readText(answer.body, limits.bodyBytes)
      return {
        kind: 'answer',
        status: answer.statusCode,
        reason: answer.statusText,
        contentType: single(answer.headers['content-type']) ?? '',
        date: single(answer.headers.date),
        body: text,
        tookMs: performance.now() - began,
      }
    } catch (error) {
      const address = new URL(request.origin).host
      const stopped = signal.aborted || closing.signal.aborted
      const why: Reason = stopped ? { code: 'interrupted' } : reasonOf(error, { address, limits, overall })
      const sent = !(error instanceof ConnectFault)
      return { kind: 'failed', why, sent, dropped: isDropped(error), tookMs: performance.now() - began }
    }
  }

  return {
    exchange,
    certificateOf: (origin) => shown.get(new URL(origin).host) ?? null,
    close: async () => {
      closing.abort(new DOMException('closed', 'AbortError'))
      await agent.destroy()
    },
  }
}

const single = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value[0] : value) ?? null

async function readText(body: AsyncIterable<Buffer> & { destroy(): unknown }, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) throw new TooLarge(size)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

type Sockets = {
  pins: Pins
  limits: Limits
  context: SecureContext | undefined
  /** To shorten later handshakes to a fifth: Proxmox VE ends the connection after most answers. */
  sessions: Map<string, JudgedSession>
  shown: Map<string, ShownCertificate>
}
/**
 * A TLS session that began with a certificate we judged. Whoever resumes it holds its keys, so is the same server; Node
 * shows no certificate then. After a while a full handshake looks at the certificate again.
 */
type JudgedSession = { session: Buffer; judgedAt: Millis }
const SESSION_MS = 10 * MINUTE

/** undici's way to a socket. It gets one only when the server is who we were told it is. */
function openSocket(
  { hostname, port }: buildConnector.Options,
  done: buildConnector.Callback,
  { pins, limits, context, sessions, shown }: Sockets,
): void {
  const address = `${hostname}:${port}`
  const known = sessions.get(address)
  const resumable = known !== undefined && Date.now() - known.judgedAt < SESSION_MS ? known : undefined
  const host = hostname.replace(/^\[|\]$/g, '')
  // Node must not end the handshake by itself: a pinned leaf is right though no authority signed it.
  const judgedHere = false
  const socket = connectTls({
    host,
    port: Number(port === '' ? 443 : port),
    secureContext: context,
    session: resumable?.session,
    rejectUnauthorized: judgedHere,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) ? {} : { servername: host }),
  })
  const timer = setTimeout(
    () => settle(new ConnectFault({ code: 'unreachable', address, cause: 'timeout' })),
    limits.connectMs,
  )
  let settled = false
  function settle(fault: ConnectFault | null): void {
    if (settled) return
    settled = true
    clearTimeout(timer)
    socket.off('error', onError)
    socket.off('close', onClose)
    if (fault === null) {
      const judgedAt = socket.isSessionReused() && resumable !== undefined ? resumable.judgedAt : Date.now()
      socket.on('session', (session) => void sessions.set(address, { session, judgedAt }))
      done(null, socket)
      return
    }
    sessions.delete(address)
    socket.on('error', ignoreLate)
    socket.destroy()
    done(fault, null)
  }
  const onError = (error: Error): void => settle(new ConnectFault(connectReason(error, address)))
  const onClose = (): void => settle(new ConnectFault({ code: 'unreachable', address, cause: 'closed' }))
  socket.once('error', onError)
  socket.once('close', onClose)
  socket.once('secureConnect', () => {
    if (socket.isSessionReused()) return settle(null)
    const judged = judgeCertificate(socket, host, pins)
    if (judged.ok) shown.set(address, judged.value)
    settle(judged.ok ? null : new ConnectFault(judged.why))
  })
  socket.setNoDelay(true)
}

/** The attempt has ended already; its socket may still complain. */
const ignoreLate = (): void => undefined

function connectReason(error: Error, address: string): Reason {
  const { code } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ECONNREFUSED':
      return { code: 'unreachable', address, cause: 'refused' }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { code: 'unreachable', address, cause: 'unknown-host' }
    case 'ETIMEDOUT':
      return { code: 'unreachable', address, cause: 'timeout' }
    case 'ECONNRESET':
    case 'EPIPE':
      return { code: 'unreachable', address, cause: 'closed' }
    default:
      if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code ?? '')) {
        return { code: 'protocol', problem: 'no TLS at this address' }
      }
      return { code: 'unreachable', address, cause: 'network' }
  }
}

/** Which of the bounds, or whose hand, ended an exchange. What is none of the world's doing is our bug and is thrown. */
function reasonOf(
  error: unknown,
  { address, limits, overall }: { address: string; limits: Limits; overall: AbortSignal },
): Reason {
  if (error instanceof ConnectFault) return error.why
  if (error instanceof TooLarge) {
    return { code: 'too-large', limit: 'message-bytes', has: error.has, max: limits.bodyBytes }
  }
  if (error instanceof errors.HeadersTimeoutError) return { code: 'hung', silentForMillis: limits.headersMs }
  if (error instanceof errors.BodyTimeoutError) return { code: 'hung', silentForMillis: limits.bodyMs }
  if (overall.aborted && error === overall.reason) return { code: 'hung', silentForMillis: limits.overallMs }
  if (isClosed(error)) return { code: 'interrupted' }
  // The connection ended within the answer, as undici sees it with a length told and without.
  const endedEarly = error instanceof errors.HTTPParserError && error.code === 'HPE_INVALID_EOF_STATE'
  if (error instanceof errors.ResponseContentLengthMismatchError || endedEarly) {
    return { code: 'unreachable', address, cause: 'closed' }
  }
  if (error instanceof errors.HTTPParserError) {
    return { code: 'protocol', problem: 'the answer is not HTTP as Proxmox VE speaks it' }
  }
  if (error instanceof errors.HeadersOverflowError) return { code: 'protocol', problem: 'the headers do not end' }
  if (isDropped(error)) return { code: 'unreachable', address, cause: 'closed' }
  throw error
}

const isClosed = (error: unknown): boolean =>
  error instanceof errors.ClientDestroyedError || error instanceof errors.ClientClosedError

function isDropped(error: unknown): boolean {
  if (error instanceof errors.SocketError) return true
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT'
}
