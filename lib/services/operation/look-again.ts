import { z } from 'zod'
import type { KnownGuest } from '@/lib/domain/known'
import type { OperationState } from '@/lib/domain/operation'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { type Millis, SECOND } from '@/lib/domain/units'
import { NOT_LOOKED } from '@/lib/engine/operation/conclusion'
import { proveAgain } from '@/lib/engine/operation/prove-again'
import { record } from '@/lib/store/audit'
import { guestOfRun, keepLookedAgain } from '@/lib/store/operation-again'
import { loadRun, type Run } from '@/lib/store/operation-steps'
import { findOperation, lockFamily } from '@/lib/store/operations'
import { countTry } from '@/lib/store/rate-limits'
import { requestCollect, waitForCollect } from '@/lib/store/requests'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, type Call, type Context, mayNot } from '../context'
import { operationId } from '../fields'
import { LIMITS } from '../limits'
import { permissionsFor } from '../plan/input'
import { lookAtResult } from './look-at-result'

/** One guest is read within some hundred milliseconds; behind a whole reading of a slow host it waits. */
const PATIENCE: Millis = 60 * SECOND

export const lookAgainInput = z.object({ id: operationId })
type Input = z.output<typeof lookAgainInput>

/** `proven`: steps that were in question and are not any more. */
export type LookedAgain = { state: OperationState; proven: number }

/**
 * Reads the guest of an operation that needs attention, and proves again what could not be proven: it ends as
 * succeeded, or keeps its attention with what is so now. Nothing is asked of the hypervisor but to be read.
 */
export async function lookAgain(
  { ctx, input }: Call<Input>,
  patience: Millis = PATIENCE,
): Promise<Outcome<LookedAgain>> {
  const no = mayNot(ctx, 'operation.read')
  if (no !== null) return no
  const operation = await findOperation(ctx.store, input.id)
  if (operation === null) return refused({ code: 'missing', what: 'operation', name: input.id })
  for (const permission of permissionsFor(operation.intent)) {
    const denied = mayNot(ctx, permission)
    if (denied !== null) return denied
  }
  const run = await loadRun(ctx.store, input.id)
  if (run === null || operation.attention === null || run.state !== 'needs-attention') {
    return refused({ code: 'nothing-to-do' })
  }
  const read = await readAgain(ctx, run, patience)
  if (!read.ok) return read
  const { why } = operation.attention
  const looked = read.value === null ? NOT_LOOKED : await lookAtResult(ctx, run, read.value)
  return withTransaction(ctx.store, async (tx) => {
    await lockFamily(tx, run.id)
    const { proven, conclusion, attention } = proveAgain({ ...run, why }, read.value, ctx.now, looked)
    const { actual, matches, verifications } = conclusion
    const found = { at: ctx.now, proven, attention, actual, matches, verifications }
    if (!(await keepLookedAgain(tx, run, found))) return refused({ code: 'nothing-to-do' })
    const state: OperationState = attention === null ? 'succeeded' : 'needs-attention'
    const detail = { state, proven: proven.length, steps: run.steps.length, guest: run.guestName }
    await record(tx, { ...by(ctx), action: 'operation.looked-again', subject: `operation:${run.id}`, detail })
    return ok({ state, proven: proven.length })
  })
}

/** A reading that began after it was asked for; what an older one says of the guest proves nothing now. */
async function readAgain(ctx: Context, run: Run, patience: Millis): Promise<Outcome<KnownGuest | null>> {
  const tried = await countTry(ctx.store, 'collect', authorOf(ctx), LIMITS.collect)
  if (!tried.allowed) return refused({ code: 'rate-limited', retryAfterMillis: tried.retryAfterMillis })
  const requestId = await requestCollect(ctx.store, {
    connectionId: run.connectionId,
    scope: { whole: false, guests: [run.guestNativeId] },
    requestedBy: authorOf(ctx),
  })
  const answer = await waitForCollect(ctx.store, requestId, patience)
  if (!answer.ok) return answer
  const unread = answer.value.unread.find(({ section }) => section === 'guests')
  if (unread !== undefined) return refused(unread.reason)
  const guest = await guestOfRun(ctx.store, run)
  return guest !== null && guest.collectedAt < answer.value.startedAt
    ? refused({ code: 'not-collected-in-time', waitedMillis: patience })
    : ok(guest)
}
