/** The clockwork: runs tasks one at a time, periodically and when woken, and outlives whatever they throw. */
import type { Millis } from '@/lib/domain/units'
import { faultOf, type Log } from './log'

export type Task = {
  /** Runs it as soon as it is not running; wakes during a run lead to one more run. */
  wake(): void
  /** No further run begins; resolves when the one under way is over. */
  stop(): Promise<void>
}

/** While the same thing goes on failing, the log says so this often. */
const REPEAT_FAILURE_AFTER: Millis = 60_000

/**
 * Runs `work` at once, then every `interval` ms after the end of the last run, and when woken. Woken during a run or
 * less than `rest` ms after it, it waits until that long after it. A throw is logged (the same one not more than once a
 * minute) and does not end the task: the database comes back.
 */
export function periodically(
  name: string,
  interval: Millis,
  work: () => Promise<void>,
  log: Log,
  rest: Millis = 0,
): Task {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> | null = null
  let woken = false
  let stopped = false
  let restUntil = 0
  let failure: { text: string; at: number } | null = null

  const once = async (): Promise<void> => {
    try {
      await work()
      if (failure !== null) log.info({ task: name }, 'works again')
      failure = null
    } catch (error) {
      const fault = faultOf(error)
      const text = `${fault.code}: ${fault.text}`
      if (failure?.text === text && performance.now() - failure.at < REPEAT_FAILURE_AFTER) return
      failure = { text, at: performance.now() }
      log.error({ task: name, fault }, 'failed; trying again')
    }
  }

  const run = (): void => {
    if (stopped) return
    if (running !== null) {
      woken = true
      return
    }
    if (timer !== null) clearTimeout(timer)
    timer = null
    const resting = restUntil - performance.now()
    if (resting > 0) {
      timer = setTimeout(run, resting)
      return
    }
    woken = false
    running = once().then(() => {
      running = null
      restUntil = performance.now() + rest
      if (stopped) return
      if (woken) run()
      else timer = setTimeout(run, interval)
    })
  }

  run()
  return {
    wake: run,
    stop: async () => {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await running
    },
  }
}
