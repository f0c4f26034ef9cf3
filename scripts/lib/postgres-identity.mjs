import { execFile } from 'node:child_process'
import { chownSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { errorCode, Problem } from './problem.mjs'

const execute = promisify(execFile)

/**
 * As whom PostgreSQL's programs run: `wrap` turns a command into the one to spawn, `uid`/`gid` go to spawn's options.
 * `owner` is who has to own the database's files for that.
 * @typedef {{
 *   wrap: (program: string, args: readonly string[]) => { command: string, args: string[] },
 *   uid?: number, gid?: number, owner: { uid: number, gid: number } | null, how: string
 * }} Identity
 */

const PROBE_TIMEOUT_MS = 5_000

/** @type {Identity} */
const asOurselves = { wrap: (command, args) => ({ command, args: [...args] }), owner: null, how: 'as the current user' }

/**
 * Finds a way to run PostgreSQL, which refuses to run as root, on files in `directory`. An ordinary user is simply
 * himself. As root there are three ways, each proved by running `postgres --version` with the directory in reach:
 * the owner of the files, when that is an ordinary user; a user namespace in which root is called nobody (files stay
 * root's, so a 0700 home is in reach); and, where namespaces are switched off, a system user who keeps just the
 * capability to pass closed directories.
 * @param {{ postgres: string, directory: string }} input `directory` need not exist; its parent does
 * @returns {Promise<Identity>}
 * @throws {Problem} when no way works
 */
export async function choosePostgresIdentity({ postgres, directory }) {
  if (process.getuid === undefined || process.getuid() !== 0) return asOurselves
  const owner = ownerOf(directory)
  const service = owner !== null && owner.uid !== 0 ? owner : serviceUser()
  const ways =
    owner !== null && owner.uid !== 0
      ? [asUser(service), withCapability(service), inNamespace(service)]
      : [inNamespace(service), withCapability(service)]
  const refusals = []
  for (const way of ways) {
    const refusal = await tryWay(way, postgres, directory)
    if (refusal === null) return way
    refusals.push(`${way.how}: ${refusal}`)
  }
  throw new Problem(
    `PostgreSQL does not run as root, and no other way works here (${refusals.join('; ')}): start Snapwarden as an ordinary user, or set DATABASE_URL to a PostgreSQL you run.`,
  )
}

/**
 * Gives the database's files to the identity that will use them, when they are someone else's.
 * @param {Identity} identity
 * @param {string} directory
 */
export function giveFiles(identity, directory) {
  const { owner } = identity
  if (owner === null || ownerOf(directory)?.uid === owner.uid) return
  giveTree(directory, owner)
}

/** @param {string} path @param {{ uid: number, gid: number }} owner */
function giveTree(path, owner) {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return
  chownSync(path, owner.uid, owner.gid)
  if (!stat.isDirectory()) return
  for (const name of readdirSync(path)) giveTree(join(path, name), owner)
}

/** @param {{ uid: number, gid: number }} user @returns {Identity} */
function asUser(user) {
  return { ...asOurselves, ...user, owner: user, how: `as user ${user.uid}, who owns the files` }
}

/** @param {{ uid: number, gid: number }} user @returns {Identity} */
function inNamespace(user) {
  return {
    wrap: (program, args) => ({
      command: 'unshare',
      args: ['--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--', program, ...args],
    }),
    owner: { uid: 0, gid: 0 },
    how: 'in a user namespace',
  }
}

/** @param {{ uid: number, gid: number }} user @returns {Identity} */
function withCapability(user) {
  return {
    wrap: (program, args) => ({
      command: 'setpriv',
      args: [
        `--reuid=${user.uid}`,
        `--regid=${user.gid}`,
        '--clear-groups',
        '--bounding-set=-all,+dac_override',
        '--inh-caps=-all,+dac_override',
        '--ambient-caps=-all,+dac_override',
        // access(2), with which PostgreSQL looks for its own program, would drop the capability otherwise.
        '--securebits=+no_setuid_fixup',
        '--',
        program,
        ...args,
      ],
    }),
    owner: user,
    how: `as system user ${user.uid}`,
  }
}

/** @param {Identity} way @param {string} postgres @param {string} directory */
async function tryWay(way, postgres, directory) {
  const reach = ownerOf(directory) === null ? dirname(directory) : directory
  // The server must be able to start, to pass every directory above its files and (through its owner) to write them.
  const script = '"$1" --version >/dev/null && cd "$2"'
  const { command, args } = way.wrap('/bin/sh', ['-c', script, 'sh', postgres, reach])
  try {
    await execute(command, args, { timeout: PROBE_TIMEOUT_MS, cwd: '/', ...userOf(way), env: { PATH: searchPath() } })
    return null
  } catch (error) {
    const stderr = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : ''
    return errorCode(error) === 'ENOENT' ? `no ${command} program` : stderr || String(error)
  }
}

/** @param {Identity} identity */
export function userOf(identity) {
  return identity.uid === undefined || identity.gid === undefined ? {} : { uid: identity.uid, gid: identity.gid }
}

/** The search path for PostgreSQL's programs: ours, and where util-linux lives when ours is too short to find it. */
export function searchPath() {
  return [process.env.PATH, '/usr/bin', '/bin', '/usr/sbin', '/sbin'].filter(Boolean).join(':')
}

/** @param {string} path @returns {{ uid: number, gid: number } | null} */
function ownerOf(path) {
  try {
    const { uid, gid } = lstatSync(path)
    return { uid, gid }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** An ordinary system user to be: one made for PostgreSQL when there is one, else nobody. */
function serviceUser() {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const name of ['snapwarden', 'nobody']) {
    const entry = users.find((fields) => fields[0] === name)
    const uid = Number(entry?.[2])
    const gid = Number(entry?.[3])
    if (uid > 0 && gid > 0) return { uid, gid }
  }
  return { uid: 65_534, gid: 65_534 }
}

/**
 * Creates a directory only its owner can enter, unless it exists.
 * @param {string} directory
 */
export function makePrivateDirectory(directory) {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
}
