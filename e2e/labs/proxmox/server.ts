import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { type Answer, headersOf } from './answer'
import { fingerprintOf, type NodeCertificate } from './certificate'
import type { Cluster } from './cluster'
import type { WireFault } from './faults'
import { handle } from './handle'

/** The cluster on the wire: HTTPS, HTTP/1.1 only, and whatever faults are set. */
export interface ProxmoxLab {
  cluster: Cluster
  /** https://HOST:PORT */
  url: string
  port: number
  fingerprint: string
  /** Requests answered so far. */
  requests: () => number
  /** Another certificate from now on, for new connections. */
  changeCertificate(certificate: NodeCertificate): void
  close(): Promise<void>
}

export interface ServerOptions {
  cluster: Cluster
  certificate: NodeCertificate
  host?: string
  port?: number
  /** Added to every answer, ms. */
  latencyMs?: number
  /** `kept`: no `Connection: close` from pvedaemon, so that a client can reuse connections. Default as recorded. */
  connections?: 'recorded' | 'kept'
}

const BODY_LIMIT_BYTES = 1024 * 1024

export async function startProxmoxLab(options: ServerOptions): Promise<ProxmoxLab> {
  const { cluster } = options
  const host = options.host ?? '127.0.0.1'
  let requests = 0
  show(cluster, options.certificate)
  const server: Server = createServer(
    { key: options.certificate.key, cert: chainOf(options.certificate), ALPNProtocols: ['http/1.1'] },
    (request, response) => {
      requests += 1
      serve(options, request, response)
    },
  )
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const port = (server.address() as AddressInfo).port
  const lab: ProxmoxLab = {
    cluster,
    url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    fingerprint: options.certificate.fingerprint,
    requests: () => requests,
    changeCertificate: (certificate) => {
      server.setSecureContext({ key: certificate.key, cert: chainOf(certificate) })
      // One whose handshake was under way would still be shown the old certificate, and asks by that.
      for (const socket of sockets) socket.destroy()
      show(cluster, certificate)
      lab.fingerprint = certificate.fingerprint
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return lab
}

const chainOf = (certificate: NodeCertificate): string => `${certificate.leaf}\n${certificate.ca}`

function show(cluster: Cluster, certificate: NodeCertificate): void {
  cluster.fingerprint = fingerprintOf(certificate.leaf)
  cluster.certificates = { ca: certificate.ca === '' ? certificate.leaf : certificate.ca, leaf: certificate.leaf }
}

function serve(options: ServerOptions, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > BODY_LIMIT_BYTES) request.destroy()
    else chunks.push(chunk)
  })
  request.on('end', () => {
    const { cluster } = options
    const method = request.method ?? 'GET'
    const target = request.url ?? '/'
    const faults = cluster.faults.takeWireFaults(method, target.replace(/^\/api2\/json/, ''))
    if (faults.some((fault) => fault.kind === 'hang')) return
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join('; ') : value]),
    )
    const forced = faults.find((fault) => fault.kind === 'status' || fault.kind === 'html')
    const answer =
      forced === undefined
        ? handle(cluster, { method, target, headers, body: Buffer.concat(chunks).toString('utf8') })
        : forcedAnswer(forced)
    const slow = faults.reduce((sum, fault) => sum + (fault.kind === 'slow' ? fault.ms : 0), 0)
    const wait = answer.holdMs + (options.latencyMs ?? 0) + slow
    const send = (): void => write(options, changed(answer, faults), faults, response)
    if (wait === 0) send()
    else cluster.clock.after(wait, send)
  })
}

function forcedAnswer(fault: WireFault): Answer {
  const base = { contentType: undefined, fromDaemon: false, holdMs: 0 }
  if (fault.kind === 'html') {
    return { ...base, status: fault.status, reason: 'Bad Gateway', body: fault.html, contentType: 'text/html' }
  }
  if (fault.kind === 'status') return { ...base, status: fault.status, reason: fault.reason, body: fault.body }
  throw new Error(`${fault.kind} is no answer`)
}

function changed(answer: Answer, faults: readonly WireFault[]): Answer {
  let body = answer.body
  if (body !== undefined && faults.some((fault) => fault.kind === 'numbers-as-strings')) {
    body = JSON.stringify(JSON.parse(body), (_, value: unknown) => (typeof value === 'number' ? String(value) : value))
  }
  if (body !== undefined && faults.some((fault) => fault.kind === 'truncated-json')) {
    body = body.slice(0, Math.ceil(body.length / 2))
  }
  return { ...answer, body }
}

function write(options: ServerOptions, answer: Answer, faults: readonly WireFault[], response: ServerResponse): void {
  if (response.destroyed) return
  if (faults.some((fault) => fault.kind === 'reset')) {
    response.destroy()
    return
  }
  const sent = options.connections === 'kept' ? { ...answer, fromDaemon: false } : answer
  response.sendDate = false
  // Without a body there is no length and no chunk, only the end of the connection (recorded).
  response.removeHeader('Transfer-Encoding')
  // Names and values in turn: the only form in which Node writes a header twice and in our order.
  const headers = headersOf(sent, options.cluster.clock.now())
  response.writeHead(sent.status, asReason(sent.reason), headers.flat())
  const cut = faults.find((fault) => fault.kind === 'cut')
  if (cut !== undefined && cut.kind === 'cut') {
    response.write((sent.body ?? '').slice(0, cut.bytes), () => response.destroy())
    return
  }
  response.end(sent.body)
}

/** A status line holds no line breaks, and Node only Latin-1: the UTF-8 bytes go out one by one, as Perl writes them. */
const asReason = (text: string): string => Buffer.from(text.replace(/[\r\n]+/g, ' '), 'utf8').toString('latin1')
