/** asking → following, waiting or verifying, by what the hypervisor says it took. */
import type { Recall } from '@/lib/domain/command'
import type { RunStep } from '@/lib/store/operation-steps'
import { notAsked } from './ask-step'
import type { Execution, Stop, Verdict } from './execution'
import { MOST_ASKED } from './patience'
import { isProvenByState } from './prove-step'

export async function recallStep(execution: Execution, step: RunStep): Promise<Verdict> {
  const { writer } = execution
  const recalled = await askWhatWasTaken(execution, step)
  if ('state' in recalled) return recalled
  if (recalled.recalled === 'taken') {
    await writer.move(step, 'following', { task: recalled.task })
    return null
  }
  if (recalled.recalled === 'not-taken') {
    if (step.askedTimes >= MOST_ASKED) return notAsked(execution, step, { code: 'interrupted' })
    await writer.move(step, 'waiting', { task: null })
    return null
  }
  return (await isProvenByState(execution, step)) ? null : unsure(step)
}

/** Asks the hypervisor until it answers, or a person has to look. */
async function askWhatWasTaken(execution: Execution, step: RunStep): Promise<Recall | Stop> {
  const { input } = execution
  const since = step.askedAt ?? input.now()
  const until = performance.now() + input.patience.host
  for (let tries = 0; ; tries += 1) {
    execution.leaveIfTold()
    const commands = await input.commands()
    const answer = commands.ok ? await commands.value.recall(step.command, since, input.signal) : commands
    if (answer.ok) return answer.value
    execution.leaveIfTold()
    await execution.showWhy(step, answer.why)
    const by = await execution.cancelledBy()
    if (by !== null || performance.now() >= until) return unsure(step)
    await execution.rest(tries)
  }
}

const unsure = (step: RunStep): Stop => ({
  state: 'needs-attention',
  why: { code: 'unsure', asked: step.command.do },
  to: 'unsure',
})
