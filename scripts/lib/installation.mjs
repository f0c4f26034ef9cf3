import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { removeRuntime, writeRuntime } from './data-directory.mjs'
import { prepareDemo } from './demo.mjs'
import { readStartFacts, waitForDatabase } from './facts.mjs'
import { waitForHealth } from './health-wait.mjs'
import { ensureInstanceKey } from './instance-key.mjs'
import { keepRunning } from './kept-process.mjs'
import { migrate } from './migrate.mjs'
import { authority, explainListenFailure, reachable } from './ports.mjs'
import { startPostgres } from './postgres.mjs'
import { errorCode, Problem } from './problem.mjs'
import { markOf } from './processes.mjs'
import { startProgram } from './programs.mjs'
import { openRotatingLog } from './rotating-log.mjs'
import { ensureSetupCode } from './setup-code.mjs'
import { startWatchdog } from './watchdog-client.mjs'

/** @typedef {import('./options.mjs').Options} Options */
/** @typedef {import('./data-directory.mjs').DataDirectory} DataDirectory */
/** @typedef {import('./postgres.mjs').RunningPostgres} RunningPostgres */
/** @typedef {import('./programs.mjs').RunningProgram} RunningProgram */
/** @typedef {{ host: string, port: number }} Listening */

/** Web and worker end together, then the database; with its 3.5 s this stays under the 10 s we promise. */
const PROGRAM_SIGNALS = /** @type {const} */ ([{ signal: 'SIGTERM', patienceMs: 4_500 }])
const DATABASE_SIGNALS = /** @type {const} */ ([
  { signal: 'SIGINT', patienceMs: 2_500 },
  { signal: 'SIGQUIT', patienceMs: 1_000 },
])

/**
 * Runs one installation from the first process to the last: web (which answers 503 from its first moment), database,
 * migrations, worker; then prints the ready lines, keeps everything running, and ends it in order.
 * @param {{
 *   options: Options, data: DataDirectory, development: boolean, stopping: AbortSignal,
 *   say: (line: string) => void, print: (line: string) => void,
 *   watchWorker?: (rebuilt: () => void) => Promise<() => Promise<void>>
 * }} input `say` is for people's information (stderr), `print` for the lines others rely on (stdout)
 * @throws {Problem} when it cannot start
 */
export async function runInstallation(input) {
  const { options, data, say, stopping } = input
  const installation = new Installation(input)
  try {
    await installation.start()
    say(`Logs are in ${data.logs}.`)
    await untilAborted(stopping)
    say('Stopping …')
  } catch (error) {
    // Asked to end while starting: that is an orderly end, whatever the half-started thing said about it.
    if (!stopping.aborted) throw error
  } finally {
    await installation.stop()
  }
  say(`Snapwarden on ${options.data} has ended.`)
}

class Installation {
  #input
  #watchdog = startWatchdog()
  #instance = randomUUID()
  /** @type {{ name: string, pid: number }[]} */
  #children = []
  /** @type {Awaited<ReturnType<typeof keepRunning<RunningProgram>>> | null} */
  #web = null
  /** @type {Awaited<ReturnType<typeof keepRunning<RunningProgram>>> | null} */
  #worker = null
  /** @type {Awaited<ReturnType<typeof keepRunning<RunningPostgres>>> | null} */
  #database = null
  /** @type {(() => Promise<void>) | null} */
  #endWatching = null
  #phase = 'starting'
  #databaseUrl = ''
  /** @type {Listening | null} */
  #listening = null
  #url = ''
  #ready = false

  /** @param {Parameters<typeof runInstallation>[0]} input */
  constructor(input) {
    this.#input = input
  }

