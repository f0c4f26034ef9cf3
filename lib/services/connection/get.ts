import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import type { ConnectionRow } from '@/lib/domain/view'
import { connectionDetail } from '@/lib/store/connections'
import { mayNot, type Verb } from '../context'
import { connectionId } from '../fields'

export const getConnectionInput = z.object({ id: connectionId })

/** One connection with its health. Credentials are no part of it. */
export const getConnection: Verb<z.output<typeof getConnectionInput>, ConnectionRow> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'connection.read')
  if (no !== null) return no
  const connection = await connectionDetail(ctx.store, input.id, ctx.now)
  return connection === null ? refused({ code: 'missing', what: 'connection', name: input.id }) : ok(connection)
}
