/** The end of an operation: after its last step with what could be verified, or before it with the truth as it stands. */
import { conclude } from '@/lib/engine/operation/conclusion'
import { attentionOf } from '@/lib/engine/operation/evidence'
import type { RunStep } from '@/lib/store/operation-steps'
import type { Execution, Stop } from './execution'
import { lookAtResult } from './look-at-result'
import type { LastStep } from './run-writer'

/** Ends the operation after its last step; `last` = that step, moved in the same transaction. */
export async function concludeRun(execution: Execution, last: LastStep | null): Promise<void> {
  const { run, input, writer, space } = execution
  // The reading that proved the last step is the freshest there is; without one, the guest is read now.
  if (execution.guest === undefined) await execution.look()
  const looked = await lookAtResult(execution, last?.step ?? null)
  const at = input.now()
  const found = conclude(run.predicted, execution.guest ?? null, at, looked)
  const odd = execution.failure ?? found.odd
  await writer.end(
    {
      state: odd === null ? 'succeeded' : 'needs-attention',
      at,
      why: odd,
      attention: odd === null ? null : attentionOf(run, null, execution.guest, odd),
      actual: found.actual,
      predictedMatches: found.matches,
      spaceActual: await space.actual(),
      verifications: found.verifications,
    },
    last,
  )
  execution.ended = true
}

/** Ends the operation before its last step, with the truth as far as it can be read. */
export async function stopRun(execution: Execution, step: RunStep, { state, why, to }: Stop): Promise<void> {
  const { run, input, writer, space } = execution
  const read = await execution.look()
  const guest = read.ok ? read.value : execution.guest
  const at = input.now()
  const found = conclude(run.predicted, guest ?? null, at)
  const attention =
    state === 'needs-attention' || execution.anythingDone(step) ? attentionOf(run, step, guest, why) : null
  await writer.end(
    {
      state,
      at,
      why,
      attention,
      actual: read.ok ? found.actual : null,
      predictedMatches: null,
      spaceActual: await space.actual(),
      verifications: [],
    },
    { step, to, why },
  )
  execution.ended = true
}