  async start() {
    const { options, data, print, stopping } = this.#input
    const listening = await this.#startWeb()
    this.#listening = listening
    this.#url = options.publicUrl ?? `http://${authority(listening.host, listening.port)}`
    stopping.throwIfAborted()
    await this.#startDatabase()
    stopping.throwIfAborted()
    this.#enter('migrating')
    await migrate({ url: this.#databaseUrl })
    const facts = await readStartFacts(this.#databaseUrl)
    ensureInstanceKey({ file: options.keyFile, somethingSealed: facts.somethingSealed })
    const setupCode = options.demo ? null : ensureSetupCode({ file: data.setupCode, ...facts })
    this.#enter('serving')
    await this.#startWorker()
    await waitForHealth({ host: reachable(listening.host), port: listening.port, signal: stopping, logs: data.logs })
    const demo = options.demo ? await prepareDemo(data) : null
    this.#ready = true
    this.#noteRuntime()
    print(`Snapwarden ready: ${this.#url}`)
    if (demo !== null) print(`Demo administrator: ${demo.email} ${demo.password}`)
    if (setupCode !== null) print(`Set-up code: ${setupCode}`)
  }

  async stop() {
    await this.#endWatching?.()
    await Promise.all([this.#web?.stop(), this.#worker?.stop()])
    await this.#database?.stop()
    this.#watchdog.stop()
    removeRuntime(this.#input.data)
  }

  /** @returns {Promise<Listening>} */
  async #startWeb() {
    const { options, data, development, say } = this.#input
    /** @type {number | null} */
    let boundPort = null
    return new Promise((resolve, reject) => {
      keepRunning({
        name: 'web server',
        stopSignals: PROGRAM_SIGNALS,
        say,
        ...this.#bookkeeping('web', 'program'),
        start: async () => {
          const port = boundPort ?? options.port
          const values = {
            ...this.#environment(),
            PORT: String(port),
            SNAPWARDEN_HOST: options.host,
            ...(development ? { SNAPWARDEN_DEV: '1' } : {}),
          }
          const run = startProgram({ name: 'web', values, logFile: join(data.logs, 'web.log'), development })
          run.onMessage((message) => {
            const { listening, refused } = /** @type {{ listening?: number, refused?: string }} */ (message)
            if (listening !== undefined) {
              boundPort = listening
              // It hears us from now on: a message sent earlier would find no listener.
              run.send(this.#phaseMessage())
              resolve({ host: options.host, port: listening })
            }
            if (refused !== undefined && boundPort === null) {
              reject(
                explainListenFailure(refused, options.host, options.port) ?? new Error(`listening failed: ${refused}`),
              )
            }
          })
          run.exited.then(({ code }) => {
            if (boundPort === null)
              reject(
                new Problem(
                  `The web server ended before it listened (exit code ${code}): see ${join(data.logs, 'web.log')}.`,
                  { exitCode: 1 },
                ),
              )
          }, reject)
          return run
        },
      }).then((kept) => {
        this.#web = kept
      }, reject)
    })
  }

  async #startDatabase() {
    const { options, data, say, stopping } = this.#input
    if (options.databaseUrl !== null) {
      this.#databaseUrl = options.databaseUrl
      await waitForDatabase({ url: options.databaseUrl, signal: stopping })
      return
    }
    const log = openRotatingLog(join(data.logs, 'postgres.log'))
    this.#database = await keepRunning({
      name: 'database',
      stopSignals: DATABASE_SIGNALS,
      say,
      ...this.#bookkeeping('database', 'database'),
      start: async () => {
        const former = this.#databaseUrl === '' ? {} : { port: Number(new URL(this.#databaseUrl).port) }
        const run = await startPostgres({
          directory: data.database,
          passwordFile: data.databasePassword,
          log: log.write,
          ...former,
        })
        if (run.url !== this.#databaseUrl) await this.#databaseMoved(run.url)
        return run
      },
    })
  }

  /** The port was taken while the database was down: those who use it start again with the new address. @param {string} url */
  async #databaseMoved(url) {
    const first = this.#databaseUrl === ''
    this.#databaseUrl = url
    this.#noteRuntime()
    if (!first) await Promise.all([this.#web?.restart(), this.#worker?.restart()])
  }

  async #startWorker() {
    const { data, development, say } = this.#input
    this.#worker = await keepRunning({
      name: 'worker',
      stopSignals: PROGRAM_SIGNALS,
      say,
      ...this.#bookkeeping('worker', 'program'),
      start: async () =>
        startProgram({
          name: 'worker',
          values: this.#environment(),
          logFile: join(data.logs, 'worker.log'),
          development,
        }),
    })
    const worker = this.#worker
    this.#endWatching = (await this.#input.watchWorker?.(() => void worker.restart())) ?? null
  }

  /**
   * @param {string} name
   * @param {'program' | 'database'} kind
   */
  #bookkeeping(name, kind) {
    return {
      /** @param {import('./kept-process.mjs').Run} run */
      onStart: (run) => {
        this.#watchdog.watch(run.pid, kind)
        this.#children.push({ name, pid: run.pid })
        this.#noteRuntime()
      },
      /** @param {import('./kept-process.mjs').Run} run */
      onEnd: (run) => {
        this.#watchdog.forget(run.pid)
        this.#children = this.#children.filter((child) => child.pid !== run.pid)
      },
    }
  }

  /** Notes what runs. On a full disk the note stays old: worse for a start after a kill, no reason to end now. */
  #noteRuntime() {
    try {
      writeRuntime(this.#input.data, {
        pid: process.pid,
        url: this.#url,
        databaseUrl: this.#databaseUrl,
        migrated: this.#phase === 'serving',
        ready: this.#ready,
        children: this.#children.map(({ name, pid }) => ({ name, mark: markOf(pid) })),
      })
    } catch (error) {
      if (!['ENOSPC', 'EDQUOT', 'EIO'].includes(errorCode(error) ?? '')) throw error
      this.#input.say(`runtime.json could not be written (${errorCode(error)}).`)
    }
  }

  /** @param {string} phase */
  #enter(phase) {
    this.#phase = phase
    this.#noteRuntime()
    this.#web?.current()?.send(this.#phaseMessage())
  }

  #phaseMessage() {
    return this.#phase === 'serving' ? { phase: 'serving', environment: this.#environment() } : { phase: this.#phase }
  }

  /** @returns {Record<string, string>} */
  #environment() {
    const { options, data } = this.#input
    return {
      ...(this.#databaseUrl === '' ? {} : { DATABASE_URL: this.#databaseUrl }),
      // Links in notices begin with where the web server truly listens, also in the worker's.
      ...(this.#listening === null
        ? {}
        : { PORT: String(this.#listening.port), SNAPWARDEN_HOST: this.#listening.host }),
      SNAPWARDEN_DATA: data.root,
      SNAPWARDEN_KEY_FILE: options.keyFile,
      SNAPWARDEN_SETUP_CODE_FILE: data.setupCode,
      SNAPWARDEN_URL: options.publicUrl ?? '',
      SNAPWARDEN_TRUSTED_PROXIES: options.trustedProxies,
      SNAPWARDEN_DEMO: options.demo ? '1' : '',
      SNAPWARDEN_INSTANCE: this.#instance,
    }
  }
}

/** @param {AbortSignal} signal @returns {Promise<void>} */
function untilAborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
