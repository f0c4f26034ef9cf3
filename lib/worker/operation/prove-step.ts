/** verifying → done, when a fresh reading shows what was promised. */
import type { KnownGuest } from '@/lib/domain/known'
import type { Reason } from '@/lib/domain/reason'
import { holds } from '@/lib/engine/plan/conditions'
import { writeNoteOf } from '@/lib/store/operation-note'
import { type RunStep, releaseSlots } from '@/lib/store/operation-steps'
import type { Tx } from '@/lib/store/tx'
import { concludeRun } from './end-run'
import type { Execution, Verdict } from './execution'

export async function proveStep(execution: Execution, step: RunStep): Promise<Verdict> {
  const { run, input, writer } = execution
  const began = performance.now()
  const { patience } = input
  for (let tries = 0; ; tries += 1) {
    const read = await execution.look(step.storages.length > 0)
    if (read.ok && holds(step.after, read.value) === 'yes') {
      const within = (tx: Tx) => writeNoteOf(tx, run, step, input.now())
      // The reading that proves the last step proves the whole: both are told at once.
      if (step === run.steps.at(-1)) await concludeRun(execution, { step, to: 'done', why: null, within })
      else await writer.move(step, 'done', { within })
      return null
    }
    const waited = performance.now() - began
    const cancelled = !read.ok && (await execution.cancelledBy()) !== null
    if (waited >= (read.ok ? patience.after : patience.host) || cancelled) {
      const why = read.ok ? whyNotProven(execution, step, read.value) : read.why
      return { state: 'needs-attention', why, to: 'unsure' }
    }
    if (!read.ok) await execution.showWhy(step, read.why)
    await execution.rest(tries)
  }
}

function whyNotProven({ run }: Execution, step: RunStep, guest: KnownGuest | null): Reason {
  if (guest === null) return { code: 'missing', what: 'guest', name: run.guestName }
  return { code: 'not-as-predicted', differences: [{ differs: 'step', step: step.key }] }
}

/** Whether one fresh reading proves the step without its task; then it is moved on to be verified. */
export async function isProvenByState(
  execution: Execution,
  step: RunStep,
  despite: Reason | null = null,
): Promise<boolean> {
  const read = await execution.look()
  if (!read.ok || step.proof !== 'state' || holds(step.after, read.value) !== 'yes') return false
  const warnings = despite === null ? [] : [despite.code === 'task-failed' ? despite.text : despite.code]
  await execution.writer.move(step, 'verifying', { warnings, within: (tx) => releaseSlots(tx, execution.run.id) })
  return true
}
