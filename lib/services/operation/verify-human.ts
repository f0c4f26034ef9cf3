import { z } from 'zod'
import { isEnded, type Verification } from '@/lib/domain/operation'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { addVerifications, findOperation } from '@/lib/store/operations'
import { startExpiry } from '@/lib/store/snapshot-notes'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { operationId } from '../fields'
import { permissionsFor } from '../plan/input'

export const verifyOperationInput = z.object({
  id: operationId,
  /** the lines of the checklist as somebody answered them */
  checks: z
    .array(z.object({ text: z.string().trim().min(1).max(500), result: z.enum(['pass', 'fail', 'unknown']) }))
    .max(50)
    .default([]),
  /** "All good"; false = something is not, and `note` says what */
  allGood: z.boolean(),
  note: z.string().trim().max(2_000).default(''),
})

/**
 * Keeps what a person found when they looked at the result. "All good" starts the countdown of the safety snapshot;
 * until then it has no end.
 */
export const verifyOperation: Verb<z.output<typeof verifyOperationInput>, { expiring: number }> = async ({
  ctx,
  input,
}) => {
  const no = mayNot(ctx, 'operation.read')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const operation = await findOperation(tx, input.id)
    if (operation === null) return refused({ code: 'missing', what: 'operation', name: input.id })
    for (const permission of permissionsFor(operation.intent)) {
      const denied = mayNot(ctx, permission)
      if (denied !== null) return denied
    }
    if (!isEnded(operation.state)) return refused({ code: 'operation-running', operationId: operation.id })
    const said = { what: 'human' as const, at: ctx.now, by: authorOf(ctx) }
    const verdict: Verification = { ...said, text: input.note, result: input.allGood ? 'pass' : 'fail' }
    await addVerifications(tx, operation.id, [...input.checks.map((check) => ({ ...said, ...check })), verdict])
    const expiring = input.allGood ? await startExpiry(tx, operation.id, ctx.now) : 0
    const detail = { allGood: input.allGood, note: input.note, expiring }
    await record(tx, { ...by(ctx), action: 'operation.verified', subject: `operation:${operation.id}`, detail })
    return ok({ expiring })
  })
}
