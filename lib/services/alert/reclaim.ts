import type { Reclaim } from '@/lib/domain/alert-view'
import type { StorageId } from '@/lib/domain/ids'
import type { Planned } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { Bytes } from '@/lib/domain/units'
import { adviseReclaim, type ReclaimAdvice, type ReclaimWorld, reclaimEffect } from '@/lib/engine/alerts/reclaim'
import { environmentOf } from '@/lib/engine/inventory/environment'
import { environmentLimits } from '@/lib/store/environments'
import { alertStorages, reclaimCandidates } from '@/lib/store/reclaim'
import type { Context } from '../context'
import { makePlan } from '../plan/make'

/** Where a storage should be after a clean-up: below the first critical line, with room to breathe. */
export const TARGET = 0.85
/** Each try asks for less, because the planner said that what was asked does not fit. */
const TRIES = 4

export type PlannedReclaim = {
  world: ReclaimWorld
  advice: ReclaimAdvice
  planned: Planned | null
  refusal: Reason | null
}

/**
 * What goes first on a storage, as the planner allows it: where a merge needs more room than is left, what needs less
 * is asked for instead. Null when the storage is gone.
 */
export async function planReclaim(ctx: Context, storageId: StorageId): Promise<PlannedReclaim | null> {
  const storage = (await alertStorages(ctx.store, [storageId])).get(storageId)
  if (storage === undefined) return null
  const { usedBytes, usableBytes, perDayBytes } = storage
  const candidates = await reclaimCandidates(ctx.store, storageId, environmentOf)
  const limits = await environmentLimits(ctx.store)
  const base = { storageId, candidates, limits, usedBytes, usableBytes, perDayBytes, target: TARGET, now: ctx.now }
  let tried: PlannedReclaim = await tryOnce(ctx, { ...base, roomBytes: null })
  for (let count = 1; count < TRIES; count += 1) {
    const roomBytes = smallerRoom(tried)
    if (roomBytes === null) return tried
    tried = await tryOnce(ctx, { ...base, roomBytes })
  }
  return tried
}

async function tryOnce(ctx: Context, world: ReclaimWorld): Promise<PlannedReclaim> {
  const advice = adviseReclaim(world)
  const made = advice.intent === null ? null : await makePlan(ctx, advice.intent)
  return { world, advice, planned: made?.ok ? made.value : null, refusal: made?.ok === false ? made.why : null }
}

/** What a single one may need at most after the planner said no for want of room; null = it said something else. */
function smallerRoom({ world, advice, planned }: PlannedReclaim): Bytes | null {
  if (planned?.kind !== 'impossible') return null
  const short = planned.why.find((why) => why.code === 'storage-short')
  if (short === undefined) return null
  const largest = Math.max(...advice.items.map(({ bytes }) => bytes ?? 0))
  return Math.min(short.has, largest - 1, (world.roomBytes ?? Number.MAX_SAFE_INTEGER) - 1)
}

/** The way out of a storage alert, with what the planner says it frees. Null when the storage is gone. */
export async function reclaimFor(ctx: Context, storageId: StorageId): Promise<Reclaim | null> {
  const found = await planReclaim(ctx, storageId)
  if (found === null) return null
  const { world, advice, planned } = found
  const effect = reclaimEffect(freedBy(planned, advice, storageId), world)
  return { storageId, target: TARGET, ...advice, ...effect, noPlan: whyNoPlan(found) }
}

/** Before anybody opens a plan that cannot be: what stands in the way. */
const whyNoPlan = ({ planned, refusal }: PlannedReclaim): Reason | null =>
  planned?.kind === 'impossible' ? (planned.why[0] ?? null) : refusal

/** Where no plan is possible now (a connection that only observes), nothing is promised. */
function freedBy(planned: Planned | null, { intent }: ReclaimAdvice, storageId: StorageId): Reclaim['frees'] {
  if (intent === null) return { min: 0, max: 0 }
  const space = planned?.kind === 'plan' ? planned.plan.space : []
  return space.find((effect) => effect.storageId === storageId)?.frees ?? { min: 0, max: null }
}
