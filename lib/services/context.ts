import { type Actor, actorName } from '@/lib/domain/actor'
import { can, type Permission } from '@/lib/domain/permission'
import { type Outcome, type Refused, refused } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import type { NewAudit } from '@/lib/store/audit'
import type { Store } from '@/lib/store/client'

/** Who asks, when, from where; and what the verb works on. */
export type Context = {
  store: Store
  actor: Actor
  now: Instant
  /** the client's network address; null on the local command line */
  address: string | null
  /** the browser session asking, where there is one */
  sessionId: string | null
}

export type Call<Input> = { ctx: Context; input: Input }
/** One thing a person or program may ask for. A "no" is a value; a throw is our bug. */
export type Verb<Input, Answer> = (call: Call<Input>) => Promise<Outcome<Answer>>

/** Null when the actor may; otherwise the refusal to answer with. */
export function mayNot(ctx: Context, permission: Permission): Refused | null {
  const answer = can(ctx.actor, permission)
  return answer.ok ? null : refused({ code: 'forbidden', needs: answer.needs })
}

/** The part of an audit entry that every entry of a call shares. */
export const by = (ctx: Context): Pick<NewAudit, 'actor' | 'address'> => ({ actor: ctx.actor, address: ctx.address })

/** The person behind the actor; null for the command line, the worker, and tokens made on the command line. */
export const personOf = (actor: Actor) => (actor.kind === 'user' || actor.kind === 'token' ? actor.userId : null)

/** `created_by` of rows. */
export const authorOf = (ctx: Context): string => actorName(ctx.actor)
