/** Something the hypervisor does with the guest right now. Ours would wait for it, fail, or interrupt it. */
import { blocks, type CheckRule, passes } from './rule'

export const noTaskRunning: CheckRule = {
  id: 'no-task-running',
  judge({ context: { known }, intent }) {
    if (intent.do === 'repair' && (intent.repair.fix === 'thaw' || intent.repair.fix === 'finish-job')) return null
    const [first] = known.facts.tasks ?? []
    if (first === undefined) return passes({ told: known.facts.tasks !== null })
    return blocks(
      'guard',
      { code: 'guest-busy', task: first.task },
      { task: first.task, by: first.by, since: first.since },
    )
  },
}
