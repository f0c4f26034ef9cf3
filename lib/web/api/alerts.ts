import { z } from 'zod'
import { type AlertId, asId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { acknowledge, acknowledgeInput } from '@/lib/services/alert/acknowledge'
import { comment, commentInput } from '@/lib/services/alert/comment'
import { getAlert } from '@/lib/services/alert/get'
import { listAlerts } from '@/lib/services/alert/list'
import { listClosedAlerts } from '@/lib/services/alert/list-closed'
import { silence, silenceInput } from '@/lib/services/alert/silence'
import { alertDetailSchema, alertSchema, silenceSchema } from '@/lib/services/program/alert-schemas'
import { alertDetailForPrograms, alertForPrograms } from '@/lib/services/program/alert-shapes'
import { pageOf } from '@/lib/services/program/schemas'
import { byId, endpoint, noParams, pageOfAll, paging } from './endpoint'

const idOf = ({ id }: { id: string }) => ({ id: asId<AlertId>(id) })

export const alertList = endpoint({
  id: 'listAlerts',
  method: 'GET',
  path: '/alerts',
  summary: 'Alerts that fire, or those that ended (newest first)',
  permission: 'alert.read',
  params: noParams,
  query: z.object({ state: z.enum(['open', 'closed']).default('open'), ...paging }),
  body: null,
  status: 200,
  answer: pageOf(alertSchema),
  refusals: [],
  run: async ({ ctx, query }) => {
    if (query.state === 'closed') {
      const { limit, cursor } = query
      const closed = await listClosedAlerts({ ctx, input: { limit, after: cursor } })
      if (!closed.ok) return closed
      return ok({ items: closed.value.alerts.map(alertForPrograms), nextCursor: closed.value.next })
    }
    const open = await listAlerts({ ctx, input: {} })
    if (!open.ok) return open
    const page = pageOfAll('alerts', open.value.alerts, query)
    if (!page.ok) return page
    return ok({ items: page.value.rows.map(alertForPrograms), nextCursor: page.value.nextCursor })
  },
})

export const alertGet = endpoint({
  id: 'getAlert',
  method: 'GET',
  path: '/alerts/{id}',
  summary: 'One alert: what happened to it, and the way out where there is one',
  permission: 'alert.read',
  params: byId,
  query: z.object({}),
  body: null,
  status: 200,
  answer: alertDetailSchema,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const alert = await getAlert({ ctx, input: idOf(params) })
    return alert.ok ? ok(alertDetailForPrograms(alert.value)) : alert
  },
})

export const alertAcknowledge = endpoint({
  id: 'acknowledgeAlert',
  method: 'POST',
  path: '/alerts/{id}/acknowledge',
  summary: 'Somebody has it: repeats and escalation stop while that lasts',
  permission: 'alert.handle',
  params: byId,
  query: z.object({}),
  body: acknowledgeInput.omit({ id: true }),
  status: 200,
  answer: alertSchema,
  refusals: [404],
  run: async ({ ctx, params, body }) => {
    const alert = await acknowledge({ ctx, input: { ...idOf(params), ...body } })
    return alert.ok ? ok(alertForPrograms(alert.value)) : alert
  },
})

export const alertSilence = endpoint({
  id: 'silenceAlert',
  method: 'POST',
  path: '/alerts/{id}/silence',
  summary: 'Mute notices of this alert for a time; the alert stays where it is',
  permission: 'alert.handle',
  params: byId,
  query: z.object({}),
  body: silenceInput.pick({ until: true, reason: true }),
  status: 201,
  answer: silenceSchema,
  refusals: [404],
  run: async ({ ctx, params, body }) => silence({ ctx, input: { ...body, scope: { alertId: idOf(params).id } } }),
})

export const alertComment = endpoint({
  id: 'commentAlert',
  method: 'POST',
  path: '/alerts/{id}/comment',
  summary: 'A word for whoever comes next',
  permission: 'alert.handle',
  params: byId,
  query: z.object({}),
  body: commentInput.omit({ id: true }),
  status: 200,
  answer: alertSchema,
  refusals: [404],
  run: async ({ ctx, params, body }) => {
    const alert = await comment({ ctx, input: { ...idOf(params), ...body } })
    return alert.ok ? ok(alertForPrograms(alert.value)) : alert
  },
})
