import { z } from 'zod'
import { asId, type ChannelId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { saveChannelInput } from '@/lib/services/channel/content'
import { listChannels } from '@/lib/services/channel/list'
import { removeChannel } from '@/lib/services/channel/remove'
import { saveChannel } from '@/lib/services/channel/save'
import { testChannel } from '@/lib/services/channel/test'
import { channelSchema, receiptSchema } from '@/lib/services/program/alert-schemas'
import { channelForPrograms } from '@/lib/services/program/alert-shapes'
import { pageOf } from '@/lib/services/program/schemas'
import { byId, endpoint, noParams, pageOfAll, pagingQuery } from './endpoint'

const idOf = ({ id }: { id: string }) => ({ id: asId<ChannelId>(id) })

export const channelList = endpoint({
  id: 'listChannels',
  method: 'GET',
  path: '/channels',
  summary: 'Notification channels, without their secrets',
  permission: 'channel.manage',
  params: noParams,
  query: pagingQuery,
  body: null,
  status: 200,
  answer: pageOf(channelSchema),
  refusals: [],
  run: async ({ ctx, query }) => {
    const channels = await listChannels({ ctx, input: {} })
    if (!channels.ok) return channels
    const page = pageOfAll('channels', channels.value, query)
    if (!page.ok) return page
    return ok({ items: page.value.rows.map(channelForPrograms), nextCursor: page.value.nextCursor })
  },
})

export const channelCreate = endpoint({
  id: 'createChannel',
  method: 'POST',
  path: '/channels',
  summary: 'Add a notification channel; the receiver is not asked',
  permission: 'channel.manage',
  params: noParams,
  query: z.object({}),
  body: saveChannelInput.omit({ id: true }),
  status: 201,
  answer: channelSchema,
  refusals: [409],
  run: async ({ ctx, body }) => {
    const channel = await saveChannel({ ctx, input: body })
    return channel.ok ? ok(channelForPrograms(channel.value)) : channel
  },
})

export const channelDelete = endpoint({
  id: 'deleteChannel',
  method: 'DELETE',
  path: '/channels/{id}',
  summary: 'Remove a channel with its secret and what waits to be sent through it',
  permission: 'channel.manage',
  params: byId,
  query: z.object({}),
  body: null,
  status: 204,
  answer: null,
  refusals: [404],
  run: ({ ctx, params }) => removeChannel({ ctx, input: idOf(params) }),
})

export const channelTest = endpoint({
  id: 'testChannel',
  method: 'POST',
  path: '/channels/{id}/test',
  summary: "Send a test notice now; answers with the receiver's own answer",
  permission: 'channel.manage',
  params: byId,
  query: z.object({}),
  body: null,
  status: 200,
  answer: receiptSchema,
  refusals: [404, 409, 502, 503, 504],
  run: ({ ctx, params }) => testChannel({ ctx, input: idOf(params) }),
})
