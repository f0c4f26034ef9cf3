import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from './problem.mjs'

/** What never reaches a build: tests and what only they use, and what a build writes itself. */
const LEFT_OUT = /(^|\/)(generated|testing|fixtures|node_modules)(\/|$)|\.test\.tsx?$|\.md$/

/**
 * A fingerprint of files and folders by content: equal means a build of them is still good, whatever their times say.
 * @param {string} base directory the names are relative to
 * @param {readonly string[]} names files or folders; one that does not exist counts as absent
 * @returns {string} hexadecimal SHA-256
 */
export function hashSources(base, names) {
  const hash = createHash('sha256')
  for (const file of names.flatMap((name) => listFiles(base, name)).sort()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(base, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/** @param {string} base @param {string} name @returns {string[]} */
function listFiles(base, name) {
  if (LEFT_OUT.test(name)) return []
  try {
    if (!statSync(join(base, name)).isDirectory()) return [name]
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
  return readdirSync(join(base, name)).flatMap((entry) => listFiles(base, `${name}/${entry}`))
}
