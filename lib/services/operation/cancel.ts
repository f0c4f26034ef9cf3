import { z } from 'zod'
import { isEnded } from '@/lib/domain/operation'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { endQueued } from '@/lib/store/operation-ends'
import { findOperation, requestCancel } from '@/lib/store/operations'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { operationId } from '../fields'

export const cancelOperationInput = z.object({ id: operationId })

/**
 * Asks an operation, or all of a batch, to end. What has not begun ends at once; what runs ends at its next safe
 * point, never in the middle of a step. Asking twice is asking once.
 */
export const cancelOperation: Verb<z.output<typeof cancelOperationInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'operation.cancel')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const operation = await findOperation(tx, input.id)
    if (operation === null) return refused({ code: 'missing', what: 'operation', name: input.id })
    if (isEnded(operation.state)) return refused({ code: 'nothing-to-do' })
    const asked = await requestCancel(tx, input.id, authorOf(ctx), ctx.now)
    if (asked.length === 0) return ok(null)
    await endQueued(tx, asked, { code: 'cancelled', by: authorOf(ctx) }, ctx.now)
    const subject = `operation:${input.id}`
    await record(tx, {
      ...by(ctx),
      action: 'operation.cancel-requested',
      subject,
      detail: { operations: asked.length },
    })
    return ok(null)
  })
}
