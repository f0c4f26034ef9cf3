import { z } from 'zod'
import { actorRef } from '@/lib/domain/actor'
import { asId, type OperationId, type PlanId, type SnapshotId } from '@/lib/domain/ids'
import { ok, refused } from '@/lib/domain/result'
import { listHolds, listHoldsInput } from '@/lib/services/hold/list'
import { placeHold as place, placeHoldInput } from '@/lib/services/hold/place'
import { releaseHold as release } from '@/lib/services/hold/release'
import { cancelOperation as cancel } from '@/lib/services/operation/cancel'
import { getOperation } from '@/lib/services/operation/get'
import { listOperations, listOperationsInput } from '@/lib/services/operation/list'
import { lookAgain } from '@/lib/services/operation/look-again'
import { retryOperation as retry } from '@/lib/services/operation/retry'
import { confirmPlan as confirm, confirmPlanInput } from '@/lib/services/plan/confirm'
import { getPlan } from '@/lib/services/plan/get'
import { proposePlan as propose, proposePlanInput } from '@/lib/services/plan/propose'
import { holdSchema, operationRowSchema, operationSchema, planSchema } from '@/lib/services/program/operation-schemas'
import { operationForPrograms, operationRowForPrograms, planForPrograms } from '@/lib/services/program/operation-shapes'
import { pageOf } from '@/lib/services/program/schemas'
import { actorToday } from '@/lib/store/actors'
import { encodeCursor } from '../cursor'
import { byId, endpoint, noParams, pagingQuery, readCursor } from './endpoint'
import { openOperationEvents } from './operation-events'
import { problemResponse } from './problem'

const noBody = null
const noQuery = z.object({})
const operationOf = ({ id }: { id: string }) => ({ id: asId<OperationId>(id) })

export const planCreate = endpoint({
  id: 'createPlan',
  method: 'POST',
  path: '/plans',
  summary: 'Plan: what would be done, lost, kept and needed. Nothing changes on any hypervisor',
  permission: 'plan.propose',
  params: noParams,
  query: noQuery,
  body: proposePlanInput,
  status: 201,
  answer: planSchema,
  refusals: [404],
  run: async ({ ctx, body }) => {
    const plan = await propose({ ctx, input: body })
    return plan.ok ? ok(planForPrograms(plan.value)) : plan
  },
})

export const planGet = endpoint({
  id: 'getPlan',
  method: 'GET',
  path: '/plans/{id}',
  summary: 'One plan, as it was made',
  permission: 'plan.propose',
  params: byId,
  query: noQuery,
  body: noBody,
  status: 200,
  answer: planSchema,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const plan = await getPlan({ ctx, input: { id: asId<PlanId>(params.id) } })
    return plan.ok ? ok(planForPrograms(plan.value)) : plan
  },
})

export const planConfirm = endpoint({
  id: 'confirmPlan',
  method: 'POST',
  path: '/plans/{id}/confirm',
  summary: 'Consent to a plan; the permission of what it does is needed. 409 changed carries the new plan',
  permission: 'plan.propose',
  params: byId,
  query: noQuery,
  body: confirmPlanInput.omit({ id: true }),
  status: 202,
  answer: operationSchema,
  refusals: [404, 409, 410],
  run: async ({ ctx, params, body }) => {
    const { typedName } = body
    const input = {
      id: asId<PlanId>(params.id),
      digest: body.digest,
      ...(typedName === undefined ? {} : { typedName }),
    }
    const confirmed = await confirm({ ctx, input })
    if (!confirmed.ok) return confirmed
    if (confirmed.value.result === 'changed') {
      const plan = planForPrograms(confirmed.value.plan)
      return ok(problemResponse({ code: 'changed', since: plan.madeAt, fields: ['plan'] }, ctx.now, { plan }))
    }
    const operation = await getOperation({ ctx, input: { id: confirmed.value.operationId } })
    return operation.ok ? ok(operationForPrograms(operation.value)) : operation
  },
})

export const operationList = endpoint({
  id: 'listOperations',
  method: 'GET',
  path: '/operations',
  summary: 'Operations, newest first',
  permission: 'operation.read',
  params: noParams,
  query: pagingQuery.extend(listOperationsInput.omit({ cursor: true, limit: true }).shape),
  body: noBody,
  status: 200,
  answer: pageOf(operationRowSchema),
  refusals: [],
  run: async ({ ctx, query }) => {
    const after = readCursor('operations', query.cursor)
    if (!after.ok) return after
    const { cursor: _mark, ...rest } = query
    const page = await listOperations({
      ctx,
      input: { ...rest, ...(after.value === null ? {} : { cursor: after.value }) },
    })
    if (!page.ok) return page
    const { rows, nextCursor } = page.value
    const mark = nextCursor === null ? null : encodeCursor('operations', [nextCursor])
    return ok({ items: rows.map(operationRowForPrograms), nextCursor: mark })
  },
})

