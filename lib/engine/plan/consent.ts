/** What a person must do to agree. Typing is for what hurts most; asked every time, people stop reading. */
import { type Plan, TYPED_CONSENT_ABOVE_ITEMS } from '@/lib/domain/plan'
import type { Context } from './context'
import type { Draft } from './draft'

/** Typed for production, for more than five items, and where no way back is left. Taking a snapshot risks nothing. */
export function consentOf(parts: readonly { context: Context; draft: Draft }[]): Pick<Plan, 'consent' | 'consentText'> {
  const risky = parts.filter(({ draft }) => draft.intent.do !== 'take')
  const items = parts.reduce((sum, { draft }) => sum + draft.items, 0)
  const mustType =
    risky.length > 0 &&
    (items > TYPED_CONSENT_ABOVE_ITEMS ||
      risky.some(({ context, draft }) => context.guest.environment === 'production' || draft.noWayBack))
  return { consent: mustType ? 'type-name' : 'click', consentText: textOf(parts, items) }
}

/** A guest's name, or how many of what: `6 snapshots`. */
function textOf(parts: readonly { context: Context; draft: Draft }[], items: number): string {
  const [first] = parts
  const deletesOnly = parts.every(({ draft }) => draft.intent.do === 'delete')
  if (deletesOnly && items > 1) return `${items} snapshots`
  if (first !== undefined && parts.length === 1) return first.context.ref.name
  return `${parts.length} guests`
}
