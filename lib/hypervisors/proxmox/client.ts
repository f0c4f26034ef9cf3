/**
 * Proxmox VE's API as the rest of the adapter uses it: reads that may be repeated, writes that are sent once, and every
 * "no" of the world as a value. Everything about who we are, which node answers and how much we ask at a time is in here.
 */
import { z } from 'zod'
import type { ShownCertificate } from '@/lib/domain/connection'
import { type Outcome, ok, type Refused, refused } from '@/lib/domain/result'
import type { Instant, Millis } from '@/lib/domain/units'
import { instantAt } from '@/lib/domain/units'
import type { ProxmoxCredentials } from '../credentials'
import { type Breaker, createBreaker } from './breaker'
import { createEngine, type Engine, type Exchange, LIMITS, type Limits, type Method } from './engine'
import { refusedAnswer, refusedBody, saysNo } from './errors'
import { createLogin } from './login'
import { createPace, looksStrained, type Pace } from './pace'
import { encodeParameters, encodePath, nodeOf, type Parameters, type Segment } from './path'
import { createRoute, type Route } from './route'
import type { Pins } from './trust'

export type Answer = {
  /** Whatever stands under `data`. Not looked at: parse it with a wire schema. */
  data: unknown
  /** Entries there are, where a list comes in pages. */
  total: number | null
  /** The server's clock when it answered; null = it did not tell. One second exact. */
  serverTime: Instant | null
}

/** `mayHaveBegun`: the server may be doing what was asked, although we do not know it. False only when it surely is not. */
export type WriteRefused = Refused & { mayHaveBegun: boolean }

export type ProxmoxClient = {
  /**
   * Reads below `/api2/json`. Segments are given apart and encoded here; booleans become 0 and 1. Waits for a place
   * first: at most 8 requests run on the cluster and 4 on one node, fewer while it is busy. A node that does not answer
   * is refused at once for a while (`node-unreachable`). Never throws for what the world may do.
   */
  get(path: readonly Segment[], query: Parameters, signal: AbortSignal): Promise<Outcome<Answer>>
  /** Sent exactly once, ever: no time-out, 401 or closed connection repeats it. A task's UPID is the answer's `data`. */
  send(
    method: Exclude<Method, 'GET'>,
    path: readonly Segment[],
    body: Parameters,
    signal: AbortSignal,
  ): Promise<{ ok: true; value: Answer } | WriteRefused>
  /** Further nodes to use when the entered one is down, as `https://host:port`. Their certificates must fit the pins. */
  learnNodes(origins: readonly string[]): void
  /** The server that answered last, `https://host:port`, and the certificate it showed; null before an answer. */
  readonly server: { origin: string; certificate: ShownCertificate | null } | null
  /** Requests that went out so far, logins included. */
  readonly requestCount: number
  /** Requests let through at a time now: 8, fewer while the server is busy. */
  readonly concurrency: number
  /** Calls in flight end as interrupted. Idempotent. */
  close(): Promise<void>
}

export type ClientOptions = {
  /** `https://host:port`, the preferred one first */
  origins: readonly string[]
  pins: Pins
  credentials: ProxmoxCredentials
  limits?: Partial<Limits>
  now?: () => Millis
}

type Request = { method: Method; path: string; body: string | null; node: string | null }
type Context = { engine: Engine; route: Route; pace: Pace; breaker: Breaker; counted: () => void }

const envelope = z.object({
  data: z.unknown(),
  total: z.coerce.number().int().nonnegative().optional().catch(undefined),
})

/** Opens a client. Nothing is asked of the server yet. */
export function createProxmoxClient(options: ClientOptions): ProxmoxClient {
  const now = options.now ?? Date.now
  let requestCount = 0
  const pace = createPace()
  const context: Context = {
    engine: createEngine(options.pins, pace.limit, { ...LIMITS, ...options.limits }),
    route: createRoute(options.origins, now),
    pace,
    breaker: createBreaker(now),
    counted: () => {
      requestCount += 1
    },
  }
  const login = createLogin(options.credentials, (body, signal) => postTicket(context, body, signal), now)

  async function get(path: readonly Segment[], query: Parameters, signal: AbortSignal): Promise<Outcome<Answer>> {
    const encoded = encodePath(path)
    if (!encoded.ok) return encoded
    const parameters = encodeParameters(query)
    const node = nodeOf(path)
    const target = parameters === '' ? encoded.value : `${encoded.value}?${parameters}`
    const request: Request = { method: 'GET', path: target, body: null, node }
    if (node !== null && context.breaker.isOpen(node)) return refused({ code: 'node-unreachable', node })
    return inTurn(pace, node, signal, async () => {
      // It may have been given up while we waited for a place.
      if (node !== null && context.breaker.isOpen(node)) return refused({ code: 'node-unreachable', node })
      return read(request, signal, true)
    })
  }

  async function read(request: Request, signal: AbortSignal, again: boolean): Promise<Outcome<Answer>> {
    const headers = await login.headers('GET', signal)
    if (!headers.ok) return headers
    const { exchange, origin } = await travel(context, request, headers.value, signal)
    const answer = understand(exchange, origin, request, login.method)
    if (answer.ok || answer.why.code !== 'credentials-refused') return answer
    return login.reject(headers.value) && again ? read(request, signal, false) : answer
  }

  async function send(
    method: Exclude<Method, 'GET'>,
    path: readonly Segment[],
    body: Parameters,
    signal: AbortSignal,
  ): Promise<{ ok: true; value: Answer } | WriteRefused> {
    const unsent = (refusal: Refused): WriteRefused => ({ ...refusal, mayHaveBegun: false })
    const encoded = encodePath(path)
    if (!encoded.ok) return unsent(encoded)
    const node = nodeOf(path)
    const parameters = encodeParameters(body)
    // Proxmox VE takes a DELETE's parameters from the query; bodies there are not everybody's.
    const target = method === 'DELETE' && parameters !== '' ? `${encoded.value}?${parameters}` : encoded.value
    const request: Request = { method, path: target, body: method === 'DELETE' ? null : parameters, node }
    const outcome = await inTurn(pace, node, signal, async () => {
      const headers = await login.headers(method, signal)
      if (!headers.ok) return unsent(headers)
      const { exchange, origin } = await travel(context, request, headers.value, signal)
      const answer = understand(exchange, origin, request, login.method)
      if (answer.ok) return answer
      if (answer.why.code === 'credentials-refused') login.reject(headers.value)
      return { ...answer, mayHaveBegun: exchange.kind === 'answer' ? !saysNo(exchange) : exchange.sent }
    })
    return outcome.ok || 'mayHaveBegun' in outcome ? outcome : unsent(outcome)
  }

  return {
    get,
    send,
    learnNodes: (origins) => context.route.learn(origins),
    get server() {
      const origin = context.route.answering()
      return origin === null ? null : { origin, certificate: context.engine.certificateOf(origin) }
    },
    get requestCount() {
      return requestCount
    },
    get concurrency() {
      return pace.limit
    },
    close: () => context.engine.close(),
  }
}

