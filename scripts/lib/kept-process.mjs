import { setTimeout as wait } from 'node:timers/promises'
import { afterCrash, NO_FAILURES } from './backoff.mjs'
import { endProcess, markOf } from './processes.mjs'

/**
 * One run of a process.
 * @typedef {{ pid: number, exited: Promise<{ code: number | null, signal: NodeJS.Signals | null }> }} Run
 */

/**
 * Keeps a process running: when it ends unasked it is started again after a growing, bounded rest, until `stop`.
 * @template {Run} R
 * @param {{
 *   name: string, start: () => Promise<R>, stopSignals: readonly { signal: NodeJS.Signals, patienceMs: number }[],
 *   onStart: (run: R) => void, onEnd: (run: R) => void, say: (line: string) => void
 * }} input `say` gets one line per crash, with its reason
 * @returns {Promise<{ current: () => R | null, restart: () => Promise<void>, stop: () => Promise<void> }>} once it was started the first time
 */
export async function keepRunning({ name, start, stopSignals, onStart, onEnd, say }) {
  const stopping = new AbortController()
  let backoff = NO_FAILURES
  let restarting = false
  /** @type {Promise<void>} */
  let afterlife = Promise.resolve()
  /** @type {R | null} */
  let run = await begin()

  /** @returns {Promise<R>} */
  async function begin() {
    const began = await start()
    onStart(began)
    const startedAt = performance.now()
    afterlife = began.exited
      .then(({ code, signal }) => ended(began, performance.now() - startedAt, signal ?? `exit code ${code}`))
      .catch(reportBug)
    return began
  }

  /** @param {R} finished @param {number} ranForMs @param {string} reason */
  async function ended(finished, ranForMs, reason) {
    run = null
    onEnd(finished)
    if (stopping.signal.aborted) return
    backoff = restarting ? NO_FAILURES : afterCrash(backoff, ranForMs)
    if (!restarting) say(`The ${name} ended unexpectedly (${reason}) and starts again in ${backoff.delayMs} ms.`)
    restarting = false
    while (run === null) {
      if (await interrupted(backoff.delayMs, stopping.signal)) return
      try {
        run = await begin()
      } catch (error) {
        backoff = afterCrash(backoff, 0)
        say(
          `The ${name} could not be started: ${error instanceof Error ? error.message : String(error)} Next try in ${backoff.delayMs} ms.`,
        )
      }
    }
    if (stopping.signal.aborted) await endProcess(markOf(run.pid), stopSignals)
  }

  return {
    current: () => run,
    async restart() {
      if (run === null) return
      restarting = true
      await endProcess(markOf(run.pid), stopSignals)
    },
    async stop() {
      stopping.abort()
      if (run !== null) await endProcess(markOf(run.pid), stopSignals)
      await afterlife
    },
  }
}

/** @param {unknown} error */
function reportBug(error) {
  // A throw here is our bug, not the process's: let it end the launcher with its stack.
  queueMicrotask(() => {
    throw error
  })
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<boolean>} true when aborted meanwhile */
async function interrupted(ms, signal) {
  try {
    await wait(ms, undefined, { signal })
    return signal.aborted
  } catch (error) {
    if (signal.aborted) return true
    throw error
  }
}
