/** From an intent to a plan on the freshest inventory there is; nothing is stored yet. */

import { randomUUID } from 'node:crypto'
import { serverTimeZone } from '@/lib/config'
import { actorName } from '@/lib/domain/actor'
import { STALE_AFTER } from '@/lib/domain/connection'
import { asId, type PlanId } from '@/lib/domain/ids'
import { can, PERMISSIONS, type Permission } from '@/lib/domain/permission'
import type { Intent, Planned } from '@/lib/domain/plan'
import type { PlanPolicy, PlanWorld } from '@/lib/domain/plan-world'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { MINUTE } from '@/lib/domain/units'
import { environmentOf } from '@/lib/engine/inventory/environment'
import { planIntent } from '@/lib/engine/plan/plan-intent'
import { canOperate } from '@/lib/hypervisors/registry'
import type { Db } from '@/lib/store/client'
import { planWorld } from '@/lib/store/plan-world'
import type { Context } from '../context'
import { guestsOf } from './input'

/** What planners go by where nothing else is set. */
const policy = (): PlanPolicy => ({
  advisedDepth: 3,
  maxDepth: 32,
  maxAgeMillis: STALE_AFTER,
  validMillis: 15 * MINUTE,
  shutdownLimitMillis: 3 * MINUTE,
  nameTemplate: '{guest}_{type}_{yyyyMMdd}_{HHmm}_{purpose}',
  timeZone: serverTimeZone(),
})

/**
 * Plans. Refused only when a guest is not there; everything else that stands in the way is in the plan. On a
 * connection that only observes nothing is possible, whatever the planner would say.
 */
export async function makePlan(ctx: Context, intent: Intent, db: Db = ctx.store): Promise<Outcome<Planned>> {
  const guestIds = guestsOf(intent)
  const permissions = (Object.keys(PERMISSIONS) as Permission[]).filter((each) => can(ctx.actor, each).ok)
  const actor = { name: actorName(ctx.actor), permissions }
  const leftovers = (intent.do === 'batch' ? intent.intents : [intent]).flatMap((each) =>
    each.do === 'repair' && each.repair.fix === 'delete-leftover' ? [each.repair] : [],
  )
  const about = { actor, guestIds, leftovers }
  const world = await planWorld(db, { ...about, policy: policy(), now: ctx.now, canOperate, environmentOf })
  const missing = guestIds.find((id) => !world.guests.some((guest) => guest.id === id))
  if (missing !== undefined) return refused({ code: 'missing', what: 'guest', name: missing })
  const id = asId<PlanId>(randomUUID())
  if (observes(world)) {
    const why = [{ code: 'observe-only' } as const]
    return ok({ kind: 'impossible', id, intent, why, checks: [], instead: [], madeAt: ctx.now })
  }
  return ok(planIntent(intent, world, ctx.now, id))
}

function observes({ guests, connections }: PlanWorld): boolean {
  const own = new Set(guests.map(({ connectionId }) => connectionId))
  return connections.some(({ id, mode }) => own.has(id) && mode === 'observe')
}
