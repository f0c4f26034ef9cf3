import type { Caller } from '../authentication'
import { type Cluster, guestOn } from '../cluster'
import type { Parameters } from '../schema/verify'
import type { Guest, GuestKind } from '../state'
import type { Worker } from '../tasks'

/** What a handler gets: verified parameters, and the caller whose rights were checked. */
export interface HandlerContext {
  cluster: Cluster
  caller: Caller
  parameters: Parameters
}

/** `data`, and what stands beside it in the envelope. */
export interface HandlerResult {
  data: unknown
  total?: number
}

export type Handler = (context: HandlerContext) => HandlerResult

export const text = (context: HandlerContext, name: string): string => String(context.parameters[name] ?? '')
export const optionalText = (context: HandlerContext, name: string): string | undefined =>
  context.parameters[name] === undefined ? undefined : String(context.parameters[name])
export const flag = (context: HandlerContext, name: string): boolean => context.parameters[name] === 1

export function guestOf(context: HandlerContext, kind: GuestKind): Guest {
  return guestOn(context.cluster, text(context, 'node'), kind, Number(context.parameters.vmid))
}

/** Forks a worker in the caller's name and answers its UPID. */
export function forked(context: HandlerContext, type: string, id: string, worker: Worker): HandlerResult {
  const node = text(context, 'node')
  return {
    data: context.cluster.tasks.fork({
      node,
      type,
      id,
      authid: context.caller.authid,
      bootMs: context.cluster.state.nodes.get(node)?.bootMs ?? 0,
      worker,
    }),
  }
}
