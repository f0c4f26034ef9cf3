/** Many intents under one consent: at most one part a guest, since two would plan on each other's sand. */
import type { GuestId } from '@/lib/domain/ids'
import type { SingleIntent } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'

/** Deletions of one guest become one; anything else twice on a guest is refused. */
export function joinIntents(intents: readonly SingleIntent[]): { intents: SingleIntent[]; why: Reason | null } {
  const byGuest = new Map<GuestId, SingleIntent>()
  for (const intent of intents) {
    const other = byGuest.get(intent.guestId)
    if (other === undefined) {
      byGuest.set(intent.guestId, intent)
      continue
    }
    if (other.do !== 'delete' || intent.do !== 'delete' || other.children !== intent.children) {
      const message = 'A guest can have one part in a batch.'
      return { intents: [], why: { code: 'invalid', errors: [{ path: 'intents', message }] } }
    }
    byGuest.set(intent.guestId, { ...other, snapshotIds: [...other.snapshotIds, ...intent.snapshotIds] })
  }
  return byGuest.size === 0
    ? { intents: [], why: { code: 'nothing-to-do' } }
    : { intents: [...byGuest.values()], why: null }
}
