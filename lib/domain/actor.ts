/** Who acts. Everything that changes something names its actor in the audit log. */
import type { TokenId, UserId } from './ids'
import type { Role } from './permission'

export type Actor =
  | { kind: 'user'; userId: UserId; email: string; role: Role }
  | { kind: 'token'; tokenId: TokenId; name: string; role: Role; userId: UserId | null }
  | { kind: 'local'; osUser: string; role: 'admin' }
  | { kind: 'system'; part: 'worker' | 'setup' | 'gate'; role: 'admin' }

/** How the audit log writes an actor: `user:lin@example.cn`, `token:ci`, `local:root`, `system:worker`. */
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
  }
}
