import { z } from 'zod'
import { type Alert, isAcknowledgedAt } from '@/lib/domain/alert'
import type { CleanUpCandidate, CleanUpOutcome, CleanUpPolicy } from '@/lib/domain/clean-up'
import type { StorageId } from '@/lib/domain/ids'
import type { Planned } from '@/lib/domain/plan'
import { ok, refused } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import { chooseCleanUp, cleanUpIntent, isPlainCleanUp, overPeak } from '@/lib/engine/alerts/clean-up'
import { isQuiet } from '@/lib/engine/alerts/quiet-hours'
import { environmentOf } from '@/lib/engine/inventory/environment'
import { findAlert } from '@/lib/store/alerts'
import { record } from '@/lib/store/audit'
import { noteCleanUp, policyOfStorage } from '@/lib/store/clean-up-policies'
import { insertPlan } from '@/lib/store/plans'
import { alertStorages, reclaimCandidates } from '@/lib/store/reclaim'
import { withTransaction } from '@/lib/store/tx'
import { TARGET } from '../alert/reclaim'
import { authorOf, by, type Context, mayNot, type Verb } from '../context'
import { alertId } from '../fields'
import { confirmPlan } from '../plan/confirm'
import { makePlan } from '../plan/make'

export const runCleanUpInput = z.object({ alertId })

/**
 * Deletes what a policy allows on a storage that is an emergency: planned, checked and confirmed like anybody's plan,
 * under the policy's own name. The caller has claimed the storage. Everything but `started` changed nothing.
 */
export const runCleanUp: Verb<z.output<typeof runCleanUpInput>, CleanUpOutcome> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'snapshot.delete')
  if (no !== null) return no
  const alert = await findAlert(ctx.store, input.alertId)
  if (alert === null || alert.resolvedAt !== null || alert.subject.of !== 'storage') {
    return refused({ code: 'missing', what: 'alert', name: input.alertId })
  }
  const policy = await policyOfStorage(ctx.store, alert.subject.id)
  // A person's consent is theirs to give: this verb is for policies, and for the one that applies.
  if (ctx.actor.kind !== 'policy' || policy === null || policy.id !== ctx.actor.policyId || !policy.enabled) {
    return refused({ code: 'forbidden', needs: 'admin' })
  }
  const storageId = alert.subject.id
  const found = whyNotNow(alert, policy, ctx.now) ?? (await prepare(ctx, storageId, policy))
  if (typeof found === 'string') {
    await withTransaction(ctx.store, (tx) => noteCleanUp(tx, storageId, { outcome: found, planId: null, snapshots: 0 }))
    return ok(found)
  }
  await propose(ctx, storageId, found, alert)
  const outcome = await consent(ctx, found.made)
  if (outcome !== 'started') {
    await withTransaction(ctx.store, (tx) => noteCleanUp(tx, storageId, { outcome, planId: null, snapshots: 0 }))
  }
  return ok(outcome)
}

function whyNotNow(alert: Alert, { busyHours }: CleanUpPolicy, now: Instant): CleanUpOutcome | null {
  // Whoever has it may be half-way through a plan of their own.
  if (isAcknowledgedAt(alert, now)) return 'acknowledged'
  return isQuiet(busyHours, now, Intl.DateTimeFormat().resolvedOptions().timeZone) ? 'busy-hours' : null
}

type Made = Extract<Planned, { kind: 'plan' }>
type Prepared = { made: Made; chosen: CleanUpCandidate[] }

/** The plan of what may go; where that needs more room than there is or is allowed, of the first half of it. */
async function prepare(ctx: Context, id: StorageId, policy: CleanUpPolicy): Promise<Prepared | CleanUpOutcome> {
  const storage = (await alertStorages(ctx.store, [id])).get(id)
  const candidates = await reclaimCandidates(ctx.store, id, environmentOf)
  const { usedBytes = null, usableBytes = null } = storage ?? {}
  const wantedBytes = usedBytes === null || usableBytes === null ? null : Math.max(0, usedBytes - TARGET * usableBytes)
  let chosen = chooseCleanUp({ candidates, policy, wantedBytes, now: ctx.now })
  let outcome: CleanUpOutcome = 'nothing-to-delete'
  while (chosen.length > 0) {
    const made = await planOf(ctx, chosen, policy)
    if (typeof made !== 'string') return { made, chosen }
    outcome = made
    chosen = chosen.slice(0, Math.floor(chosen.length / 2))
  }
  return outcome
}

async function planOf(
  ctx: Context,
  chosen: readonly CleanUpCandidate[],
  policy: CleanUpPolicy,
): Promise<Made | CleanUpOutcome> {
  const intent = cleanUpIntent(chosen)
  if (intent === null) return 'nothing-to-delete'
  const made = await makePlan(ctx, intent)
  if (!made.ok || made.value.kind !== 'plan') return 'no-plan'
  const ids = chosen.map(({ snapshotId }) => snapshotId)
  if (!isPlainCleanUp(made.value.plan, ids)) return 'no-plan'
  return overPeak(made.value.plan, policy).length > 0 ? 'over-limits' : made.value
}

/** Keeps the plan and that it is about to be confirmed: a worker that dies after the consent is told of by the next. */
async function propose(ctx: Context, id: StorageId, { made, chosen }: Prepared, alert: Alert): Promise<void> {
  const { plan } = made
  await withTransaction(ctx.store, async (tx) => {
    await insertPlan(tx, made, authorOf(ctx))
    const detail = { intent: plan.intent.do, kind: made.kind, alert: alert.subjectName }
    await record(tx, { ...by(ctx), action: 'plan.proposed', subject: `plan:${plan.id}`, detail })
    await noteCleanUp(tx, id, { outcome: 'claimed', planId: plan.id, snapshots: chosen.length })
  })
}

/** The administrator agreed in advance; what would be typed by a person is what the policy is bound to by its digest. */
async function consent(ctx: Context, { plan }: Made): Promise<CleanUpOutcome> {
  const input = { id: plan.id, digest: plan.digest, typedName: plan.consentText, reason: 'automatic clean-up' }
  const confirmed = await confirmPlan({ ctx, input })
  if (!confirmed.ok) return 'no-plan'
  return confirmed.value.result === 'changed' ? 'changed' : 'started'
}
