import { z } from 'zod'
import { asId, type CleanUpPolicyId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { changeCleanUp, changeCleanUpInput } from '@/lib/services/clean-up/change'
import { listCleanUps } from '@/lib/services/clean-up/list'
import { removeCleanUp } from '@/lib/services/clean-up/remove'
import { setCleanUp, setCleanUpInput } from '@/lib/services/clean-up/set'
import { cleanUpSchema } from '@/lib/services/program/alert-schemas'
import { cleanUpForPrograms } from '@/lib/services/program/alert-shapes'
import { pageOf } from '@/lib/services/program/schemas'
import { byId, endpoint, noParams, pageOfAll, pagingQuery } from './endpoint'

const idOf = ({ id }: { id: string }) => ({ id: asId<CleanUpPolicyId>(id) })

export const cleanUpList = endpoint({
  id: 'listCleanUps',
  method: 'GET',
  path: '/clean-ups',
  summary: 'Where Snapwarden may clean up by itself at an emergency, and within which limits',
  permission: 'alert.read',
  params: noParams,
  query: pagingQuery,
  body: null,
  status: 200,
  answer: pageOf(cleanUpSchema),
  refusals: [],
  run: async ({ ctx, query }) => {
    const policies = await listCleanUps({ ctx, input: {} })
    if (!policies.ok) return policies
    const page = pageOfAll('clean-ups', policies.value, query)
    if (!page.ok) return page
    return ok({ items: page.value.rows.map(cleanUpForPrograms), nextCursor: page.value.nextCursor })
  },
})

export const cleanUpCreate = endpoint({
  id: 'createCleanUp',
  method: 'POST',
  path: '/clean-ups',
  summary:
    'Allow automatic clean-up of a connection or of one storage of it; what was allowed there before is replaced',
  permission: 'clean-up.manage',
  params: noParams,
  query: z.object({}),
  body: setCleanUpInput,
  status: 201,
  answer: cleanUpSchema,
  refusals: [404],
  run: async ({ ctx, body }) => {
    const policy = await setCleanUp({ ctx, input: body })
    return policy.ok ? ok(cleanUpForPrograms(policy.value)) : policy
  },
})

export const cleanUpChange = endpoint({
  id: 'changeCleanUp',
  method: 'PUT',
  path: '/clean-ups/{id}',
  summary: 'Change what is allowed, or switch it off; what it is about stays',
  permission: 'clean-up.manage',
  params: byId,
  query: z.object({}),
  body: changeCleanUpInput.omit({ id: true }),
  status: 200,
  answer: cleanUpSchema,
  refusals: [404],
  run: async ({ ctx, params, body }) => {
    const policy = await changeCleanUp({ ctx, input: { ...idOf(params), ...body } })
    return policy.ok ? ok(cleanUpForPrograms(policy.value)) : policy
  },
})

export const cleanUpDelete = endpoint({
  id: 'deleteCleanUp',
  method: 'DELETE',
  path: '/clean-ups/{id}',
  summary: 'Take the allowance back; a run that goes on stops before its next step',
  permission: 'clean-up.manage',
  params: byId,
  query: z.object({}),
  body: null,
  status: 204,
  answer: null,
  refusals: [404],
  run: ({ ctx, params }) => removeCleanUp({ ctx, input: idOf(params) }),
})
