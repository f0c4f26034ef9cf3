/** waiting → asking → following; or it is so already; or it must not be asked. */
import type { Reason } from '@/lib/domain/reason'
import { whyNotAsked } from '@/lib/engine/operation/evidence'
import { holds } from '@/lib/engine/plan/conditions'
import { type RunStep, releaseSlots } from '@/lib/store/operation-steps'
import type { Execution, Stop, Verdict } from './execution'
import { mayStillAsk } from './may-ask'
import { LEASE_SAFE } from './patience'
import { waitForSlots } from './slots'

export async function askStep(execution: Execution, step: RunStep): Promise<Verdict> {
  const { input, run, writer } = execution
  const [by, denied] = await Promise.all([execution.cancelledBy(), mayStillAsk(input.store, run, step)])
  if (by !== null) return cancelled(by)
  if (denied !== null) return mayNotGoOn(execution, step, denied)
  const commands = await input.commands()
  if (!commands.ok && commands.why.code === 'observe-only') return mayNotGoOn(execution, step, commands.why)
  if (!(await waitForSlots(execution, step))) return null
  const ready = await untilReady(execution, step)
  if (ready !== 'ask') return ready === 'so' ? null : ready
  if (!commands.ok) return mayNotGoOn(execution, step, commands.why)
  // A host that answers late, or a guest that was locked, can have taken minutes.
  const deniedSince = await mayStillAsk(input.store, run, step)
  if (deniedSince !== null) return mayNotGoOn(execution, step, deniedSince)
  await writer.move(step, 'asking', { asked: true, task: null })
  // The write above renewed the lease; should this process have slept since, another worker may own it.
  if (performance.now() - writer.provenAt > LEASE_SAFE) return null
  const taken = await commands.value.submit(step.command, input.signal)
  if (taken.ok) {
    await writer.move(step, 'following', { task: taken.value })
    return null
  }
  // Lost or cut off on the way: the hypervisor may have taken it. It is asked, the command is not sent again.
  if (taken.why.code === 'unsure' || taken.why.code === 'interrupted') return null
  return { state: execution.anythingDone() ? 'needs-attention' : 'failed', why: taken.why, to: 'failed' }
}

/** Looks at the guest until it is told whether the step may be asked, or is so already. */
async function untilReady(execution: Execution, step: RunStep): Promise<'ask' | 'so' | Stop> {
  const { run, input, writer } = execution
  const until = performance.now() + input.patience.before
  for (let tries = 0; ; tries += 1) {
    const read = await execution.look()
    if (read.ok) {
      if (step.proof === 'state' && holds(step.after, read.value) === 'yes') {
        await writer.move(step, 'already-so', { within: (tx) => releaseSlots(tx, run.id) })
        return 'so'
      }
      const before = holds(step.before, read.value)
      if (before === 'yes') return 'ask'
      const locked = read.value !== null && read.value.facts.lock !== null
      // A lock of somebody else's short task goes by itself; anything else that differs was decided by somebody.
      if (before === 'no' && !locked) return notAsked(execution, step, whyNotAsked(step, read.value, run.createdAt))
    }
    if (performance.now() >= until) {
      return notAsked(execution, step, read.ok ? whyNotAsked(step, read.value, run.createdAt) : read.why)
    }
    await execution.rest(tries)
    const by = await execution.cancelledBy()
    if (by !== null) return cancelled(by)
  }
}

const cancelled = (by: string): Stop => ({ state: 'cancelled', why: { code: 'cancelled', by }, to: 'skipped' })

/** Nothing of this step was sent. After earlier steps the guest stands in between, and a person should know. */
export function notAsked(execution: Execution, step: RunStep, why: Reason): Stop {
  return { state: execution.anythingDone(step) ? 'needs-attention' : 'failed', why, to: 'failed' }
}

/** A step that others do not wait for only fails: what was done before it is proven at the end as always. */
const mayNotGoOn = (execution: Execution, step: RunStep, why: Reason): Stop =>
  step.onFail === 'continue' ? { state: 'failed', why, to: 'failed' } : notAsked(execution, step, why)
