import type { ConnectionId, OperationId } from '@/lib/domain/ids'
import { isStepOver } from '@/lib/domain/operation'
import type { Reason } from '@/lib/domain/reason'
import { attentionOf } from '@/lib/engine/operation/evidence'
import { record } from '@/lib/store/audit'
import { lockLease } from '@/lib/store/leases'
import { endQueued } from '@/lib/store/operation-ends'
import { endRun, loadRun, moveStep, openOperations, type Run } from '@/lib/store/operation-steps'
import { lockFamily } from '@/lib/store/operations'
import type { Tx } from '@/lib/store/tx'
import { authorOf, by, type Context } from '../context'

/**
 * Ends what is left to do on a connection that is about to be removed: nobody could end it afterwards. What was not
 * begun is cancelled; what may have been sent is told as unsure, because its end can no longer be read here.
 */
export async function endOperationsOf(tx: Tx, ctx: Context, connection: { id: ConnectionId; name: string }) {
  // The lease first, as its worker takes them: then nothing of it is written in between, and neither waits for the other.
  await lockLease(tx, connection.id)
  const open = await openOperations(tx, [connection.id])
  const queued = open.filter(({ state }) => state === 'queued').map(({ id }) => id)
  const cancelled = { code: 'cancelled', by: authorOf(ctx) } as const
  for (const id of await endQueued(tx, queued, cancelled, ctx.now)) await recordEnd(tx, ctx, id, 'cancelled', cancelled)
  const why: Reason = { code: 'missing', what: 'connection', name: connection.name }
  for (const { id } of open.filter(({ state }) => state === 'running')) {
    await lockFamily(tx, id)
    const run = await loadRun(tx, id)
    if (run !== null) await endRunning(tx, ctx, run, why)
  }
}

async function endRunning(tx: Tx, ctx: Context, run: Run, why: Reason): Promise<void> {
  const step = run.steps.find(({ state }) => !isStepOver(state)) ?? null
  if (step !== null && step.state !== 'waiting') {
    await moveStep(tx, run.id, step, { from: step.state, to: 'unsure', epoch: 0, at: ctx.now, why })
  }
  const end = {
    at: ctx.now,
    why,
    attention: { ...attentionOf(run, step, undefined, why), moves: [] },
    actual: null,
    predictedMatches: null,
    spaceActual: [],
    verifications: [],
  }
  if (await endRun(tx, run.id, { state: 'needs-attention', ...end })) {
    await recordEnd(tx, ctx, run.id, 'needs-attention', why)
  }
}

async function recordEnd(tx: Tx, ctx: Context, id: OperationId, state: string, why: Reason): Promise<void> {
  const detail = { state, why: why.code, because: 'connection-removed' }
  await record(tx, { ...by(ctx), action: 'operation.ended', subject: `operation:${id}`, detail })
}
