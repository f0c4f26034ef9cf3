/**
 * Whether it may be done: on this connection at all, and by whom. A plan may be proposed by somebody who may not confirm
 * it; that is said here, and decided again at consent and at execution.
 */
import { PERMISSIONS, type Permission } from '@/lib/domain/permission'
import type { SingleIntent } from '@/lib/domain/plan'
import { blocks, type CheckRule, passes, warns } from './rule'

const NEEDS: Record<SingleIntent['do'], Permission> = {
  rollback: 'snapshot.rollback',
  delete: 'snapshot.delete',
  take: 'snapshot.take',
  merge: 'snapshot.merge',
  repair: 'guest.repair',
}

export const permitted: CheckRule = {
  id: 'permitted',
  judge({ context, intent }) {
    if (context.connection.mode === 'observe') return blocks('guard', { code: 'observe-only' })
    const { actor } = context.index.world
    const deletesToo = intent.do === 'rollback' && intent.deleteNewer === true
    const needed: Permission[] = [NEEDS[intent.do], ...(deletesToo ? ['snapshot.delete' as const] : [])]
    const missing = needed.find((permission) => !actor.permissions.includes(permission))
    return missing === undefined
      ? passes({ permissions: needed })
      : warns({ code: 'forbidden', needs: PERMISSIONS[missing] }, { permissions: needed })
  },
}
