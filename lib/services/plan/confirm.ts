import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { actorRef } from '@/lib/domain/actor'
import { asId, type GuestId, type OperationId } from '@/lib/domain/ids'
import type { Plan, Planned, PlanPart, PlanView } from '@/lib/domain/plan'
import { type Outcome, ok, type Refused, refused } from '@/lib/domain/result'
import { stops } from '@/lib/engine/plan/checks/run-checks'
import { record } from '@/lib/store/audit'
import { insertOperations, type NewOperation } from '@/lib/store/operations'
import { nativeGuestIds } from '@/lib/store/plan-world'
import { findConfirmation, findPlan, insertPlan, confirmPlan as takePlan } from '@/lib/store/plans'
import { type Tx, withTransaction } from '@/lib/store/tx'
import { authorOf, by, type Context, mayNot, type Verb } from '../context'
import { planId } from '../fields'
import { guestsNamed } from './guests-named'
import { overridesOf, permissionsFor } from './input'
import { makePlan } from './make'

export const confirmPlanInput = z.object({
  id: planId,
  /** of the plan as it was shown */
  digest: z.string().max(200).default(''),
  typedName: z.string().max(500).optional(),
  /** why, in the person's words: a ticket, a sentence; it goes to the audit log */
  reason: z.string().trim().max(300).optional(),
})
type Input = z.output<typeof confirmPlanInput>

/** `changed`: the world is not what the consent was about; the new plan is stored, to be looked at and confirmed. */
export type Confirmed = { result: 'confirmed'; operationId: OperationId } | { result: 'changed'; plan: PlanView }

/**
 * Consents to a plan, once. It is planned again on the freshest inventory: another digest is `changed`, and nothing
 * is queued. What is queued, who proposed it and who confirmed it are written together.
 */
export const confirmPlan: Verb<Input, Confirmed> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'plan.propose')
  if (no !== null) return no
  const stored = await findPlan(ctx.store, input.id)
  if (stored === null) return refused({ code: 'missing', what: 'plan', name: input.id })
  if (input.digest === '') return refused({ code: 'invalid', errors: [{ path: 'digest', message: 'is missing' }] })
  const asked = stored.planned
  if (asked.kind === 'impossible') return refused(asked.why[0] ?? { code: 'nothing-to-do' })
  const { plan } = asked
  for (const permission of permissionsFor(plan.intent)) {
    const denied = mayNot(ctx, permission)
    if (denied !== null) return denied
  }
  if (stored.operationId !== null) return refused({ code: 'already-confirmed', operationId: stored.operationId })
  if (plan.validUntil <= ctx.now) return refused({ code: 'expired', since: plan.validUntil })
  const unfit = whyNotConfirmed(plan, input)
  if (unfit !== null) return unfit
  const again = await makePlan(ctx, plan.intent)
  if (!again.ok) return again
  if (!isConsented(again.value, plan, input.digest)) return moved(ctx, plan, again.value)
  return withTransaction(ctx.store, (tx) => queue(tx, ctx, plan, stored.proposer, input.reason ?? ''))
}

/** What blocks, or could not be read, is passed over by name only. What was typed is checked before the digest: a person who mistypes learns that, not that the world moved. */
function whyNotConfirmed(plan: Plan, { typedName }: Input): Refused | null {
  const blocking = plan.checks.filter((check) => stops(check) && !check.overridden)
  if (blocking.length > 0) return refused({ code: 'check-blocked', checks: [...new Set(blocking.map(({ id }) => id))] })
  const consented = plan.consent === 'click' || typedName?.trim() === plan.consentText
  return consented ? null : refused({ code: 'consent-missing', text: plan.consentText })
}

/** The steps are those of the consent, and ask for no more than it gave: e.g. somebody may have said since that the guest is in production. */
const isConsented = (again: Planned, shown: Plan, digest: string): boolean =>
  again.kind === 'plan' &&
  again.plan.digest === digest &&
  !(shown.consent === 'click' && again.plan.consent !== 'click')

