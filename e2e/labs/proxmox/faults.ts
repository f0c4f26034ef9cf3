import type { WorkerFault } from './tasks'

/** Bad days on command. Each fault is spent after `times` uses (default: for good). */

export type WireFault =
  /** The answer comes `ms` later. */
  | { kind: 'slow'; ms: number }
  /** Nothing comes, and the connection stays open. */
  | { kind: 'hang' }
  /** pveproxy's own codes: 595 connect, 596 TLS or headers, 597 body, 599 other. */
  | { kind: 'status'; status: number; reason: string; body?: string }
  /** The body ends after this many bytes, and the connection with it. */
  | { kind: 'cut'; bytes: number }
  /** A reverse proxy's page instead of the API's answer. */
  | { kind: 'html'; status: number; html: string }
  /** JSON that ends in the middle although Content-Length agrees. */
  | { kind: 'truncated-json' }
  /** Every number a string, as some proxies and old releases send it. */
  | { kind: 'numbers-as-strings' }
  /** The connection is reset before the status line. */
  | { kind: 'reset' }

interface FaultScope {
  method?: string
  /** Matched against the path without `/api2/json`. */
  path?: RegExp
  times?: number
}

export interface Faults {
  onRequest(fault: WireFault, scope?: FaultScope): void
  onTask(fault: WorkerFault, scope?: { type?: string; id?: string; times?: number }): void
  takeWireFaults(method: string, path: string): WireFault[]
  takeTaskFault(type: string, id: string): WorkerFault | undefined
  clear(): void
}

export function createFaults(): Faults {
  let wire: { fault: WireFault; scope: FaultScope; left: number }[] = []
  let tasks: { fault: WorkerFault; type: string | undefined; id: string | undefined; left: number }[] = []
  return {
    onRequest: (fault, scope = {}) => {
      wire.push({ fault, scope, left: scope.times ?? Number.POSITIVE_INFINITY })
    },
    onTask: (fault, scope = {}) => {
      tasks.push({ fault, type: scope.type, id: scope.id, left: scope.times ?? Number.POSITIVE_INFINITY })
    },
    takeWireFaults: (method, path) => {
      const hits = wire.filter(
        ({ scope, left }) =>
          left > 0 &&
          (scope.method === undefined || scope.method === method) &&
          (scope.path === undefined || scope.path.test(path)),
      )
      for (const hit of hits) hit.left -= 1
      return hits.map((hit) => hit.fault)
    },
    takeTaskFault: (type, id) => {
      const hit = tasks.find(
        (each) =>
          each.left > 0 && (each.type === undefined || each.type === type) && (each.id === undefined || each.id === id),
      )
      if (hit !== undefined) hit.left -= 1
      return hit?.fault
    },
    clear: () => {
      wire = []
      tasks = []
    },
  }
}
