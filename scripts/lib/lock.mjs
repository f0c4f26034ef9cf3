import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode } from './problem.mjs'
import { markOf, stillRuns } from './processes.mjs'

/**
 * Who holds a lock file: a running server, a command of the command line, or a build.
 * @typedef {import('./processes.mjs').ProcessMark & { holder: string }} LockHolder
 * @typedef {{ ok: true, stale: LockHolder | null, release: () => void } | { ok: false, holder: LockHolder }} LockOutcome
 * `stale` is the dead process whose lock was taken over, null when the place was free.
 */

const POLL_MS = 100
const TRIES = 5

/**
 * Takes a lock file, for as long as this process lives. The file names its holder by process id and start time, so one
 * left by a killed process, or by a former machine whose process id somebody else has now, does not count.
 * @param {string} path
 * @param {string} holder what we are, for those who are refused
 * @returns {LockOutcome}
 */
export function takeLock(path, holder) {
  const mine = { ...markOf(process.pid), holder }
  const candidate = `${path}.${process.pid}`
  /** @type {LockHolder | null} */
  let stale = null
  writeFileSync(candidate, JSON.stringify(mine), { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      try {
        // link() fails when the name exists: the file appears whole or not at all, and only for one of us.
        linkSync(candidate, path)
        return { ok: true, stale, release: () => releaseLock(path, mine) }
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error
      }
      const current = readHolder(path)
      if (current === null) continue
      if (stillRuns(current)) return { ok: false, holder: current }
      stale = current
      removeStale(path, current)
    }
    throw new Error(`the lock ${path} keeps changing hands`)
  } finally {
    rmSync(candidate, { force: true })
  }
}

/**
 * Takes a lock, waiting while another living process holds it.
 * @param {string} path
 * @param {string} holder
 * @param {number} timeoutMs
 * @param {AbortSignal} [signal]
 * @returns {Promise<LockOutcome>} not ok when it is still held after `timeoutMs`; rejects when the signal ends the waiting
 */
export async function waitForLock(path, holder, timeoutMs, signal) {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const outcome = takeLock(path, holder)
    if (outcome.ok || performance.now() >= deadline) return outcome
    await wait(POLL_MS, undefined, signal ? { signal } : {})
  }
}

/**
 * The living holder of a lock, or null when nobody holds it.
 * @param {string} path
 * @returns {LockHolder | null}
 */
export function lockHolder(path) {
  const holder = readHolder(path)
  return holder !== null && stillRuns(holder) ? holder : null
}

/** @param {string} path @param {LockHolder} mine */
function releaseLock(path, mine) {
  const current = readHolder(path)
  if (current !== null && current.pid === mine.pid && current.startedAt === mine.startedAt)
    rmSync(path, { force: true })
}

/**
 * Renames before removing, and looks at what it renamed: when another starter was faster and the name is already its
 * fresh lock, that one is put back.
 * @param {string} path @param {LockHolder} expected
 */
function removeStale(path, expected) {
  const aside = `${path}.stale-${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  const found = readHolder(aside)
  if (found !== null && (found.pid !== expected.pid || found.startedAt !== expected.startedAt)) linkSync(aside, path)
  unlinkSync(aside)
}

/** @param {string} path @returns {LockHolder | null} */
function readHolder(path) {
  let text
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
  try {
    const { pid, startedAt, holder } = JSON.parse(text)
    if (Number.isInteger(pid) && pid > 0) return { pid, startedAt: startedAt ?? null, holder: String(holder) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  // Cut short by a full disk or a power loss: it names nobody, so nobody holds it.
  return { pid: 2 ** 30, startedAt: null, holder: 'unknown' }
}