/** Of two people who confirm at once, what moved the world for the second is the first's operation: that is the answer. */
async function moved(ctx: Context, shown: Plan, planned: Planned): Promise<Outcome<Confirmed>> {
  const proposer = authorOf(ctx)
  return withTransaction(ctx.store, async (tx): Promise<Outcome<Confirmed>> => {
    const operationId = await findConfirmation(tx, shown.id)
    if (operationId !== null) return refused({ code: 'already-confirmed', operationId })
    await insertPlan(tx, planned, proposer)
    const id = planned.kind === 'plan' ? planned.plan.id : planned.id
    const detail = { because: 'changed', kind: planned.kind }
    await record(tx, { ...by(ctx), action: 'plan.proposed', subject: `plan:${id}`, detail })
    return ok({ result: 'changed', plan: { planned, proposer, operationId: null } })
  })
}

async function queue(tx: Tx, ctx: Context, plan: Plan, proposer: string, reason: string): Promise<Outcome<Confirmed>> {
  const operationId = asId<OperationId>(randomUUID())
  const confirmedBy = authorOf(ctx)
  const before = await takePlan(tx, { planId: plan.id, operationId, confirmedBy, confirmedAt: ctx.now })
  if (before !== null) return refused({ code: 'already-confirmed', operationId: before })
  const native = await nativeGuestIds(
    tx,
    plan.parts.map(({ guestId }) => guestId),
  )
  const gone = plan.parts.find(({ guestId }) => !native.has(guestId))
  // It was there when it was planned again a moment ago; the consent must not be left behind.
  if (gone !== undefined) throw new Error(`the guest ${gone.guestName} went while its plan was confirmed`)
  await insertOperations(tx, operationsOf(ctx, plan, proposer, operationId, native))
  const subject = `plan:${plan.id}`
  const detail = {
    operation: operationId,
    digest: plan.digest,
    proposer,
    intent: plan.intent.do,
    guests: guestsNamed(plan),
    ...(reason !== '' && { reason }),
  }
  await record(tx, { ...by(ctx), action: 'plan.confirmed', subject, detail })
  for (const check of overridesOf(plan.intent)) {
    await record(tx, { ...by(ctx), action: 'plan.overridden', subject, detail: { check, operation: operationId } })
  }
  return ok({ result: 'confirmed', operationId })
}

/** One guest is one operation; several are a batch with one each. */
function operationsOf(
  ctx: Context,
  plan: Plan,
  proposer: string,
  id: OperationId,
  native: ReadonlyMap<GuestId, string>,
): NewOperation[] {
  const shared = {
    planId: plan.id,
    actor: actorRef(ctx.actor),
    askedBy: authorOf(ctx),
    proposedBy: proposer,
    createdAt: ctx.now,
  }
  const steps = new Map(plan.steps.map((step) => [step.key, step]))
  const one = (part: PlanPart, own: Pick<NewOperation, 'id' | 'parentId' | 'place' | 'space'>): NewOperation => ({
    ...shared,
    ...own,
    intent: part.intent,
    guest: { id: part.guestId, connectionId: part.connectionId, nativeId: native.get(part.guestId) ?? '' },
    guestName: part.guestName,
    steps: part.stepKeys.flatMap((key) => steps.get(key) ?? []),
    predicted: part.predicted,
  })
  const [only] = plan.parts
  if (only !== undefined && plan.parts.length === 1) {
    return [one(only, { id, parentId: null, place: 0, space: plan.space })]
  }
  const batch: NewOperation = {
    ...shared,
    id,
    parentId: null,
    place: 0,
    intent: plan.intent,
    guest: null,
    guestName: plan.consentText,
    steps: [],
    predicted: null,
    space: plan.space,
  }
  return [
    batch,
    ...plan.parts.map((part, place) =>
      one(part, { id: asId<OperationId>(randomUUID()), parentId: id, place, space: [] }),
    ),
  ]
}
