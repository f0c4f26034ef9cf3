import { z } from 'zod'
import { OPERATION_KINDS, OPERATION_STATES, type OperationWindow } from '@/lib/domain/operation'
import { ok } from '@/lib/domain/result'
import { listOperations as readOperations } from '@/lib/store/operations'
import { mayNot, type Verb } from '../context'
import { connectionId, guestId, planId } from '../fields'

export const listOperationsInput = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  /** one state, or several with commas between */
  state: z
    .string()
    .max(200)
    .transform((text) => text.split(',').filter((each) => each !== ''))
    .pipe(z.array(z.enum(OPERATION_STATES)))
    .optional(),
  /** a batch also counts as what it does to its guests */
  kind: z.enum(OPERATION_KINDS).optional(),
  guest: guestId.optional(),
  connection: connectionId.optional(),
  plan: planId.optional(),
  q: z.string().trim().max(200).optional(),
})

/** Operations, newest first. */
export const listOperations: Verb<z.output<typeof listOperationsInput>, OperationWindow> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'operation.read')
  if (no !== null) return no
  const { cursor, limit, state, kind, guest, connection, plan, q } = input
  const query = { cursor, limit, states: state, kind, guestId: guest, connectionId: connection, planId: plan }
  return ok(await readOperations(ctx.store, { ...query, text: q === '' ? undefined : q }))
}
