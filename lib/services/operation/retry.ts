import { z } from 'zod'
import type { OperationId } from '@/lib/domain/ids'
import { isEnded, type Operation } from '@/lib/domain/operation'
import type { Intent, PlanView, SingleIntent } from '@/lib/domain/plan'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import type { Db } from '@/lib/store/client'
import { childrenOf, findOperation } from '@/lib/store/operations'
import { snapshotsLeft } from '@/lib/store/plan-world'
import { insertPlan } from '@/lib/store/plans'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { operationId } from '../fields'
import { makePlan } from '../plan/make'

export const retryOperationInput = z.object({ id: operationId })

/** A new plan of what an ended operation left undone. It is looked at and confirmed like any other. */
export const retryOperation: Verb<z.output<typeof retryOperationInput>, PlanView> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'plan.propose')
  if (no !== null) return no
  const operation = await findOperation(ctx.store, input.id)
  if (operation === null) return refused({ code: 'missing', what: 'operation', name: input.id })
  if (!isEnded(operation.state)) return refused({ code: 'operation-running', operationId: operation.id })
  const intent = await whatIsLeft(ctx.store, operation)
  if (intent === null) return refused({ code: 'nothing-to-do' })
  const made = await makePlan(ctx, intent)
  if (!made.ok) return made
  const planned = made.value
  await withTransaction(ctx.store, async (tx) => {
    await insertPlan(tx, planned, authorOf(ctx))
    const id = planned.kind === 'plan' ? planned.plan.id : planned.id
    const detail = { intent: intent.do, kind: planned.kind, retryOf: operation.id }
    await record(tx, { ...by(ctx), action: 'plan.proposed', subject: `plan:${id}`, detail })
  })
  return ok({ planned, proposer: authorOf(ctx), operationId: null })
}

async function whatIsLeft(db: Db, operation: Operation): Promise<Intent | null> {
  const { intent } = operation
  if (intent.do !== 'batch') return leftOf(db, operation)
  const left: SingleIntent[] = []
  for (const { id } of await childrenOf(db, operation.id)) {
    const child = await leftOfChild(db, id)
    if (child !== null) left.push(child)
  }
  return left.length === 0 ? null : { do: 'batch', intents: left, onFailure: intent.onFailure }
}

async function leftOfChild(db: Db, id: OperationId): Promise<SingleIntent | null> {
  const child = await findOperation(db, id)
  return child === null || child.intent.do === 'batch' ? null : leftOf(db, child)
}

/** Overrides are not carried over: whoever passed over a check did so for one plan. */
async function leftOf(db: Db, operation: Operation): Promise<SingleIntent | null> {
  if (operation.state === 'succeeded' || operation.intent.do === 'batch') return null
  const { override: _once, ...intent } = operation.intent
  if (intent.do !== 'delete') return intent
  const snapshotIds = await snapshotsLeft(db, intent.snapshotIds)
  return snapshotIds.length === 0 ? null : { ...intent, snapshotIds }
}
