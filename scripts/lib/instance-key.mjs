import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync, statSync } from 'node:fs'
import { replaceFile } from './data-directory.mjs'
import { errorCode, Problem } from './problem.mjs'

const KEY_BYTES = 32

/**
 * Makes sure the instance key is there: 32 random bytes in base64, in a file of mode 0600. It is made at the first
 * start and never again once something is sealed with it: a new key could open nothing of that.
 * @param {{ file: string, somethingSealed: boolean }} input
 * @throws {Problem} when it is missing although needed, unreadable, or no key at all
 */
export function ensureInstanceKey({ file, somethingSealed }) {
  const text = readKey(file)
  if (text === null) {
    if (somethingSealed) {
      throw new Problem(
        `The instance key ${file} is missing, and the credentials in this database are sealed with it: restore it from the back-up of the data directory, or point SNAPWARDEN_KEY_FILE at it.`,
      )
    }
    replaceFile(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`)
    return
  }
  if (!/^[A-Za-z0-9+/]+=*$/.test(text) || Buffer.from(text, 'base64').length !== KEY_BYTES) {
    throw new Problem(`${file} does not hold an instance key (32 bytes in base64): restore it from the back-up.`)
  }
  closeToOthers(file)
}

/** @param {string} file */
function readKey(file) {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw new Problem(`The instance key ${file} cannot be read (${errorCode(error)}): check who owns it.`, {
      cause: error,
    })
  }
}

/** Others must not read it; a read-only mount (a container's secret) keeps the mode its owner chose. @param {string} file */
function closeToOthers(file) {
  if ((statSync(file).mode & 0o077) === 0) return
  try {
    chmodSync(file, 0o600)
  } catch (error) {
    if (!['EPERM', 'EROFS', 'EACCES'].includes(errorCode(error) ?? '')) throw error
  }
}
