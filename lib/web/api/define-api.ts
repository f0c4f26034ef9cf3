import type { z } from 'zod'
import { can } from '@/lib/domain/permission'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { instantAt } from '@/lib/domain/units'
import { type Caller, callerByToken } from '../caller'
import { guard, type RouteHandler } from '../gate'
import { parseInput, queryOf, readJsonBody } from '../parse'
import { type WebProcess, webProcess } from '../process'
import type { Endpoint } from './endpoint'
import { problemResponse } from './problem'

/** A connection with all its keys and certificates pasted stays far below. */
const MAX_BODY_BYTES = 2 * 1024 * 1024

/** A route of the public API: bearer token → permission → parameters, query, body → verb → JSON or a problem. */
export function defineApi<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  endpoint: Endpoint<Params, Query, Body>,
): RouteHandler {
  return async (request, context) => {
    const outcome = await guard(`${endpoint.method} /api/v1${endpoint.path}`, async () => {
      const web = webProcess()
      const caller = await bearer(web, request.headers)
      return caller.ok ? run(web, caller.value, endpoint, request, (await context.params) ?? {}) : caller
    })
    if (!outcome.ok) return problemResponse(outcome.why, instantAt(Date.now()))
    // An endpoint that answers in its own way: a stream, or a refusal that carries more than its reason.
    if (outcome.value instanceof Response) return outcome.value
    if (endpoint.status === 204) return new Response(null, { status: 204 })
    return Response.json(outcome.value, { status: endpoint.status, headers: { 'cache-control': 'private, no-store' } })
  }
}

/** Whoever holds the token of a request, or the refusal to answer with. */
export async function bearer(web: WebProcess, headers: Headers): Promise<Outcome<Caller>> {
  const caller = await callerByToken(web, headers)
  if (caller === null) return refused({ code: 'unauthenticated' })
  if ('retryAfterMillis' in caller) return refused({ code: 'rate-limited', ...caller })
  return ok(caller)
}

async function run<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  web: WebProcess,
  caller: Caller,
  endpoint: Endpoint<Params, Query, Body>,
  request: Request,
  given: Record<string, unknown>,
): Promise<Outcome<unknown>> {
  const allowed = can(caller.actor, endpoint.permission)
  if (!allowed.ok) return refused({ code: 'forbidden', needs: allowed.needs })
  const params = parseInput(endpoint.params, given)
  if (!params.ok) return refused({ code: 'missing', what: 'page', name: endpoint.path })
  const query = parseInput(endpoint.query, queryOf(request.url))
  if (!query.ok) return query
  const body = await readBody(endpoint, request)
  if (!body.ok) return body
  const { actor, address } = caller
  const ctx = { store: web.store, actor, address, now: instantAt(Date.now()), sessionId: null }
  return endpoint.run({ ctx, params: params.value, query: query.value, body: body.value, request })
}

async function readBody<Body extends z.ZodType>(
  endpoint: { body: Body | null },
  request: Request,
): Promise<Outcome<z.output<Body>>> {
  // Without a body schema the type is that of nothing anybody reads.
  if (endpoint.body === null) return ok(undefined as z.output<Body>)
  const read = await readJsonBody(request, MAX_BODY_BYTES)
  return read.ok ? parseInput(endpoint.body, read.value) : read
}
