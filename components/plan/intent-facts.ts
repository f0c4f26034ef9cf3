/** What an intent is about, and what it needs. */
import type { GuestId } from '@/lib/domain/ids'
import type { Permission } from '@/lib/domain/permission'
import type { Intent, SingleIntent } from '@/lib/domain/plan'

const singles = (intent: Intent): readonly SingleIntent[] => (intent.do === 'batch' ? intent.intents : [intent])

/** Each guest once, in the order of the intent. */
export const guestsOfIntent = (intent: Intent): GuestId[] => [...new Set(singles(intent).map(({ guestId }) => guestId))]

/**
 * Whether two intents ask the same: the order of their keys aside, and the name of a safety snapshot, which a plan
 * fills in and nobody asked for.
 */
export const asksTheSame = (one: Intent, other: Intent): boolean => spelled(one) === spelled(other)

const spelled = (intent: Intent): string =>
  JSON.stringify(intent, (_key, value: unknown) =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => key !== 'safetyName')
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
  )

const NEEDS: Record<SingleIntent['do'], Permission> = {
  rollback: 'snapshot.rollback',
  delete: 'snapshot.delete',
  take: 'snapshot.take',
  merge: 'snapshot.merge',
  repair: 'guest.repair',
}

/** The strictest permission among the parts: a repair needs an administrator, the others an operator. */
export function permissionOf(intent: Intent): Permission {
  const kinds = singles(intent).map((each) => each.do)
  return kinds.includes('repair') ? NEEDS.repair : NEEDS[kinds[0] ?? 'delete']
}
