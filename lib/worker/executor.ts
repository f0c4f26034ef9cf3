/**
 * Carries out one operation, from wherever it stands. It does not remember a line: it asks the world. Whatever dies
 * at whatever moment, the next executor finds a step that is waiting (nothing was sent), asking (it may have been
 * sent: the hypervisor is asked whether it took it), following (it was taken) or verifying (it ended), and goes on.
 * A destructive command is never sent twice unless the hypervisor proves that it never took the first.
 */
import type { OperationId } from '@/lib/domain/ids'
import { isStepOver } from '@/lib/domain/operation'
import { unreachable } from '@/lib/domain/result'
import { adoptStep, loadRun, type RunStep, releaseSlots } from '@/lib/store/operation-steps'
import { askStep } from './operation/ask-step'
import { concludeRun, stopRun } from './operation/end-run'
import { Execution, type ExecutorInput, Left, type Verdict } from './operation/execution'
import { followStep } from './operation/follow-step'
import { proveStep } from './operation/prove-step'
import { recallStep } from './operation/recall-step'
import { LeaseLost } from './operation/run-writer'
import { beginTurn } from './operation/slots'

/** `waiting` = it could not begin now: its guest or storage is somebody else's. `left` = it goes on elsewhere. */
export type RunResult = 'ended' | 'waiting' | 'left'

/** Runs an operation to its end, or as far as it can. Throws what the database throws when it is away. */
export async function runOperation(input: ExecutorInput, id: OperationId): Promise<RunResult> {
  const run = await loadRun(input.store, id)
  if (run === null || (run.state !== 'queued' && run.state !== 'running')) return 'ended'
  try {
    return await carryOut(new Execution(input, run))
  } catch (error) {
    if (error instanceof LeaseLost) return 'left'
    if (error instanceof Left) return 'left'
    throw error
  }
}

async function carryOut(execution: Execution): Promise<RunResult> {
  const { run, writer } = execution
  if (run.state === 'queued' && !(await beginTurn(execution))) return 'waiting'
  await execution.space.begin()
  for (const step of run.steps) {
    if (isStepOver(step.state)) {
      if (step.state === 'failed') execution.failure = step.why
      continue
    }
    const stop = await carryOutStep(execution, step)
    if (stop === null) continue
    if (stop.state === 'failed' && step.onFail === 'continue') {
      await writer.move(step, 'failed', { why: stop.why, within: (tx) => releaseSlots(tx, run.id) })
      execution.failure = stop.why
      continue
    }
    await stopRun(execution, step, stop)
    return 'ended'
  }
  if (!execution.ended) await concludeRun(execution, null)
  return 'ended'
}

async function carryOutStep(execution: Execution, step: RunStep): Promise<Verdict> {
  // Whoever asked is gone, or was us before: what it wrote is ours to go on with.
  if (step.state !== 'waiting') await adopt(execution, step)
  for (;;) {
    execution.leaveIfTold()
    if (isStepOver(step.state)) return null
    const stop = await nextMove(execution, step)
    if (stop !== null) return stop
  }
}

/** One move of a step that is not over, by where it stands. */
function nextMove(execution: Execution, step: RunStep): Promise<Verdict> {
  switch (step.state) {
    case 'waiting':
      return askStep(execution, step)
    case 'asking':
      return recallStep(execution, step)
    case 'following':
      return followStep(execution, step)
    case 'verifying':
      return proveStep(execution, step)
    case 'done':
    case 'already-so':
    case 'skipped':
    case 'failed':
    case 'unsure':
      return Promise.resolve(null)
    default:
      return unreachable(step.state)
  }
}

async function adopt({ writer, run, input }: Execution, step: RunStep): Promise<void> {
  const adopted = await writer.fenced((tx) => adoptStep(tx, run.id, step, input.lease.epoch))
  if (!adopted) throw new LeaseLost(run.id)
}
