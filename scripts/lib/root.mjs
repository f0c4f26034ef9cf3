import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorCode, Problem } from './problem.mjs'

/**
 * The directory of this checkout, found by walking up from a module: it holds for the scripts themselves and for the
 * bundles under `build/`, whose `import.meta.url` is another one.
 * @param {string} moduleUrl `import.meta.url` of the caller
 * @returns {string} absolute path without a trailing slash
 */
export function findRoot(moduleUrl) {
  let directory = dirname(fileURLToPath(moduleUrl))
  for (;;) {
    const manifest = join(directory, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'snapwarden') return directory
    const parent = dirname(directory)
    if (parent === directory) throw new Error(`no Snapwarden checkout above ${fileURLToPath(moduleUrl)}`)
    directory = parent
  }
}

/** The checkout this code runs from. */
export const root = findRoot(import.meta.url)

/** Where servers that run from this checkout note that they do. */
export const CHECKOUT_USE = join(root, '.cache', 'servers')

/** Whether this user may write into a directory of the checkout; one that is not there yet is as its parent. */
export function isWritable(directory = root) {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && directory !== root) return isWritable(dirname(directory))
    if (['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')) return false
    throw error
  }
}

/**
 * Installing and building write into the checkout; whoever runs a finished one need not be able to.
 * @param {string} need what has to be done, with the command that does it
 * @throws {Problem} when this user may not write there
 */
export function requireWritable(need) {
  if (!isWritable()) throw new Problem(`${root} ${need}, and this user may not write there: do that as its owner.`)
}

/** Whether every user of this machine can reach the checkout: below a closed home nobody but its owner (and root) can. */
export function isOpenToOthers() {
  for (let directory = root; ; directory = dirname(directory)) {
    if ((statSync(directory).mode & 0o001) === 0) return false
    if (dirname(directory) === directory) return true
  }
}
