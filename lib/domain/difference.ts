/** What came out otherwise than it should. Facts only; lib/i18n makes sentences of them. */
import type { Power } from './inventory'

/** One of them; null = nothing there. */
export type Difference =
  | { differs: 'snapshot-missing' | 'snapshot-unexpected'; snapshot: string; parent: string | null }
  | { differs: 'current'; found: string | null; expected: string | null }
  | { differs: 'power'; found: Power; expected: Power }
  | { differs: 'configuration'; key: string; found: string | null; expected: string | null }
  /** what one step of a plan should have brought is not there */
  | { differs: 'step'; step: string }

/** What a refusal found to be otherwise than the plan saw it: the sentences of plan.ts, and what an adapter looks at. */
export type ChangedField =
  | 'guest-is'
  | 'guest-exists'
  | 'snapshot-exists'
  | 'snapshot-complete'
  | 'snapshot-absent'
  | 'snapshot-parent'
  | 'current-parent'
  | 'newest-is'
  | 'power'
  | 'unlocked'
  | 'no-saved-memory'
  | 'active-image'
  | 'active-image-is-not'
  | 'chain-lacks'
  | 'chain-is'
  | 'tags'
  | 'no-unmanaged'
  | 'path'
  | 'plan'