/** Waits for a place, does it, and tells the pace how it went. */
async function inTurn<T extends { ok: boolean }>(
  pace: Pace,
  node: string | null,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | Refused> {
  if (signal.aborted) return refused({ code: 'interrupted' })
  const release = await pace.take(node ?? '', signal).catch(() => null)
  if (release === null) return refused({ code: 'interrupted' })
  const began = performance.now()
  try {
    return await work()
  } finally {
    release(looksStrained(performance.now() - began))
  }
}

/**
 * Sends a request to the best server. Only a connection that did not come about leads to the next one, which is no
 * repetition: nothing was sent. A read whose idle connection the server had just closed is sent once more.
 */
async function travel(
  { engine, route, breaker, counted }: Context,
  { method, path, body, node }: Request,
  credentials: Record<string, string>,
  signal: AbortSignal,
): Promise<{ exchange: Exchange; origin: string }> {
  const headers = {
    accept: 'application/json',
    ...(body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...credentials,
  }
  let first: { exchange: Exchange; origin: string } | null = null
  for (const { origin, entered } of route.stops()) {
    const once = (): Promise<Exchange> => {
      counted()
      return engine.exchange({ origin, method, path, headers, body }, signal)
    }
    let exchange = await once()
    if (method === 'GET' && exchange.kind === 'failed' && exchange.dropped && exchange.sent) exchange = await once()
    if (exchange.kind === 'answer' || exchange.sent || signal.aborted) {
      if (exchange.kind === 'answer') route.markUp(origin)
      else if (exchange.why.code === 'hung' && node === null) route.markDown(origin)
      noteNode(breaker, node, exchange)
      return { exchange, origin }
    }
    // Somebody entered this address: another certificate than the pinned one there is a question, not a detour.
    if (entered && exchange.why.code !== 'unreachable') return { exchange, origin }
    route.markDown(origin)
    first ??= { exchange, origin }
  }
  if (first === null) throw new Error('a connection without an address')
  return first
}

function noteNode(breaker: Breaker, node: string | null, exchange: Exchange): void {
  if (node === null) return
  if (exchange.kind === 'answer') breaker.note(node, exchange.status >= 595 ? 'unreachable' : 'answered')
  else if (exchange.why.code === 'hung') breaker.note(node, 'silent')
}

/** What an exchange means. */
function understand(
  exchange: Exchange,
  origin: string,
  { node }: Pick<Request, 'node'>,
  method: 'token' | 'password',
): Outcome<Answer> {
  if (exchange.kind === 'failed') return refused(exchange.why)
  const asked = { address: new URL(origin).host, node, method }
  if (exchange.status !== 200) return refusedAnswer(exchange, asked)
  const parsed = envelope.safeParse(parseJson(exchange.body))
  if (!parsed.success) return refusedBody(exchange)
  const { data, total } = parsed.data
  return ok({ data, total: total ?? null, serverTime: serverTime(exchange.date) })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function serverTime(date: string | null): Instant | null {
  const millis = date === null ? Number.NaN : Date.parse(date)
  return Number.isNaN(millis) ? null : instantAt(millis)
}

async function postTicket(
  context: Context,
  body: Record<string, string>,
  signal: AbortSignal,
): Promise<Outcome<unknown>> {
  const request: Request = {
    method: 'POST',
    path: '/api2/json/access/ticket',
    body: encodeParameters(body),
    node: null,
  }
  const { exchange, origin } = await travel(context, request, {}, signal)
  const answer = understand(exchange, origin, request, 'password')
  if (!answer.ok && answer.why.code === 'interrupted') {
    return refused({ code: 'unreachable', address: new URL(origin).host, cause: 'timeout' })
  }
  return answer.ok ? ok(answer.value.data) : answer
}
