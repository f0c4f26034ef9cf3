import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { freeLoopbackPort } from './ports.mjs'
import { findPostgresBinaries } from './postgres-binaries.mjs'
import { databaseEnvironment, EMBEDDED_ROLE, ensureCluster, explainFailure } from './postgres-cluster.mjs'
import { choosePostgresIdentity, userOf } from './postgres-identity.mjs'
import { errorCode, Problem } from './problem.mjs'
import { endProcess, isAlive, markOf, processesIn } from './processes.mjs'

/**
 * A running embedded PostgreSQL.
 * @typedef {{
 *   url: string, port: number, pid: number,
 *   exited: Promise<{ code: number | null, signal: NodeJS.Signals | null }>,
 *   stop: () => Promise<void>
 * }} RunningPostgres
 * `url` holds the password: it never goes to a log or a command line.
 */

/** PostgreSQL's own words: SIGINT = fast shutdown (sessions are cut, nothing is lost), SIGQUIT = immediate. */
const SHUTDOWN = /** @type {const} */ ([
  { signal: 'SIGINT', patienceMs: 2_500 },
  { signal: 'SIGQUIT', patienceMs: 1_000 },
])
/** Recovery after a crash replays the log; how long depends on the disk, so we wait while the server lives. */
const READY_TIMEOUT_MS = 300_000
const POLL_MS = 15
const START_TRIES = 4

/**
 * Starts the PostgreSQL that belongs to a directory, making it at the first call. A server left running on the same
 * files by a launcher that was killed is ended first (in order), and a stale pid file does not matter.
 * @param {{
 *   directory: string, passwordFile: string, log: (text: string) => void,
 *   durable?: boolean, settings?: Record<string, string>, port?: number
 * }} options `directory` holds only PostgreSQL's files; `log` gets the server's messages; `port` is tried first;
 *   `durable: false` is for throw-away databases
 * @returns {Promise<RunningPostgres>}
 * @throws {Problem} with one line for what a person has to put right
 */
export async function startPostgres(options) {
  const binaries = findPostgresBinaries()
  mkdirSync(dirname(options.directory), { recursive: true, mode: 0o700 })
  const directory = join(
    realpathSync(dirname(options.directory)),
    options.directory.slice(dirname(options.directory).length + 1),
  )
  const identity = await choosePostgresIdentity({ postgres: binaries.postgres, directory })
  const durable = options.durable ?? true
  await endLeftoverServer(directory)
  const password = await ensureCluster({ binaries, identity, directory, passwordFile: options.passwordFile, durable })

  let output = ''
  for (let attempt = 1; attempt <= START_TRIES; attempt += 1) {
    const port = attempt === 1 && options.port !== undefined ? options.port : await freeLoopbackPort()
    const server = launchServer({
      binaries,
      identity,
      directory,
      port,
      durable,
      settings: options.settings ?? {},
      log: options.log,
    })
    if (await becameReady(server, directory)) {
      const base = `postgresql://${EMBEDDED_ROLE}:${password}@127.0.0.1:${port}`
      await ensureDatabase(base)
      return {
        url: `${base}/${EMBEDDED_ROLE}`,
        port,
        pid: server.pid,
        exited: server.exited,
        stop: () => endProcess(markOf(server.pid), SHUTDOWN),
      }
    }
    output = server.output()
    // Someone took the port, or the last helpers of a killed server still hold its memory: both pass.
    if (!/Address already in use|could not bind|shared memory block|lock file/.test(output)) break
    await wait(250 * attempt)
    await endLeftoverServer(directory)
  }
  throw explainFailure(output, `PostgreSQL did not start on ${directory}`)
}

/**
 * @param {{
 *   binaries: import('./postgres-binaries.mjs').PostgresBinaries,
 *   identity: import('./postgres-identity.mjs').Identity,
 *   directory: string, port: number, durable: boolean, settings: Record<string, string>, log: (text: string) => void
 * }} input
 */
function launchServer({ binaries, identity, directory, port, durable, settings, log }) {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // TCP on the loopback with a password: a socket's path must fit 107 bytes, and a data directory need not.
    unix_socket_directories: '',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    timezone: 'UTC',
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...settings,
  }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { command, args } = identity.wrap(binaries.postgres, ['-D', directory, ...flags])
  const child = spawn(command, args, {
    cwd: '/',
    env: databaseEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own process group: Ctrl-C in the terminal must not end the database before those who use it.
    detached: true,
    ...userOf(identity),
  })
  let recent = ''
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (text) => {
    recent = (recent + text).slice(-8_192)
    log(text)
  })
  /** @type {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} */
  const exited = new Promise((resolve) => {
    child.on('error', (error) => {
      recent += `could not be started: ${error.message}`
      resolve({ code: null, signal: null })
    })
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return { pid: child.pid ?? 0, exited, output: () => recent }
}

/**
 * PostgreSQL writes `ready` in the eighth line of its pid file once it accepts connections.
 * @param {{ pid: number, exited: Promise<unknown> }} server
 * @param {string} directory
 */
async function becameReady(server, directory) {
  let ended = false
  const end = server.exited.then(() => {
    ended = true
  })
  const deadline = performance.now() + READY_TIMEOUT_MS
  while (!ended && performance.now() < deadline) {
    const lines = readPidFile(directory)
    if (lines !== null && Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') return true
    await Promise.race([wait(POLL_MS), end])
  }
  if (!ended) await endProcess(markOf(server.pid), SHUTDOWN)
  await end
  return false
}

/** @param {string} base URL without a database name */
async function ensureDatabase(base) {
  const client = new pg.Client({ connectionString: `${base}/postgres` })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [EMBEDDED_ROLE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${EMBEDDED_ROLE}`)
  } finally {
    await client.end()
  }
}

/**
 * Ends a server that still runs on these files, and removes a pid file that names someone else's process: after a
 * crash or in a new container the number in it may belong to anyone, and PostgreSQL would take that for itself.
 * The caller holds the lock of the data directory, so no living launcher owns that server.
 * @param {string} directory
 */
export async function endLeftoverServer(directory) {
  if (!existsSync(directory)) return
  const lines = readPidFile(directory)
  const named = lines === null ? null : Number(lines[0])
  const here = processesIn(directory)
  if (named !== null && named > 1 && (here.includes(named) || (process.platform !== 'linux' && isAlive(named)))) {
    await endProcess(markOf(named), SHUTDOWN)
  }
  for (const pid of processesIn(directory)) await endProcess(markOf(pid), [{ signal: 'SIGQUIT', patienceMs: 1_000 }])
  if (process.platform === 'linux' && lines !== null && processesIn(directory).length === 0) {
    rmSync(join(directory, 'postmaster.pid'), { force: true })
  }
}

/** @param {string} directory @returns {string[] | null} */
function readPidFile(directory) {
  try {
    return readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw new Problem(
      `The database's files in ${directory} cannot be read (${errorCode(error)}): check who owns them.`,
      {
        cause: error,
      },
    )
  }
}
