import { z } from 'zod'
import { asId, type ConnectionId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { addConnection } from '@/lib/services/connection/add'
import { collect } from '@/lib/services/connection/collect'
import { getConnection } from '@/lib/services/connection/get'
import { newConnectionInput } from '@/lib/services/connection/input'
import { listConnections } from '@/lib/services/connection/list'
import { removeConnection } from '@/lib/services/connection/remove'
import { testConnection } from '@/lib/services/connection/test'
import { collectAnswerSchema, connectionSchema, connectionTestSchema, pageOf } from '@/lib/services/program/schemas'
import { collectForPrograms, connectionForPrograms } from '@/lib/services/program/shapes'
import { byId, endpoint, noParams, pageOfAll, pagingQuery } from './endpoint'

const idOf = ({ id }: { id: string }) => ({ id: asId<ConnectionId>(id) })
const noBody = null

export const connectionList = endpoint({
  id: 'listConnections',
  method: 'GET',
  path: '/connections',
  summary: 'Connections with how reading them goes',
  permission: 'connection.read',
  params: noParams,
  query: pagingQuery,
  body: noBody,
  status: 200,
  answer: pageOf(connectionSchema),
  refusals: [],
  run: async ({ ctx, query }) => {
    const all = await listConnections({ ctx, input: {} })
    if (!all.ok) return all
    const page = pageOfAll('connections', all.value, query)
    if (!page.ok) return page
    return ok({ items: page.value.rows.map(connectionForPrograms), nextCursor: page.value.nextCursor })
  },
})

export const connectionCreate = endpoint({
  id: 'createConnection',
  method: 'POST',
  path: '/connections',
  summary: 'Add a connection; the hypervisor is not waited for',
  permission: 'connection.manage',
  params: noParams,
  query: z.object({}),
  body: newConnectionInput,
  status: 201,
  answer: connectionSchema,
  refusals: [409],
  run: async ({ ctx, body }) => {
    const added = await addConnection({ ctx, input: body })
    if (!added.ok) return added
    const connection = await getConnection({ ctx, input: added.value })
    return connection.ok ? ok(connectionForPrograms(connection.value)) : connection
  },
})

export const connectionGet = endpoint({
  id: 'getConnection',
  method: 'GET',
  path: '/connections/{id}',
  summary: 'One connection',
  permission: 'connection.read',
  params: byId,
  query: z.object({}),
  body: noBody,
  status: 200,
  answer: connectionSchema,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const connection = await getConnection({ ctx, input: idOf(params) })
    return connection.ok ? ok(connectionForPrograms(connection.value)) : connection
  },
})

export const connectionDelete = endpoint({
  id: 'deleteConnection',
  method: 'DELETE',
  path: '/connections/{id}',
  summary: 'Remove a connection and what was read through it; nothing happens on the hypervisor',
  permission: 'connection.manage',
  params: byId,
  query: z.object({}),
  body: noBody,
  status: 204,
  answer: null,
  refusals: [404],
  run: ({ ctx, params }) => removeConnection({ ctx, input: idOf(params) }),
})

export const connectionCollect = endpoint({
  id: 'collectConnection',
  method: 'POST',
  path: '/connections/{id}/collect',
  summary: 'Read the connection now; answers once stored, also when nothing could be read',
  permission: 'connection.collect',
  params: byId,
  query: z.object({}),
  body: noBody,
  status: 200,
  answer: collectAnswerSchema,
  refusals: [404, 504],
  run: async ({ ctx, params }) => {
    const before = await getConnection({ ctx, input: idOf(params) })
    if (!before.ok) return before
    const answer = await collect({ ctx, input: idOf(params) })
    return answer.ok ? ok(collectForPrograms(answer.value, before.value.health.lastFullAt)) : answer
  },
})

export const connectionTest = endpoint({
  id: 'testConnection',
  method: 'POST',
  path: '/connections/{id}/test',
  summary: 'Ask the hypervisor who it is and what our access allows',
  permission: 'connection.test',
  params: byId,
  query: z.object({}),
  body: noBody,
  status: 200,
  answer: connectionTestSchema,
  refusals: [404, 502, 504],
  run: async ({ ctx, params }) => {
    const answer = await testConnection({ ctx, input: idOf(params) })
    return answer.ok && !answer.value.ok ? answer.value : answer
  },
})
