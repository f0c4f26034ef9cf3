import type { Caller } from './caller'
import { callerBySession } from './caller'
import { changeTail } from './change-tail'
import { openLiveStream } from './live-stream'
import type { WebProcess } from './process'

/** One stream is shared by all tabs of a browser; a person has some browsers, and reloads overlap. */
const MOST_STREAMS_OF_ONE = 32

const holder = globalThis as typeof globalThis & { snapwardenStreams?: Map<string, number> }

/** Opens the event stream of a signed-in browser. It ends when the session does, or its role changes. */
export async function openLive(input: { caller: Caller; request: Request; web: WebProcess }): Promise<Response> {
  const { caller, request, web } = input
  const { actor } = caller
  const who = actor.kind === 'user' ? actor.userId : (caller.sessionId ?? '')
  holder.snapwardenStreams ??= new Map()
  const streams = holder.snapwardenStreams
  const open = streams.get(who) ?? 0
  if (open >= MOST_STREAMS_OF_ONE) {
    const why = { code: 'rate-limited', retryAfterMillis: 30_000 }
    return Response.json(
      { title: 'Too many streams', status: 429, why },
      { status: 429, headers: { 'retry-after': '30' } },
    )
  }
  streams.set(who, open + 1)
  const gone = new AbortController()
  const letGo = () => {
    const left = (streams.get(who) ?? 1) - 1
    if (left <= 0) streams.delete(who)
    else streams.set(who, left)
  }
  request.signal.addEventListener('abort', () => gone.abort(), { once: true })
  if (request.signal.aborted) gone.abort()
  const stream = openLiveStream({
    store: web.store,
    tail: changeTail(web.store),
    actor,
    after: readPosition(request),
    gone: gone.signal,
    onEnd: letGo,
    stillThere: async () => {
      const now = await callerBySession(web, request.headers)
      return now !== null && now.sessionId === caller.sessionId && now.actor.role === actor.role
    },
  })
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'private, no-store, no-transform',
      // nginx would otherwise keep events until its buffer is full
      'x-accel-buffering': 'no',
    },
  })
}

/** The browser resends the header by itself; a stream opened anew by script can only use the address. */
function readPosition(request: Request): number | null {
  const text = request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('after')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}
