import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { takeLock, waitForLock } from './lock.mjs'
import { errorCode, Problem } from './problem.mjs'

/**
 * Everything one installation keeps, by name.
 * @typedef {{
 *   root: string, lock: string, runtime: string, logs: string, database: string, databasePassword: string, setupCode: string
 * }} DataDirectory
 */

/** What a running server tells the next start and the command line; 0600, it holds the database's password. */
/** @typedef {{
 *   pid: number, url: string, databaseUrl: string, migrated: boolean, ready: boolean,
 *   children: { name: string, mark: import('./processes.mjs').ProcessMark }[]
 * }} Runtime */

/** A command of the command line holds the data for seconds: a starting server waits this long for it. */
const COMMAND_PATIENCE_MS = 15_000

/**
 * Makes sure the data directory exists and can be written.
 * @param {string} path absolute
 * @returns {DataDirectory}
 * @throws {Problem} with what is wrong with it
 */
export function openDataDirectory(path) {
  try {
    makeDirectories(path)
    if (!statSync(path).isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' })
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    const probe = join(path, `.write-${process.pid}`)
    writeFileSync(probe, 'x')
    rmSync(probe)
  } catch (error) {
    throw new Problem(`The data directory ${path} cannot be used: ${explain(error)} Or choose another with --data.`, {
      cause: error,
    })
  }
  const root = realpathSync(path)
  return {
    root,
    lock: join(root, 'lock'),
    runtime: join(root, 'runtime.json'),
    logs: join(root, 'logs'),
    database: join(root, 'postgres'),
    databasePassword: join(root, 'database-password'),
    setupCode: join(root, 'setup-code'),
  }
}

/**
 * One level at a time: Node's own recursive mkdir never returns on file systems that say ENOENT to a mkdir (/proc).
 * @param {string} path
 */
function makeDirectories(path) {
  if (existsSync(path)) return
  if (dirname(path) !== path) makeDirectories(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

/** @param {unknown} error */
function explain(error) {
  switch (errorCode(error)) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'a file is in its place. Move that away.'
    case 'EACCES':
    case 'EPERM':
      return `user ${process.getuid?.() ?? 'running this'} may not write there. Give it to that user.`
    case 'EROFS':
      return 'its file system is read-only. Mount it writable.'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full. Free some space.'
    default:
      return `${error instanceof Error ? error.message : String(error)}.`
  }
}

/**
 * Takes the data directory for this process.
 * @param {DataDirectory} data
 * @param {'server' | 'command'} holder
 * @returns {Promise<{ crashed: boolean, release: () => void }>} `crashed`: the former holder was killed
 * @throws {Problem} when a server runs on it
 */
export async function lockDataDirectory(data, holder) {
  let outcome = takeLock(data.lock, holder)
  if (!outcome.ok && outcome.holder.holder === 'command')
    outcome = await waitForLock(data.lock, holder, COMMAND_PATIENCE_MS)
  if (outcome.ok) return { crashed: outcome.stale !== null, release: outcome.release }
  throw new Problem(
    `Snapwarden already runs on ${data.root} (process ${outcome.holder.pid}): stop that one, or choose another data directory with --data.`,
  )
}

/** @param {DataDirectory} data @returns {Runtime | null} null when no server wrote one */
export function readRuntime(data) {
  try {
    return JSON.parse(readFileSync(data.runtime, 'utf8'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

/** @param {DataDirectory} data @param {Runtime} runtime */
export function writeRuntime(data, runtime) {
  replaceFile(data.runtime, `${JSON.stringify(runtime)}\n`)
}

/** @param {DataDirectory} data */
export function removeRuntime(data) {
  rmSync(data.runtime, { force: true })
}

/**
 * Writes a file whole or not at all; by default only its owner can read it.
 * @param {string} path its folder exists
 * @param {string} text
 * @param {number} [mode]
 */
export function replaceFile(path, text, mode = 0o600) {
  const fresh = `${path}.${process.pid}.new`
  writeFileSync(fresh, text, { mode })
  renameSync(fresh, path)
}