export const operationGet = endpoint({
  id: 'getOperation',
  method: 'GET',
  path: '/operations/{id}',
  summary: 'One operation: its steps, predicted beside actual',
  permission: 'operation.read',
  params: byId,
  query: noQuery,
  body: noBody,
  status: 200,
  answer: operationSchema,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const operation = await getOperation({ ctx, input: operationOf(params) })
    return operation.ok ? ok(operationForPrograms(operation.value)) : operation
  },
})

export const operationEvents = endpoint({
  id: 'followOperation',
  method: 'GET',
  path: '/operations/{id}/events',
  summary: 'What the operation tells, as server-sent events; resumes after Last-Event-ID, ends with the operation',
  permission: 'operation.read',
  params: byId,
  query: z.object({ after: z.coerce.number().int().min(0).optional() }),
  body: noBody,
  status: 200,
  answer: null,
  stream: 'text/event-stream',
  refusals: [404],
  run: async ({ ctx, params, query, request }) => {
    const operation = await getOperation({ ctx, input: operationOf(params) })
    if (!operation.ok) return operation
    const stillThere = async () => (await actorToday(ctx.store, actorRef(ctx.actor))) !== null
    return ok(openOperationEvents(ctx.store, operation.value.id, request, query.after, { stillThere }))
  },
})

export const operationCancel = endpoint({
  id: 'cancelOperation',
  method: 'POST',
  path: '/operations/{id}/cancel',
  summary: 'Ask for an end at the next safe point',
  permission: 'operation.cancel',
  params: byId,
  query: noQuery,
  body: noBody,
  status: 202,
  answer: operationSchema,
  refusals: [404, 409],
  run: async ({ ctx, params }) => {
    const cancelled = await cancel({ ctx, input: operationOf(params) })
    if (!cancelled.ok) return cancelled
    const operation = await getOperation({ ctx, input: operationOf(params) })
    return operation.ok ? ok(operationForPrograms(operation.value)) : operation
  },
})

export const operationRetry = endpoint({
  id: 'retryOperation',
  method: 'POST',
  path: '/operations/{id}/retry',
  summary: 'A new plan of what an ended operation left undone',
  permission: 'plan.propose',
  params: byId,
  query: noQuery,
  body: noBody,
  status: 201,
  answer: planSchema,
  refusals: [404, 409],
  run: async ({ ctx, params }) => {
    const plan = await retry({ ctx, input: operationOf(params) })
    return plan.ok ? ok(planForPrograms(plan.value)) : plan
  },
})

export const operationLookAgain = endpoint({
  id: 'lookAgainAtOperation',
  method: 'POST',
  path: '/operations/{id}/look-again',
  summary: 'Read the guest of an operation that needs attention, and prove again what could not be proven',
  permission: 'operation.read',
  params: byId,
  query: noQuery,
  body: noBody,
  status: 200,
  answer: operationSchema,
  refusals: [404, 409, 503, 504],
  run: async ({ ctx, params }) => {
    const looked = await lookAgain({ ctx, input: operationOf(params) })
    if (!looked.ok) return looked
    const operation = await getOperation({ ctx, input: operationOf(params) })
    return operation.ok ? ok(operationForPrograms(operation.value)) : operation
  },
})

export const holdList = endpoint({
  id: 'listHolds',
  method: 'GET',
  path: '/holds',
  summary: 'Snapshots protected inside Snapwarden, and those lately deleted elsewhere',
  permission: 'inventory.read',
  params: noParams,
  query: listHoldsInput,
  body: noBody,
  status: 200,
  answer: z.object({ items: z.array(holdSchema), nextCursor: z.null() }),
  refusals: [],
  run: async ({ ctx, query }) => {
    const holds = await listHolds({ ctx, input: query })
    return holds.ok ? ok({ items: holds.value, nextCursor: null }) : holds
  },
})

export const holdPlace = endpoint({
  id: 'placeHold',
  method: 'POST',
  path: '/holds',
  summary: 'Protect a snapshot from people and automation',
  permission: 'snapshot.hold',
  params: noParams,
  query: noQuery,
  body: placeHoldInput,
  status: 201,
  answer: holdSchema,
  refusals: [404, 409],
  run: ({ ctx, body }) => place({ ctx, input: body }),
})

export const holdRelease = endpoint({
  id: 'releaseHold',
  method: 'DELETE',
  path: '/holds/{id}',
  summary: 'End the protection of a snapshot; the id is the snapshot’s',
  permission: 'snapshot.hold',
  params: byId,
  query: noQuery,
  body: noBody,
  status: 204,
  answer: null,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const released = await release({ ctx, input: { snapshotId: asId<SnapshotId>(params.id) } })
    return released.ok ? ok(null) : refused(released.why)
  },
})
