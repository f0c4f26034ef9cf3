import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BUNDLES } from './build-bundle.mjs'
import { root } from './root.mjs'
import { openRotatingLog } from './rotating-log.mjs'

/**
 * How each program runs.
 *
 * The worker reads in short bursts: with V8's usual young generation (up to 3 × 16 MB) hundreds of idle connections
 * hold some 25 MB of garbage more, measured, and gain nothing from it. The first inventory of 5,000 guests made 358 MB
 * of it at its most; collecting sooner keeps it at 235 MB and costs a second of the forty it takes. V8's memory reducer
 * would make idle memory smaller by moving all of it at once, 27 ms in one piece, for 12 MB: it is off.
 *
 * The web server answers with lists and trees of up to a megabyte: left alone, V8 lets garbage grow with the machine's
 * memory. Collecting sooner keeps it some 40 MB smaller at 10,000 guests, without a bound that could end it. It goes
 * without source maps, which Node would load for all of Next (60 MB more); our own part of it is one small file.
 */
const RUNTIME_FLAGS = {
  web: ['--max-semi-space-size=4', '--heap-growing-percent=40'],
  worker: ['--enable-source-maps', '--max-semi-space-size=4', '--heap-growing-percent=40', '--no-memory-reducer'],
}

/**
 * A running program of ours.
 * @typedef {import('./kept-process.mjs').Run & {
 *   send: (message: object) => void, onMessage: (listener: (message: unknown) => void) => void
 * }} RunningProgram
 */

/**
 * Starts the web or the worker program. What it writes goes to its log; the environment in `values` travels over IPC.
 * @param {{
 *   name: 'web' | 'worker', values: Record<string, string>, logFile: string, development: boolean
 * }} input
 * @returns {RunningProgram}
 */
export function startProgram({ name, values, logFile, development }) {
  const preload = pathToFileURL(join(root, 'scripts', 'lib', 'child-preload.mjs')).href
  const child = spawn(
    process.execPath,
    [...RUNTIME_FLAGS[name], '--import', preload, join(root, BUNDLES[name].output)],
    {
      cwd: root,
      env: {
        ...inheritedEnvironment(),
        NODE_ENV: development ? 'development' : 'production',
        NEXT_TELEMETRY_DISABLED: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Its own process group: on Ctrl-C the launcher ends everything in order, the terminal must not do it first.
      detached: true,
    },
  )
  const log = openRotatingLog(logFile)
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => log.write(chunk))
  // The channel of a program that is just ending may break under a message; its end is handled by `exited`.
  const ignoreBrokenChannel = () => undefined
  child.send({ environment: values }, ignoreBrokenChannel)
  return {
    pid: child.pid ?? 0,
    exited: new Promise((resolve) => {
      child.on('error', (error) => {
        log.write(`${error.stack}\n`)
        if (child.pid === undefined) resolve({ code: null, signal: null })
      })
      child.on('close', (code, signal) => {
        log.close()
        resolve({ code, signal })
      })
    }),
    send: (message) => {
      if (child.connected) child.send(message, ignoreBrokenChannel)
    },
    onMessage: (listener) => {
      child.on('message', listener)
    },
  }
}

/** The environment a program inherits: ours without the database's address, which holds a password. */
function inheritedEnvironment() {
  const { DATABASE_URL: _travelsOverIpc, ...rest } = process.env
  return rest
}
