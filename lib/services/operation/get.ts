import { z } from 'zod'
import type { OperationView } from '@/lib/domain/operation'
import { ok, refused } from '@/lib/domain/result'
import { operationView } from '@/lib/store/operations'
import { mayNot, type Verb } from '../context'
import { operationId } from '../fields'

export const getOperationInput = z.object({ id: operationId })

/** A page shows the end of the log; all of it is read through the events. */
const NEWEST_EVENTS = 500

/** One operation: its steps, predicted beside actual, its children and the end of its log. */
export const getOperation: Verb<z.output<typeof getOperationInput>, OperationView> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'operation.read')
  if (no !== null) return no
  const operation = await operationView(ctx.store, input.id, NEWEST_EVENTS)
  return operation === null ? refused({ code: 'missing', what: 'operation', name: input.id }) : ok(operation)
}
