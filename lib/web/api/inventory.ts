import { z } from 'zod'
import { asId, type GuestId, type StorageId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { HISTORY_RANGES } from '@/lib/domain/storage'
import { listConnections } from '@/lib/services/connection/list'
import type { Context } from '@/lib/services/context'
import { getGuest } from '@/lib/services/guest/get'
import { pageGuests } from '@/lib/services/guest/page'
import {
  guestDetailSchema,
  guestSchema,
  pageOf,
  snapshotsSchema,
  storageDetailSchema,
  storageForecastSchema,
  storageHistorySchema,
  storageSchema,
} from '@/lib/services/program/schemas'
import {
  guestDetailForPrograms,
  guestForPrograms,
  snapshotsForPrograms,
  storageDetailForPrograms,
  storageForecastForPrograms,
  storageForPrograms,
  storageHistoryForPrograms,
  unreadOf,
} from '@/lib/services/program/shapes'
import { storageForecast } from '@/lib/services/storage/forecast'
import { getStorage } from '@/lib/services/storage/get'
import { storageHistory } from '@/lib/services/storage/history'
import { listStorages } from '@/lib/services/storage/list'
import { byId, endpoint, nextCursor, noParams, pageOfAll, paging, pagingQuery, readCursor } from './endpoint'

const guestIdOf = ({ id }: { id: string }) => ({ id: asId<GuestId>(id) })
const noBody = null

/** What of the fleet is older than it should be, beside a list of it; nothing when all was read. */
async function unreadOfFleet(ctx: Context, sections: readonly string[]) {
  const connections = await listConnections({ ctx, input: {} })
  if (!connections.ok) return {}
  const unread = connections.value.flatMap((connection) =>
    unreadOf(connection)
      .filter(({ section }) => sections.includes(section))
      .map((entry) => ({ ...entry, subject: entry.subject ?? connection.name })),
  )
  return unread.length === 0 ? {} : { unread }
}

export const guestList = endpoint({
  id: 'listGuests',
  method: 'GET',
  path: '/guests',
  summary: 'Guests as last read',
  permission: 'inventory.read',
  params: noParams,
  query: z.object({
    q: z.string().max(10_000).default('').meta({ description: "the guests page's filter language" }),
    ...paging,
  }),
  body: noBody,
  status: 200,
  answer: pageOf(guestSchema),
  refusals: [],
  run: async ({ ctx, query }) => {
    const after = readCursor('guests', query.cursor)
    if (!after.ok) return after
    const page = await pageGuests({ ctx, input: { q: query.q, after: after.value, limit: query.limit } })
    if (!page.ok) return page
    const { rows, more } = page.value
    return ok({
      items: rows.map(guestForPrograms),
      nextCursor: nextCursor('guests', rows, more),
      ...(await unreadOfFleet(ctx, ['guests', 'snapshots', 'disks', 'configuration'])),
    })
  },
})

export const guestGet = endpoint({
  id: 'getGuest',
  method: 'GET',
  path: '/guests/{id}',
  summary: 'One guest with disks, configuration and capabilities',
  permission: 'inventory.read',
  params: byId,
  query: z.object({}),
  body: noBody,
  status: 200,
  answer: guestDetailSchema,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const guest = await getGuest({ ctx, input: guestIdOf(params) })
    return guest.ok ? ok(guestDetailForPrograms(guest.value)) : guest
  },
})

export const guestSnapshots = endpoint({
  id: 'listGuestSnapshots',
  method: 'GET',
  path: '/guests/{id}/snapshots',
  summary: 'The snapshot tree of a guest',
  permission: 'inventory.read',
  params: byId,
  query: z.object({}),
  body: noBody,
  status: 200,
  answer: snapshotsSchema,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const guest = await getGuest({ ctx, input: guestIdOf(params) })
    return guest.ok ? ok(snapshotsForPrograms(guest.value)) : guest
  },
})

export const storageList = endpoint({
  id: 'listStorages',
  method: 'GET',
  path: '/storages',
  summary: 'Storages as last read',
  permission: 'inventory.read',
  params: noParams,
  query: pagingQuery,
  body: noBody,
  status: 200,
  answer: pageOf(storageSchema),
  refusals: [],
  run: async ({ ctx, query }) => {
    const all = await listStorages({ ctx, input: {} })
    if (!all.ok) return all
    const page = pageOfAll('storages', all.value, query)
    if (!page.ok) return page
    return ok({
      items: page.value.rows.map(storageForPrograms),
      nextCursor: page.value.nextCursor,
      ...(await unreadOfFleet(ctx, ['storages', 'volumes'])),
    })
  },
})

export const storageGet = endpoint({
  id: 'getStorage',
  method: 'GET',
  path: '/storages/{id}',
  summary: 'One storage with what is in it',
  permission: 'inventory.read',
  params: byId,
  query: z.object({}),
  body: noBody,
  status: 200,
  answer: storageDetailSchema,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const storage = await getStorage({ ctx, input: { id: asId<StorageId>(params.id) } })
    return storage.ok ? ok(storageDetailForPrograms(storage.value)) : storage
  },
})

export const storagePast = endpoint({
  id: 'getStorageHistory',
  method: 'GET',
  path: '/storages/{id}/history',
  summary: 'What a storage held over time, and what happened to it',
  permission: 'inventory.read',
  params: byId,
  query: z.object({ range: z.enum(HISTORY_RANGES).default('30d') }),
  body: noBody,
  status: 200,
  answer: storageHistorySchema,
  refusals: [404],
  run: async ({ ctx, params, query }) => {
    const history = await storageHistory({ ctx, input: { id: asId<StorageId>(params.id), range: query.range } })
    return history.ok ? ok(storageHistoryForPrograms(history.value)) : history
  },
})

export const storageFuture = endpoint({
  id: 'getStorageForecast',
  method: 'GET',
  path: '/storages/{id}/forecast',
  summary: 'When a storage will be full, with what bounds it; silent under three days of history',
  permission: 'inventory.read',
  params: byId,
  query: z.object({}),
  body: noBody,
  status: 200,
  answer: storageForecastSchema,
  refusals: [404],
  run: async ({ ctx, params }) => {
    const forecast = await storageForecast({ ctx, input: { id: asId<StorageId>(params.id) } })
    return forecast.ok ? ok(storageForecastForPrograms(forecast.value)) : forecast
  },
})
