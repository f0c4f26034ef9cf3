import { randomInt } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { replaceFile } from './data-directory.mjs'
import { errorCode } from './problem.mjs'

/** No 0/O, 1/I/L, U: read aloud and typed by hand. 30^12 is 58 bits, and there are ten tries an hour. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUPS = 3
const GROUP_LENGTH = 4

/**
 * The set-up code: kept as long as no administrator exists, made when missing, removed once one does.
 * @param {{ file: string, administratorExists: boolean }} input
 * @returns {string | null} the code to print, or null when there is an administrator
 */
export function ensureSetupCode({ file, administratorExists }) {
  if (administratorExists) {
    rmSync(file, { force: true })
    return null
  }
  const existing = readCode(file)
  if (existing !== null) return existing
  const code = Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  ).join('-')
  replaceFile(file, `${code}\n`)
  return code
}

/** @param {string} file */
function readCode(file) {
  try {
    return readFileSync(file, 'utf8').trim() || null
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}
