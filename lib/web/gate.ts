/**
 * The one gate. Whatever reaches a verb came through one of these: who asks → may they → is the input usable →
 * did the request come from our own pages → the verb. A "no" travels as a value; a bug of ours becomes a reference.
 */
import type { z } from 'zod'
import { can, type Permission } from '@/lib/domain/permission'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, refused } from '@/lib/domain/result'
import { instantAt } from '@/lib/domain/units'
import type { Context, Verb } from '@/lib/services/context'
import { databaseProblem } from '@/lib/store/database-problem'
import { type Caller, callerBySession } from './caller'
import { logFailure } from './failure'
import { clientAddress, comesFromUs, expectedOrigin } from './origin'
import { parseInput, queryOf } from './parse'
import { type WebProcess, webProcess } from './process'
import { httpRefusal } from './status'

/**
 * Everything that answers without a session or a token. A route that is public and not in this list does not start;
 * a test walks app/ and holds the list against it.
 */
export const ANONYMOUS_ROUTES = [
  '/api/health',
  '/setup',
  '/sign-in',
  '/_next/static/',
  '/live-worker.js',
  '/icon.svg',
  '/favicon.ico',
] as const
export type AnonymousRoute = (typeof ANONYMOUS_ROUTES)[number]

/** A read or a mutation: what it needs, what it takes, what it does. */
export type Spec<Schema extends z.ZodType, Answer> = {
  permission: Permission
  input: Schema
  run: Verb<z.output<Schema>, Answer>
}

/** What a page or program gets of an outcome: never the hypervisor's own words, those are for the log. */
export type Wire<Answer> = { ok: true; value: Answer } | { ok: false; why: Reason }

/** Next gives no parameters to a route that has none. */
type RouteContext = { params: Promise<Record<string, string | string[] | undefined> | undefined> }
export type RouteHandler = (request: Request, context: RouteContext) => Promise<Response>

const NO_STORE = { 'cache-control': 'private, no-store' }

/** A GET route for pages: session → permission → input → verb → JSON. */
export function defineRead<Schema extends z.ZodType, Answer>(spec: Spec<Schema, Answer>): RouteHandler {
  return async (request, context) => {
    const outcome = await guard(`GET ${new URL(request.url).pathname}`, async () => {
      const web = webProcess()
      const caller = await callerBySession(web, request.headers)
      if (caller === null) return refused({ code: 'unauthenticated' })
      return runSpec(web, caller, spec, { ...queryOf(request.url), ...(await context.params) })
    })
    if (outcome.ok) return Response.json(outcome.value, { headers: NO_STORE })
    const { status, title } = httpRefusal(outcome.why)
    return Response.json(
      { title, status, why: outcome.why },
      { status, headers: { ...NO_STORE, ...retryAfter(outcome.why) } },
    )
  }
}

/** A server action: origin → session → permission → input → verb → outcome. Never throws across the wire. */
export function defineAction<Schema extends z.ZodType, Answer>(
  spec: Spec<Schema, Answer>,
): (input: z.input<Schema>) => Promise<Wire<Answer>> {
  return async (input) =>
    guard('action', async () => {
      const web = webProcess()
      const headers = await requestHeaders()
      const foreign = foreignOrigin(web, headers)
      if (foreign !== null) return refused(foreign)
      const caller = await callerBySession(web, headers)
      if (caller === null) return refused({ code: 'unauthenticated' })
      return runSpec(web, caller, spec, input)
    })
}

/** What a public action works with: nobody has signed in yet. */
export type PublicContext = { web: WebProcess; now: string; address: string | null; headers: Headers }

/** A server action of an anonymous page (`route` names it in the list): origin → input → work. */
export function definePublic<Schema extends z.ZodType, Answer>(
  route: AnonymousRoute,
  spec: { input: Schema; run: (call: { ctx: PublicContext; input: z.output<Schema> }) => Promise<Outcome<Answer>> },
): (input: z.input<Schema>) => Promise<Wire<Answer>> {
  if (!ANONYMOUS_ROUTES.includes(route)) throw new Error(`${route} is not in the list of anonymous routes`)
  return async (input) =>
    guard(`action of ${route}`, async () => {
      const web = webProcess()
      const headers = await requestHeaders()
      const foreign = foreignOrigin(web, headers)
      if (foreign !== null) return refused(foreign)
      const parsed = parseInput(spec.input, input)
      if (!parsed.ok) return parsed
      const ctx = { web, headers, now: instantAt(Date.now()), address: clientAddress(headers) }
      return spec.run({ ctx, input: parsed.value })
    })
}

/** A stream for pages: session → permission → the response `open` makes. */
export function defineStream(spec: {
  permission: Permission
  open: (input: { ctx: Context; caller: Caller; request: Request; web: WebProcess }) => Promise<Response>
}): RouteHandler {
  return async (request) => {
    const opened = await guard<Response>(`stream ${new URL(request.url).pathname}`, async () => {
      const web = webProcess()
      const caller = await callerBySession(web, request.headers)
      if (caller === null) return refused({ code: 'unauthenticated' })
      const allowed = can(caller.actor, spec.permission)
      if (!allowed.ok) return refused({ code: 'forbidden', needs: allowed.needs })
      return { ok: true, value: await spec.open({ ctx: contextOf(web, caller), caller, request, web }) }
    })
    if (opened.ok) return opened.value
    const { status, title } = httpRefusal(opened.why)
    return Response.json({ title, status, why: opened.why }, { status, headers: NO_STORE })
  }
}

/** Permission, input, verb: the part every way in shares, also pages that read on the server and the public API. */
export async function runSpec<Schema extends z.ZodType, Answer>(
  web: WebProcess,
  caller: Caller,
  spec: Spec<Schema, Answer>,
  input: unknown,
): Promise<Outcome<Answer>> {
  const allowed = can(caller.actor, spec.permission)
  if (!allowed.ok) return refused({ code: 'forbidden', needs: allowed.needs })
  const parsed = parseInput(spec.input, input)
  if (!parsed.ok) return parsed
  return spec.run({ ctx: contextOf(web, caller), input: parsed.value })
}

/** Turns a throw into a reference, or into what is wrong with the database; drops what only the log may hold. */
export async function guard<Answer>(where: string, work: () => Promise<Outcome<Answer>>): Promise<Wire<Answer>> {
  try {
    const outcome = await work()
    return outcome.ok ? outcome : { ok: false, why: outcome.why }
  } catch (error) {
    const reference = logFailure(where, error)
    const problem = databaseProblem(error)
    return { ok: false, why: problem === null ? { code: 'failed', reference } : { code: 'database-away', problem } }
  }
}

/** `Retry-After` in whole seconds, where the refusal says when. */
export function retryAfter(why: Reason): Record<string, string> {
  return why.code === 'rate-limited' ? { 'retry-after': String(Math.ceil(why.retryAfterMillis / 1000)) } : {}
}

const contextOf = (web: WebProcess, caller: Caller): Context => ({
  store: web.store,
  actor: caller.actor,
  now: instantAt(Date.now()),
  address: caller.address,
  sessionId: caller.sessionId,
})

function foreignOrigin(web: WebProcess, headers: Headers): Reason | null {
  if (comesFromUs(headers, web.config.publicUrl)) return null
  return { code: 'wrong-origin', expected: expectedOrigin(headers, web.config.publicUrl) ?? '' }
}

/** Loaded when an action runs: outside Next (tests, command line) this module works without it. */
async function requestHeaders(): Promise<Headers> {
  const { headers } = await import('next/headers')
  return new Headers(await headers())
}
