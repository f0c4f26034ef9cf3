import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireNoCheckoutUser } from './checkout-use.mjs'
import { waitForLock } from './lock.mjs'
import { errorCode, Problem } from './problem.mjs'
import { CHECKOUT_USE, requireWritable, root } from './root.mjs'

/** @typedef {{ version?: string, dev?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean }} LockedPackage */

/** Installing takes about a minute on a slow line; another start of the same checkout waits for it. */
const INSTALL_PATIENCE_MS = 15 * 60_000

/**
 * Installs the dependencies when node_modules is missing or does not match package-lock.json.
 * @param {{ dev: boolean, say: (line: string) => void, signal?: AbortSignal }} input `dev`: what tests need as well
 * @returns {Promise<{ installed: boolean }>}
 * @throws {Problem} when npm fails; its own words are on stderr
 */
export async function ensureInstalled({ dev, say, signal }) {
  if (matchesLock(dev)) return { installed: false }
  requireWritable('lacks its dependencies ("npm ci")')
  mkdirSync(join(root, '.cache'), { recursive: true })
  const lock = await waitForLock(join(root, '.cache', 'install.lock'), 'install', INSTALL_PATIENCE_MS, signal)
  if (!lock.ok)
    throw new Problem(`Another process (${lock.holder.pid}) is still installing the dependencies: wait for it.`, {
      exitCode: 1,
    })
  try {
    if (matchesLock(dev)) return { installed: false }
    requireNoCheckoutUser(CHECKOUT_USE, 'needs other dependencies')
    const withDev = dev || hasDevPackages()
    say('Installing the dependencies with npm …')
    await runNpm(['ci', withDev ? '--include=dev' : '--omit=dev', '--no-audit', '--no-fund'], signal)
    return { installed: true }
  } finally {
    lock.release()
  }
}

/**
 * npm notes what it installed in node_modules/.package-lock.json: every package we need must be there, in the version
 * we locked. Packages for other platforms are rightly absent.
 * @param {boolean} dev
 */
function matchesLock(dev) {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === null) throw new Problem('package-lock.json is missing: this checkout is incomplete, clone it again.')
  if (present === null) return false
  return Object.entries(wanted).every(([path, locked]) => {
    if (path === '' || locked.optional || locked.devOptional || locked.peer || locked.link) return true
    if (locked.dev && !dev) return true
    return present[path]?.version === locked.version
  })
}

function hasDevPackages() {
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'))
  return present !== null && Object.values(present).some((entry) => entry.dev)
}

/** @param {string} file @returns {Record<string, LockedPackage> | null} */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

/** @param {readonly string[]} args @param {AbortSignal | undefined} signal */
function runNpm(args, signal) {
  const own = process.env.npm_execpath
  const asScript = own?.endsWith('npm-cli.js') && existsSync(own)
  const command = asScript ? process.execPath : process.platform === 'win32' ? 'npm.cmd' : 'npm'
  return new Promise((resolve, reject) => {
    // Everything npm says goes to stderr: stdout belongs to the program that called us.
    const child = spawn(command, [...(asScript && own ? [own] : []), ...args], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      ...(signal ? { signal } : {}),
    })
    child.on('error', (error) => {
      reject(
        new Problem(`npm could not be started (${errorCode(error)}): install npm, or run "npm ci" yourself.`, {
          exitCode: 1,
          cause: error,
        }),
      )
    })
    child.on('close', (code) => {
      if (code === 0) resolve(undefined)
      else
        reject(
          new Problem(
            'npm could not install the dependencies; its reason stands above. Check the line to the npm registry (npm config get registry) and start again.',
            { exitCode: 1 },
          ),
        )
    })
  })
}
