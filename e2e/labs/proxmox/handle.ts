import { type Answer, type ApiRequest, badParameters, bareAnswer, jsonAnswer, plainAnswer, Refusal } from './answer'
import { authenticate, type Caller, decodeLoosely, REFUSAL_HOLD_MS } from './authentication'
import { type Cluster, forbidden, holds } from './cluster'
import { accessHandlers, LoginRefusal } from './handlers/access'
import { agentHandlers } from './handlers/agent'
import { clusterHandlers } from './handlers/cluster-wide'
import type { Handler, HandlerResult } from './handlers/context'
import { guestHandlers } from './handlers/guests'
import { nodeHandlers } from './handlers/nodes'
import { snapshotHandlers } from './handlers/snapshots'
import { storageHandlers } from './handlers/storages'
import { taskHandlers } from './handlers/task-rows'
import { findRoute, type Route } from './schema/routes'
import { verifyParameters } from './schema/verify'

/** A request's way through pveproxy: who, what, may he, which node, are the parameters right, then the work. */

export const handlers: Readonly<Record<string, Handler>> = {
  ...accessHandlers,
  ...agentHandlers,
  ...clusterHandlers,
  ...guestHandlers,
  ...nodeHandlers,
  ...snapshotHandlers,
  ...storageHandlers,
  ...taskHandlers,
}

export function handle(cluster: Cluster, request: ApiRequest): Answer {
  const url = splitTarget(request.target)
  if (url === undefined) return bareAnswer(404, 'no such file')
  if (!['GET', 'POST', 'PUT', 'DELETE'].includes(request.method)) {
    return bareAnswer(501, `method '${request.method}' not available`)
  }
  const given = readParameters(request, url.query)
  if ('status' in given) return given
  const found = findRoute(request.method, url.segments)
  const open = found?.route.spec.permissions?.user === 'world'
  const caller = open ? NOBODY : authenticate(cluster.auth, request)
  if ('status' in caller) return caller
  const path = url.segments.length === 0 ? '' : `/${url.segments.join('/')}`
  const handler = found === undefined ? undefined : handlers[found.route.id]
  if (found === undefined || handler === undefined) {
    const message = `Method '${request.method} ${path}' not implemented`
    return jsonAnswer(501, message, { data: null, message }, false)
  }
  const { route, inPath } = found
  const unreachable = (): Answer | undefined => proxyAnswer(cluster, route, inPath.node)
  try {
    checkPermissions(cluster, caller, route, { ...given.parameters, ...inPath })
    const elsewhere = unreachable()
    if (elsewhere !== undefined) return elsewhere
    const duplicates = Object.keys(given.parameters).filter((name) => name in inPath)
    if (duplicates.length > 0) {
      throw badParameters(
        Object.fromEntries(duplicates.map((name) => [name, 'duplicate parameter (already defined in URI)'])),
      )
    }
    const { parameters, errors } = verifyParameters(route.spec, { ...given.parameters, ...inPath })
    if (Object.keys(errors).length > 0) throw badParameters(errors)
    return success(url.format, handler({ cluster, caller, parameters }), route)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refusal(url.format, error)
  }
}

const NOBODY: Caller = { authid: '', userid: '', tokenName: undefined }

type Format = 'json' | 'extjs'

/** `/api2/json/nodes/…?full=1` → its parts; a trailing slash changes nothing (recorded, 302). */
function splitTarget(target: string): { format: Format; segments: string[]; query: string } | undefined {
  const [path = '', query = ''] = target.split('?')
  const match = /^\/api2\/(json|extjs)(\/.*)?$/.exec(path)
  if (match === null) return undefined
  const segments = (match[2] ?? '')
    .split('/')
    .filter((part) => part !== '')
    .map(decodeLoosely)
  return { format: match[1] as Format, segments, query }
}

/** Parameters from the query and the body, form or JSON. */
function readParameters(request: ApiRequest, query: string): { parameters: Record<string, unknown> } | Answer {
  const parameters: Record<string, unknown> = Object.fromEntries(new URLSearchParams(query))
  if (request.method === 'GET') return { parameters }
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  if (request.body === '') return { parameters }
  if (type === 'application/json') {
    const parsed = parseJson(request.body)
    if (parsed === undefined) {
      const where = request.body.length
      return plainAnswer(
        500,
        `malformed JSON string, neither tag, array, object, number, string or atom, at character offset ${where} (before "(end of string)") at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 934.\n`,
      )
    }
    return { parameters: { ...parameters, ...parsed } }
  }
  if (type === '' || type === 'application/x-www-form-urlencoded') {
    return { parameters: { ...parameters, ...Object.fromEntries(new URLSearchParams(request.body)) } }
  }
  return plainAnswer(506, `upload 'Content-Type '${type}' not implemented`)
}

function parseJson(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Rights come before everything else: without them a missing guest is 403, too (recorded, 207). */
function checkPermissions(
  cluster: Cluster,
  caller: Caller,
  route: Route,
  given: Readonly<Record<string, unknown>>,
): void {
  const check = route.spec.permissions?.check
  if (check === undefined) return
  if (check[0] !== 'perm') return
  const path = String(check[1]).replace(/\{(\w+)\}/g, (_, name: string) => String(given[name] ?? ''))
  const privileges = check[2] as readonly string[]
  const any = check[3] === 'any'
  const passes = any
    ? holds(cluster, caller.authid, path, ...privileges)
    : privileges.every((privilege) => holds(cluster, caller.authid, path, privilege))
  if (passes) return
  const missing = any ? privileges : privileges.filter((each) => !holds(cluster, caller.authid, path, each))
  throw any ? forbidden(path, privileges) : forbidden(path, [missing.join(', ')])
}

/** What comes instead when the node is another one that does not answer. */
function proxyAnswer(cluster: Cluster, route: Route, name: string | undefined): Answer | undefined {
  if (name === undefined || route.spec.proxyto !== 'node') return undefined
  const node = cluster.state.nodes.get(name)
  if (node === undefined) {
    throw new Refusal(
      500,
      `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known\n`,
    )
  }
  switch (node.reach) {
    case 'refused':
      return bareAnswer(595, 'Connection refused')
    case 'no-route':
      return bareAnswer(595, 'No route to host')
    case 'no-address':
      throw new Refusal(500, `address lookup for '${name}' did not find any IP address\n`)
    default:
      return undefined
  }
}

function success(format: Format, result: HandlerResult, route: Route): Answer {
  const envelope: Record<string, unknown> = { data: result.data }
  if (result.total !== undefined) envelope.total = result.total
  if (format === 'extjs') Object.assign(envelope, { success: 1 })
  return jsonAnswer(200, 'OK', envelope, route.spec.protected === 1)
}

function refusal(format: Format, error: Refusal): Answer {
  const envelope: Record<string, unknown> = { data: null, message: error.message }
  if (error.errors !== undefined) envelope.errors = error.errors
  // ExtJS wants 200 always, and tells the truth inside (recorded, 62).
  if (format === 'extjs') return jsonAnswer(200, 'OK', { ...envelope, success: 0, status: error.status }, false)
  const answer = jsonAnswer(error.status, error.message.trim(), envelope, false)
  return error instanceof LoginRefusal ? { ...answer, holdMs: REFUSAL_HOLD_MS } : answer
}
