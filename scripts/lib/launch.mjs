import { join } from 'node:path'
import { ALL_PARTS, ensureBuilt } from './build.mjs'
import { lockDataDirectory, openDataDirectory } from './data-directory.mjs'
import { ensureInstalled } from './install.mjs'
import { endLeftovers } from './leftovers.mjs'
import { readOptions, USAGE } from './options.mjs'
import { requireFreePort } from './ports.mjs'
import { npmAbove, stillRuns } from './processes.mjs'
import { openRotatingLog } from './rotating-log.mjs'

// Nothing above may need node_modules: this is what makes it.

const PARENT_POLL_MS = 1_000

/**
 * `npm start` and `npm run dev` from the first check to the orderly end.
 * @param {{ args: readonly string[], development: boolean }} input
 * @returns {Promise<void>} resolves when everything has ended in order
 * @throws {import('./problem.mjs').Problem} with one line for what a person has to put right
 */
export async function launch({ args, development }) {
  keepGoingWithoutReaders()
  const options = readOptions(args, process.env)
  if (options === 'help') {
    process.stdout.write(USAGE)
    return
  }
  const stopping = stopOnSignals()
  const data = openDataDirectory(options.data)
  const lock = await lockDataDirectory(data, 'server')
  /** @type {(() => void) | null} */
  let releaseCheckout = null
  try {
    const log = openRotatingLog(join(data.logs, 'start.log'))
    /** @param {string} line */
    const say = (line) => {
      log.write(`${new Date().toISOString()} ${line}\n`)
      process.stderr.write(`${line}\n`)
    }
    await endLeftovers(data)
    await requireFreePort(options.host, options.port)
    await ensureInstalled({ dev: development, say, signal: stopping })
    const { release } = await ensureBuilt({
      parts: development ? ALL_PARTS.filter((part) => part !== 'next') : ALL_PARTS,
      say,
      signal: stopping,
      // A development server makes its pages anew by itself.
      ...(development ? {} : { servesFrom: data.root }),
    })
    releaseCheckout = release
    if (stopping.aborted) return
    const { runInstallation } = await import('./installation.mjs')
    const { watchWorker } = await import('./watch-worker.mjs')
    await runInstallation({
      options,
      data,
      development,
      stopping,
      say,
      print: (line) => process.stdout.write(`${line}\n`),
      ...(development ? { watchWorker } : {}),
    })
  } catch (error) {
    if (!stopping.aborted) throw error
  } finally {
    releaseCheckout?.()
    lock.release()
  }
}

/**
 * Asked once: end in order. Asked twice by a person: end now; the watchdog and the next start clean up.
 * npm itself may be killed without a chance to pass that on: then it is gone, and we end in order too.
 */
function stopOnSignals() {
  const controller = new AbortController()
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (controller.signal.aborted && signal === 'SIGINT') process.exit(130)
      controller.abort()
    })
  }
  const npm = process.env.npm_lifecycle_event === undefined ? null : npmAbove()
  if (npm !== null) {
    setInterval(() => {
      if (!stillRuns(npm)) controller.abort()
    }, PARENT_POLL_MS).unref()
  }
  return controller.signal
}

/** `npm start | head -1` closes our stdout, a closed terminal closes both: no reason to end. */
function keepGoingWithoutReaders() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (!('code' in error) || !['EPIPE', 'EIO'].includes(String(error.code))) throw error
    })
  }
}
