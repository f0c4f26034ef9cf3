/** From a stored figure to a reading. A figure whose source no longer answers is told by nobody. */
import type { Reading } from '@/lib/domain/alert'
import type { ReadFact } from '@/lib/domain/alert-facts'

/** The figure as of when it was read; not told when it is not known or no longer renewed. */
export const measured = (fact: ReadFact, value: number | null): Reading =>
  value === null || fact.unread !== null ? untold(fact) : { told: true, value, at: fact.readAt }

export const untold = (fact: ReadFact): Reading => ({
  told: false,
  why: fact.unread,
  at: fact.unread === null ? null : fact.readAt,
})
