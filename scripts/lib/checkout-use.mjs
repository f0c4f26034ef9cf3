import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from './data-directory.mjs'
import { errorCode, Problem } from './problem.mjs'
import { markOf, stillRuns } from './processes.mjs'

// Next reads pages and pieces of script from .next, and packages from node_modules, for as long as it runs: whoever
// replaces them under a running server breaks its pages.

/** @typedef {import('./processes.mjs').ProcessMark & { data: string }} CheckoutUser a server, and the data it runs on */

/**
 * Notes that this process serves what is built here, and forgets those that were killed. One at a time.
 * @param {string} directory where the notes of this checkout are
 * @param {string} data the data directory it serves
 * @returns {() => void} takes the note back
 */
export function noteCheckoutUse(directory, data) {
  mkdirSync(directory, { recursive: true })
  for (const name of listNotes(directory)) {
    const user = readNote(join(directory, name))
    if (user === null || !stillRuns(user)) rmSync(join(directory, name), { force: true })
  }
  const note = join(directory, `${process.pid}.json`)
  replaceFile(note, JSON.stringify({ ...markOf(process.pid), data }), 0o644)
  return () => rmSync(note, { force: true })
}

/**
 * @param {string} directory
 * @returns {CheckoutUser | null} another process that serves what is built here
 */
export function findCheckoutUser(directory) {
  for (const name of listNotes(directory)) {
    const user = readNote(join(directory, name))
    if (user !== null && user.pid !== process.pid && stillRuns(user)) return user
  }
  return null
}

/**
 * @param {string} directory
 * @param {string} need what cannot be done under a running server
 * @throws {Problem} when one runs
 */
export function requireNoCheckoutUser(directory, need) {
  const user = findCheckoutUser(directory)
  if (user === null) return
  throw new Problem(
    `This checkout ${need}, and Snapwarden runs from it (process ${user.pid}, on ${user.data}), whose pages that would break: stop that one first, or use a checkout of its own.`,
  )
}

/** @param {string} directory @returns {string[]} */
function listNotes(directory) {
  try {
    return readdirSync(directory).filter((name) => /^\d+\.json$/.test(name))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

/** @param {string} path @returns {CheckoutUser | null} null when it was taken back meanwhile, or names nobody */
function readNote(path) {
  try {
    const { pid, startedAt, data } = JSON.parse(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? { pid, startedAt: startedAt ?? null, data: String(data) } : null
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}
