import published from './fixtures/routes-9.2.json' with { type: 'json' }
import { supplementRoutes } from './supplement'

/** Which calls exist, who may make them and what they take: Proxmox's own published schema, plus a supplement. */

export interface ParameterSpec {
  type?: string
  format?: string
  enum?: string[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  optional?: number | string
}

type PermissionCheck = readonly unknown[]

export interface ReturnSpec {
  type?: string
  optional?: number
  enum?: string[]
  items?: ReturnSpec
  properties?: Readonly<Record<string, ReturnSpec>>
}

export interface RouteSpec {
  permissions?: { check?: PermissionCheck; user?: string } | null
  /** Answered by pvedaemon. */
  protected?: number
  proxyto?: string
  additionalProperties?: number | object
  parameters: Readonly<Record<string, ParameterSpec>>
  returns?: ReturnSpec
}

export interface Route {
  /** `GET /nodes/{node}/qemu` */
  id: string
  spec: RouteSpec
}

interface CompiledRoute extends Route {
  method: string
  segments: string[]
}

const compiled: CompiledRoute[] = Object.entries({
  ...(published.routes as unknown as Record<string, RouteSpec>),
  ...supplementRoutes,
}).map(([id, spec]) => {
  const [method = '', path = ''] = id.split(' ')
  return { id, spec, method, segments: path.split('/').filter((part) => part !== '') }
})

/** Every route known here, for checks over all of them. */
export const allRoutes: readonly Route[] = compiled

/** The route a decoded path belongs to, with the parameters found in it. Literal parts win over named ones. */
export function findRoute(
  method: string,
  segments: readonly string[],
): { route: Route; inPath: Record<string, string> } | undefined {
  let best: { route: Route; inPath: Record<string, string>; literals: number } | undefined
  for (const route of compiled) {
    if (route.method !== method) continue
    const inPath = matchSegments(route.segments, segments)
    if (inPath === undefined) continue
    const literals = route.segments.filter((part) => !part.startsWith('{')).length
    if (best === undefined || literals > best.literals) best = { route, inPath, literals }
  }
  return best
}

function matchSegments(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const inPath: Record<string, string> = {}
  for (const [index, part] of template.entries()) {
    const name = /^\{(.+)\}$/.exec(part)?.[1]
    // A volume's own name has slashes and is the rest of the path.
    if (name === 'volume') {
      const rest = segments.slice(index).join('/')
      if (rest === '') return undefined
      inPath[name] = rest
      return inPath
    }
    const actual = segments[index]
    if (actual === undefined) return undefined
    if (name === undefined && actual !== part) return undefined
    if (name !== undefined) inPath[name] = actual
  }
  return template.length === segments.length ? inPath : undefined
}
