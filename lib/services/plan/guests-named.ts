import type { Plan } from '@/lib/domain/plan'

/** So many names stand in one entry of the log; the plan and its operation name all. */
const MAX_NAMED = 20

/** The guests of a plan by name, for the audit log. */
export const guestsNamed = (plan: Plan): string =>
  plan.parts
    .map(({ guestName }) => guestName)
    .slice(0, MAX_NAMED)
    .join(', ')
