/** Who acts. Everything that changes something names its actor in the audit log. */
import type { CleanUpPolicyId, TokenId, UserId } from './ids'
import type { Role } from './permission'

export type Actor =
  | { kind: 'user'; userId: UserId; email: string; role: Role }
  | { kind: 'token'; tokenId: TokenId; name: string; role: Role; userId: UserId | null }
  | { kind: 'local'; osUser: string; role: 'admin' }
  | { kind: 'system'; part: 'worker' | 'setup' | 'gate'; role: 'admin' }
  /** what an administrator allowed in advance; `name` is what it is about */
  | { kind: 'policy'; policyId: CleanUpPolicyId; name: string; role: 'operator' }

/** How the audit log writes an actor: `user:lin@example.cn`, `token:ci`, `local:root`, `system:worker`, `policy:images on kvm`. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return `user:${actor.email}`
    case 'token':
      return `token:${actor.name}`
    case 'local':
      return `local:${actor.osUser}`
    case 'system':
      return `system:${actor.part}`
    case 'policy':
      return `policy:${actor.name}`
  }
}

/** Who, as pages show it: a person by their address alone; a token, the command line and the worker keep their kind. */
export const shownActor = (name: string): string => name.replace(/^user:/, '')

/** An actor as an operation keeps it: who they are, not what they might then. They are asked for again when it runs. */
export type ActorRef =
  | { kind: 'user'; userId: UserId }
  | { kind: 'token'; tokenId: TokenId }
  | { kind: 'local'; osUser: string }
  | { kind: 'system'; part: 'worker' | 'setup' | 'gate' }
  | { kind: 'policy'; policyId: CleanUpPolicyId }

export function actorRef(actor: Actor): ActorRef {
  switch (actor.kind) {
    case 'user':
      return { kind: 'user', userId: actor.userId }
    case 'token':
      return { kind: 'token', tokenId: actor.tokenId }
    case 'local':
      return { kind: 'local', osUser: actor.osUser }
    case 'system':
      return { kind: 'system', part: actor.part }
    case 'policy':
      return { kind: 'policy', policyId: actor.policyId }
  }
}
