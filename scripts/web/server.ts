import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import next from 'next'
import { readPort, readPublicUrl, readTrustedProxies } from '@/lib/settings.mjs'
import { SECURITY_HEADERS, STRICT_TRANSPORT_SECURITY } from '@/lib/web/content-security-policy'
import { settleForwardedHeaders, trustProxies } from '@/lib/web/forwarded'
import { findRoot } from '../lib/root.mjs'
import { answerEarly, type Phase } from './answer-early'
import { readablePath, tellWrongMethod } from './odd-requests'
import { OpenResponses } from './open-responses'

// Our own HTTP server around Next. It listens from its first moment (health says what we wait for), believes forwarded
// headers of trusted proxies only, and ends in order: a plain Next server with one open event stream never does.

const development = process.env.SNAPWARDEN_DEV === '1'
const host = process.env.SNAPWARDEN_HOST || '127.0.0.1'
const port = readPort(process.env.PORT)
const proxies = trustProxies(readTrustedProxies(process.env.SNAPWARDEN_TRUSTED_PROXIES))
const overHttps = readPublicUrl(process.env.SNAPWARDEN_URL)?.startsWith('https:') ?? false

/** A client gets this long for its request's head, and for all of it: slow senders must not hold sockets for ever. */
const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 60_000
/** Longer than the idle time of common proxies (60 s), so that they, not we, close an idle connection first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** What an ordinary answer may still take after we were asked to end. */
const GRACE_MS = 1_000
const CLOSE_TIMEOUT_MS = 1_000

/** Started by hand on a PostgreSQL of one's own, nobody tells us phases: we serve as soon as we can. */
const hasLauncher = process.send !== undefined
let phase: Phase = hasLauncher ? 'starting' : 'serving'
let ending = false

const application = next({ dev: development, dir: findRoot(import.meta.url), hostname: host, port })
const open = new OpenResponses()
let ready = false

const server = createServer((request, response) => {
  prepareAnswer(request, response)
  if (phase === 'serving' && ready) handle(request, response)
  else answerEarly(request, response, phase === 'serving' ? 'starting' : phase)
})
server.headersTimeout = HEADERS_TIMEOUT_MS
server.requestTimeout = REQUEST_TIMEOUT_MS
server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS
server.on('upgrade', (request, socket, head) => {
  open.addUpgraded(socket as Socket)
  if (!development || !ready) {
    socket.destroy()
    return
  }
  void application.getUpgradeHandler()(request, socket, head)
})

function prepareAnswer(request: IncomingMessage, response: ServerResponse): void {
  open.add(response)
  settleForwardedHeaders(request.headers, request.socket.remoteAddress, proxies)
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
  if (overHttps) response.setHeader('Strict-Transport-Security', STRICT_TRANSPORT_SECURITY)
  if (isData(request.url)) response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  if (ending) response.setHeader('Connection', 'close')
}

/** Answers that are no page and hold nothing to run. */
function isData(url: string | undefined): boolean {
  return url !== undefined && (url.startsWith('/api/') || url === '/metrics' || url.startsWith('/_next/static/'))
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  if (request.url !== undefined) request.url = readablePath(request.url)
  if (request.url?.startsWith('/api/v1/')) tellWrongMethod(request, response)
  application
    .getRequestHandler()(request, response)
    .catch((error: unknown) => {
      console.error(error)
      if (!response.headersSent) response.statusCode = 500
      response.end()
    })
}

async function end(): Promise<void> {
  if (ending) return
  ending = true
  await open.end(server, GRACE_MS)
  await Promise.race([application.close(), new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS))])
  process.exit(0)
}

process.on('SIGTERM', () => void end())
process.on('SIGINT', () => void end())
process.on('message', (message: { phase?: Phase; environment?: Record<string, string> }) => {
  Object.assign(process.env, message.environment ?? {})
  if (message.phase !== undefined) phase = message.phase
})

server.on('error', (error: NodeJS.ErrnoException) => {
  console.error(error)
  if (process.send === undefined) process.exit(1)
  process.send({ refused: error.code ?? error.message }, undefined, undefined, () => process.exit(1))
})
server.listen({ host, port }, () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.send?.({ listening: address.port })
})

await application.prepare()
ready = true
