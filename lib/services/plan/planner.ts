/** The planner of this release. */
import type { PlanId } from '@/lib/domain/ids'
import { asId } from '@/lib/domain/ids'
import type { Intent, Planned } from '@/lib/domain/plan'
import type { PlanWorld } from '@/lib/domain/plan-world'
import type { Instant } from '@/lib/domain/units'

export const planIntent = (intent: Intent, _world: PlanWorld, now: Instant): Planned => ({
  kind: 'impossible',
  id: asId<PlanId>(''),
  intent,
  why: [{ code: 'unsupported', feature: 'snapshot.delete', because: { cause: 'driver', driver: 'Snapwarden' } }],
  checks: [],
  instead: [],
  madeAt: now,
})
