import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { markOf } from './processes.mjs'
import { root } from './root.mjs'

/** How a process is asked to end once its launcher was killed: all of it fits in 5 seconds. */
const AFTER_A_KILL = {
  database: [
    { signal: /** @type {const} */ ('SIGINT'), patienceMs: 1_500 },
    { signal: /** @type {const} */ ('SIGQUIT'), patienceMs: 1_000 },
  ],
  program: [{ signal: /** @type {const} */ ('SIGTERM'), patienceMs: 2_000 }],
}

const RESTART_DELAY_MS = 500

/**
 * Starts the watchdog and keeps it running.
 * @returns {{
 *   watch: (pid: number, kind: 'database' | 'program') => void, forget: (pid: number) => void, stop: () => void
 * }}
 */
export function startWatchdog() {
  /** @type {Map<number, 'database' | 'program'>} */
  const watched = new Map()
  let stopping = false
  let child = launch()

  function launch() {
    const process_ = spawn(process.execPath, [join(root, 'scripts', 'lib', 'watchdog.mjs')], {
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    // It may end while we write to it: the restart below tells the new one everything again.
    process_.stdin.on('error', () => undefined)
    process_.on('close', () => {
      if (!stopping) setTimeout(relaunch, RESTART_DELAY_MS)
    })
    return process_
  }

  function relaunch() {
    if (stopping) return
    child = launch()
    for (const [pid, kind] of watched) tell({ watch: { mark: markOf(pid), signals: AFTER_A_KILL[kind] } })
  }

  /** @param {object} message */
  function tell(message) {
    if (child.stdin.writable) child.stdin.write(`${JSON.stringify(message)}\n`)
  }

  return {
    watch(pid, kind) {
      watched.set(pid, kind)
      tell({ watch: { mark: markOf(pid), signals: AFTER_A_KILL[kind] } })
    },
    forget(pid) {
      watched.delete(pid)
      tell({ forget: pid })
    },
    stop() {
      stopping = true
      tell({ done: true })
      child.stdin.end()
    },
  }
}
