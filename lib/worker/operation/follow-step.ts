/** following → verifying, or its end is a failure. */
import type { TaskEnd } from '@/lib/domain/command'
import type { Reason } from '@/lib/domain/reason'
import { holds } from '@/lib/engine/plan/conditions'
import { type RunStep, releaseSlots } from '@/lib/store/operation-steps'
import { type Execution, Left, type Verdict } from './execution'
import { followTask } from './follow'
import { isProvenByState } from './prove-step'

export async function followStep(execution: Execution, step: RunStep): Promise<Verdict> {
  const { input, run } = execution
  const { task } = step
  if (task === null) throw new Error(`${step.key} of ${run.id} follows no task`)
  const commands = await input.commands()
  if (!commands.ok) return waitForHost(execution, step, commands.why)
  const followed = await followTask({
    commands: commands.value,
    task,
    patience: input.patience,
    signal: input.signal,
    show: (shown) => execution.show(step, shown),
    goOn: async () => (await execution.cancelledBy()) === null,
  })
  if (followed.how === 'left') throw new Left()
  if (followed.how === 'given-up') return { state: 'needs-attention', why: followed.why, to: 'unsure' }
  step.progress = followed.progress
  return endTask(execution, step, followed.end)
}

async function endTask(execution: Execution, step: RunStep, end: TaskEnd): Promise<Verdict> {
  const { input, run, writer, space } = execution
  if (end.ended === 'succeeded') {
    await writer.move(step, 'verifying', {
      warnings: end.warnings,
      within: async (tx) => {
        await space.measure(tx, step, input.now())
        await releaseSlots(tx, run.id)
      },
    })
    return null
  }
  // What the task says and what is are two things: a guest that is as wanted is as wanted.
  if (await isProvenByState(execution, step, end.ended === 'failed' ? end.why : null)) return null
  if (end.ended === 'lost') return { state: 'needs-attention', why: end.why, to: 'unsure' }
  const untouched = isUntouched(execution, step) && step.proof === 'state' && !execution.anythingDone(step)
  return { state: untouched ? 'failed' : 'needs-attention', why: end.why, to: 'failed' }
}

/** Whether the guest is as it was before: nothing locked, nothing half-made. */
function isUntouched({ guest }: Execution, step: RunStep): boolean {
  if (guest == null || holds(step.before, guest) !== 'yes' || guest.facts.lock !== null) return false
  const snapshots = guest.snapshots.unread === null ? guest.snapshots.value : null
  return snapshots?.items.every(({ incomplete }) => !incomplete) ?? false
}

/** The connection cannot be opened while a task of ours runs behind it. */
async function waitForHost(execution: Execution, step: RunStep, why: Reason): Promise<Verdict> {
  const { input } = execution
  await execution.showWhy(step, why)
  const asked = step.askedAt ?? input.now()
  const waited = Date.parse(input.now()) - Date.parse(asked)
  const by = await execution.cancelledBy()
  if (by !== null || waited >= input.patience.hung) return { state: 'needs-attention', why, to: 'unsure' }
  await execution.rest(10)
  return null
}
