import { z } from 'zod'
import { asId, type GuestId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { serviceProbeResultSchema, serviceProbeSchema } from '@/lib/services/program/service-probe-schemas'
import { getServiceProbe } from '@/lib/services/service-probe/get'
import { serviceProbeInput } from '@/lib/services/service-probe/input'
import { setServiceProbe } from '@/lib/services/service-probe/set'
import { tryServiceProbe } from '@/lib/services/service-probe/try'
import { byId, endpoint } from './endpoint'

const path = '/guests/{id}/service-probe'
const noQuery = z.object({})
const guestOf = ({ id }: { id: string }) => asId<GuestId>(id)

export const serviceProbeGet = endpoint({
  id: 'getServiceProbe',
  method: 'GET',
  path,
  summary: 'What is asked of a guest’s service after a rollback',
  permission: 'inventory.read',
  params: byId,
  query: noQuery,
  body: null,
  status: 200,
  answer: serviceProbeSchema,
  refusals: [404],
  run: ({ ctx, params }) => getServiceProbe({ ctx, input: { id: guestOf(params) } }),
})

export const serviceProbePut = endpoint({
  id: 'setServiceProbe',
  method: 'PUT',
  path,
  summary: 'Ask this after every rollback of the guest; a service that does not answer needs attention',
  permission: 'service-probe.set',
  params: byId,
  query: noQuery,
  body: serviceProbeInput,
  status: 200,
  answer: serviceProbeSchema,
  refusals: [404],
  run: async ({ ctx, params, body }) => {
    const id = guestOf(params)
    const set = await setServiceProbe({ ctx, input: { id, probe: body } })
    return set.ok ? getServiceProbe({ ctx, input: { id } }) : set
  },
})

export const serviceProbeDelete = endpoint({
  id: 'clearServiceProbe',
  method: 'DELETE',
  path,
  summary: 'Ask nothing after a rollback any more',
  permission: 'service-probe.set',
  params: byId,
  query: noQuery,
  body: null,
  status: 204,
  answer: null,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const cleared = await setServiceProbe({ ctx, input: { id: guestOf(params), probe: null } })
    return cleared.ok ? ok(null) : cleared
  },
})

export const serviceProbeTry = endpoint({
  id: 'tryServiceProbe',
  method: 'POST',
  path: `${path}/try`,
  summary: 'Ask a service once, now, from where the worker runs. Nothing is kept',
  permission: 'service-probe.set',
  params: byId,
  query: noQuery,
  body: serviceProbeInput,
  status: 200,
  answer: serviceProbeResultSchema,
  refusals: [404, 503, 504],
  run: ({ ctx, params, body }) => tryServiceProbe({ ctx, input: { id: guestOf(params), probe: body } }),
})
