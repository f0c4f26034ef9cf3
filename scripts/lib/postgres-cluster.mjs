import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { giveFiles, makePrivateDirectory, searchPath, userOf } from './postgres-identity.mjs'
import { errorCode, Problem } from './problem.mjs'

/** The one role and the one database of an embedded cluster. */
export const EMBEDDED_ROLE = 'snapwarden'

const INITDB_TIMEOUT_MS = 120_000

/**
 * Makes sure a database cluster exists in `directory` and that its password is known. A cluster is made beside its
 * place and moved in, so that a kill half-way leaves nothing that looks like a database.
 * @param {{
 *   binaries: import('./postgres-binaries.mjs').PostgresBinaries,
 *   identity: import('./postgres-identity.mjs').Identity,
 *   directory: string, passwordFile: string, durable: boolean
 * }} input `durable: false` skips every fsync (throw-away databases only)
 * @returns {Promise<string>} the password of the role
 * @throws {Problem} when the disk is full, the directory is unusable or of another major version
 */
export async function ensureCluster(input) {
  const { binaries, identity, directory } = input
  if (existsSync(join(directory, 'PG_VERSION'))) {
    const major = readFileSync(join(directory, 'PG_VERSION'), 'utf8').trim()
    if (major !== binaries.major) {
      throw new Problem(
        `The database in ${directory} was made by PostgreSQL ${major} and this release brings ${binaries.major}: start the release that made it, write a dump, and restore that into a new data directory.`,
      )
    }
    giveFiles(identity, directory)
    return readPassword(input.passwordFile) ?? (await replacePassword(input))
  }
  if (existsSync(directory)) {
    throw new Problem(
      `${directory} exists but holds no PostgreSQL database: move it away, or choose another data directory.`,
    )
  }
  return makeCluster(input)
}

/** @param {Parameters<typeof ensureCluster>[0]} input */
async function makeCluster({ binaries, identity, directory, passwordFile, durable }) {
  const fresh = `${directory}.new`
  rmSync(fresh, { recursive: true, force: true })
  makePrivateDirectory(fresh)
  giveFiles(identity, fresh)
  const password = readPassword(passwordFile) ?? writePassword(passwordFile)
  const args = [
    `--pgdata=${fresh}`,
    `--username=${EMBEDDED_ROLE}`,
    `--pwfile=${passwordFile}`,
    '--auth-local=scram-sha-256',
    '--auth-host=scram-sha-256',
    '--encoding=UTF8',
    // Built-in rules of order: an upgrade of the system's own locale data cannot break our indexes.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ]
  const outcome = await runProgram(identity, binaries.initdb, args, '')
  if (outcome.code !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw explainFailure(outcome.output, `PostgreSQL could not create its database in ${directory}`)
  }
  renameSync(fresh, directory)
  return password
}

/**
 * The password file was lost (a restore without it, say). The files are ours all the same, so we set a new one in
 * PostgreSQL's single-user mode, which needs none.
 * @param {Parameters<typeof ensureCluster>[0]} input
 */
async function replacePassword({ binaries, identity, directory, passwordFile }) {
  const password = randomPassword()
  const statement = `ALTER ROLE ${EMBEDDED_ROLE} PASSWORD '${password}'\n`
  const outcome = await runProgram(identity, binaries.postgres, ['--single', '-D', directory, 'postgres'], statement)
  if (outcome.code !== 0 || /ERROR|FATAL/.test(outcome.output)) {
    throw explainFailure(
      outcome.output,
      `The database's password file ${passwordFile} is missing and a new one could not be set`,
    )
  }
  return writePassword(passwordFile, password)
}

/** 32 characters from [A-Za-z0-9_-]: nothing that needs quoting in SQL or a URL. */
function randomPassword() {
  return randomBytes(24).toString('base64url')
}

/** @param {string} file */
function readPassword(file) {
  try {
    return readFileSync(file, 'utf8').trim() || null
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw new Problem(`The database's password file ${file} cannot be read (${errorCode(error)}): check who owns it.`, {
      cause: error,
    })
  }
}

/** @param {string} file @param {string} [password] */
function writePassword(file, password = randomPassword()) {
  writeFileSync(`${file}.new`, `${password}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return password
}

/**
 * Runs one of PostgreSQL's programs to its end.
 * @param {import('./postgres-identity.mjs').Identity} identity
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} stdin
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function runProgram(identity, program, args, stdin) {
  const { command, args: wrapped } = identity.wrap(program, args)
  return new Promise((resolve, reject) => {
    const child = spawn(command, wrapped, {
      cwd: '/',
      env: databaseEnvironment(),
      timeout: INITDB_TIMEOUT_MS,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...userOf(identity),
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
    child.stdin.end(stdin)
  })
}

/** The environment of PostgreSQL's programs: nothing of ours leaks in, no PG* variable of the user's shell applies. */
export function databaseEnvironment() {
  return { PATH: searchPath(), LC_ALL: 'C', TZ: 'UTC' }
}

/**
 * One clear line for what PostgreSQL said.
 * @param {string} output what the program wrote
 * @param {string} what the sentence to lead with
 */
export function explainFailure(output, what) {
  if (/No space left on device/i.test(output)) {
    return new Problem(`${what}: the disk is full. Free some space and start again.`)
  }
  if (/Permission denied|Operation not permitted/i.test(output)) {
    return new Problem(`${what}: ${lastComplaint(output)}. Check who owns the data directory.`)
  }
  return new Problem(`${what}: ${lastComplaint(output)}.`)
}

/** @param {string} output */
function lastComplaint(output) {
  const lines = output.split('\n').filter((line) => /FATAL|PANIC|ERROR|error:|fatal:|could not|cannot/.test(line))
  const line = lines.at(0) ?? output.trim().split('\n').at(-1) ?? ''
  return line.replace(/^.*?(FATAL|PANIC|ERROR|error|fatal):\s*/, '').replace(/\.$/, '') || 'it ended without a word'
}
