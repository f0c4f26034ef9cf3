import { ok } from '@/lib/domain/result'
import type { ConnectionRow } from '@/lib/domain/view'
import { listConnections as readConnections } from '@/lib/store/connections'
import { mayNot, type Verb } from '../context'

/** Every connection with its health. Credentials are no part of it. */
export const listConnections: Verb<object, ConnectionRow[]> = async ({ ctx }) =>
  mayNot(ctx, 'connection.read') ?? ok(await readConnections(ctx.store, ctx.now))
