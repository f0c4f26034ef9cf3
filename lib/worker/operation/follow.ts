/** Following one task: what it tells is shown at a pace a person can read, and exactly one end comes back. */
import type { TaskEnd, TaskRef, TaskUpdate } from '@/lib/domain/command'
import type { OperationStep } from '@/lib/domain/operation'
import type { Reason } from '@/lib/domain/reason'
import type { Millis } from '@/lib/domain/units'
import type { Commands } from '@/lib/hypervisors/port'
import type { Patience } from './patience'

/** Lines of one task that are kept; a task that says more repeats itself. */
const MAX_LINES = 2_000

export type Shown = { progress: OperationStep['progress']; why: Reason | null; lines: string[] }

/** `left` = we stopped following (the worker ends); `given-up` = a person does not want to wait for a hung task. */
export type Followed =
  | { how: 'ended'; end: TaskEnd; progress: OperationStep['progress'] }
  | { how: 'left' }
  | { how: 'given-up'; why: Reason }

export async function followTask(input: {
  commands: Commands
  task: TaskRef
  patience: Patience
  signal: AbortSignal
  show: (shown: Shown) => Promise<void>
  /** asked while the task is silent: whether to go on waiting */
  goOn: () => Promise<boolean>
}): Promise<Followed> {
  const { patience, signal } = input
  const leave = new AbortController()
  const updates = input.commands.follow(input.task, AbortSignal.any([signal, leave.signal]))[Symbol.asyncIterator]()
  let progress: OperationStep['progress'] = null
  let lines: string[] = []
  let kept = 0
  let shownAt = Number.NEGATIVE_INFINITY
  let toldAt = performance.now()
  let news = false
  const tell = async (why: Reason | null): Promise<void> => {
    shownAt = performance.now()
    news = false
    const told = lines
    lines = []
    await input.show({ progress, why, lines: told })
  }
  const take = (update: Exclude<TaskUpdate, { tells: 'end' }>): void => {
    news = true
    if (update.tells === 'log') {
      kept += 1
      if (kept <= MAX_LINES) lines.push(update.line)
    } else progress = { done: update.done, total: update.total, unit: update.unit }
  }
  try {
    let next = updates.next()
    for (;;) {
      const wait = news ? Math.max(0, patience.progress - (performance.now() - shownAt)) : patience.silence
      const came = await within(next, wait)
      if (came === null) {
        if (news) {
          await tell(null)
          continue
        }
        const silentForMillis = Math.round(performance.now() - toldAt)
        if (silentForMillis < patience.silence) continue
        const why: Reason = { code: 'hung', silentForMillis }
        await tell(why)
        if (silentForMillis >= patience.hung || !(await input.goOn())) return { how: 'given-up', why }
        continue
      }
      if (came.done === true) {
        if (signal.aborted) return { how: 'left' }
        return { how: 'ended', end: { ended: 'lost', why: { code: 'interrupted' } }, progress }
      }
      toldAt = performance.now()
      if (came.value.tells === 'end') {
        if (signal.aborted && came.value.end.ended === 'lost') return { how: 'left' }
        if (news) await tell(null)
        return { how: 'ended', end: came.value.end, progress }
      }
      take(came.value)
      if (performance.now() - shownAt >= patience.progress) await tell(null)
      next = updates.next()
    }
  } finally {
    leave.abort()
  }
}

/** What `work` gives, or null when it has not within `millis`; it is not ended by that. */
async function within<T>(work: Promise<T>, millis: Millis): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), millis)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
