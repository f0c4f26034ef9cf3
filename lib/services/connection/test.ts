import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import { SECOND } from '@/lib/domain/units'
import type { ConnectionTest } from '@/lib/domain/view'
import { findConnection } from '@/lib/store/connections'
import { askWorker } from '@/lib/store/questions'
import { mayNot, type Verb } from '../context'
import { connectionId } from '../fields'
import { asTest, limitTests, recordTest } from './test-unsaved'

/** The worker gives a host some 15 s; a little longer, and it is the worker that does not answer. */
const PATIENCE = 20 * SECOND

export const testConnectionInput = z.object({ id: connectionId })

/** Tries a saved connection, through the worker that owns it: its credentials stay where they are. */
export const testConnection: Verb<z.output<typeof testConnectionInput>, ConnectionTest> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'connection.test')
  if (no !== null) return no
  const connection = await findConnection(ctx.store, input.id)
  if (connection === null) return refused({ code: 'missing', what: 'connection', name: input.id })
  const limited = await limitTests(ctx)
  if (limited !== null) return limited
  const answer = await askWorker(ctx.store, { connectionId: input.id, kind: 'test' }, PATIENCE)
  if (!answer.ok && answer.why.code === 'not-collected-in-time') return answer
  const { address } = connection
  const text =
    address.kind === 'libvirt' ? address.uri : address.kind === 'proxmox' ? address.urls.join(', ') : address.url
  const test = asTest(answer, text)
  await recordTest(ctx, `connection:${connection.name}`, test)
  return ok(test)
}
