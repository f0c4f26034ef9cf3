import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BUNDLES, buildBundle } from './build-bundle.mjs'
import { noteCheckoutUse, requireNoCheckoutUser } from './checkout-use.mjs'
import { replaceFile } from './data-directory.mjs'
import { takeLock, waitForLock } from './lock.mjs'
import { errorCode, Problem } from './problem.mjs'
import { CHECKOUT_USE, isWritable, requireWritable, root } from './root.mjs'
import { hashSources } from './source-hash.mjs'

/** @typedef {'generate' | 'next' | import('./build-bundle.mjs').BundleName} Part */

/** A build of another start of this checkout takes a minute or two at most on a slow machine; we wait for it. */
const BUILD_PATIENCE_MS = 15 * 60_000

const CLIENT = ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json']
const COMMON = ['lib', 'package.json', 'tsconfig.json', ...CLIENT]
const PROGRAMS = ['scripts/lib', 'scripts/web', ...COMMON]
const SOURCES = /** @type {Record<Part, readonly string[]>} */ ({
  generate: CLIENT,
  next: ['app', 'components', 'public', 'proxy.ts', 'next.config.js', 'postcss.config.mjs', ...COMMON],
  web: PROGRAMS,
  worker: PROGRAMS,
  cli: PROGRAMS,
})
const OUTPUTS = /** @type {Record<Part, string>} */ ({
  generate: 'lib/store/generated/client.ts',
  next: '.next/BUILD_ID',
  web: BUNDLES.web.output,
  worker: BUNDLES.worker.output,
  cli: BUNDLES.cli.output,
})
/** What a running server reads again and again, or starts anew after a crash. */
const SERVED = /** @type {readonly Part[]} */ (['next', 'web', 'worker'])
const STAMP = join(root, 'build', 'stamp.json')

/** Every part, in the order they need each other. */
export const ALL_PARTS = /** @type {readonly Part[]} */ (['generate', 'web', 'worker', 'cli', 'next'])

/**
 * Builds what is missing or older than its sources (by content), and nothing else.
 * @param {{ parts: readonly Part[], say: (line: string) => void, signal?: AbortSignal, servesFrom?: string }} input
 * `servesFrom`: the data directory of a server that is about to run on this build, which nobody then builds away
 * @returns {Promise<{ built: Part[], release: () => void }>} `release`: the server has ended
 * @throws {Problem} when something does not build (the builder's own words are on stderr), or may not be replaced now
 */
export async function ensureBuilt({ parts, say, signal, servesFrom }) {
  // Whoever may not write here (or may not any more, after somebody else's start) leaves no note, and starts all the same.
  const serves = servesFrom !== undefined && [root, join(root, '.cache'), CHECKOUT_USE].every((at) => isWritable(at))
  if (!serves && findStale(parts).length === 0) return { built: [], release: () => undefined }
  requireWritable('needs a build ("npm run build")')
  mkdirSync(join(root, '.cache'), { recursive: true })
  const lock = await lockBuild(say, signal)
  try {
    const stale = findStale(parts)
    if (stale.some((part) => SERVED.includes(part))) requireNoCheckoutUser(CHECKOUT_USE, 'needs a new build')
    if (stale.length > 0) say(`Building (${stale.join(', ')}) …`)
    for (const part of ALL_PARTS.filter((candidate) => stale.includes(candidate))) await buildPart(part, signal)
    // Under the lock: between the build and the note nobody may begin another one.
    return { built: stale, release: serves ? noteCheckoutUse(CHECKOUT_USE, servesFrom) : () => undefined }
  } finally {
    lock.release()
  }
}

/** @param {(line: string) => void} say @param {AbortSignal | undefined} signal */
async function lockBuild(say, signal) {
  const path = join(root, '.cache', 'build.lock')
  const first = takeLock(path, 'build')
  if (first.ok) return first
  say(`Waiting for the build that process ${first.holder.pid} makes in this checkout …`)
  const lock = await waitForLock(path, 'build', BUILD_PATIENCE_MS, signal)
  if (lock.ok) return lock
  throw new Problem(`Another process (${lock.holder.pid}) is still building: wait for it.`, { exitCode: 1 })
}

/** @param {readonly Part[]} parts @returns {Part[]} */
function findStale(parts) {
  const stamp = readStamp()
  const hashes = new Map()
  return parts.filter((part) => {
    const key = SOURCES[part].join()
    if (!hashes.has(key)) hashes.set(key, hashSources(root, SOURCES[part]))
    return stamp[part] !== hashes.get(key) || !existsSync(join(root, OUTPUTS[part]))
  })
}

/** @param {Part} part @param {AbortSignal | undefined} signal */
async function buildPart(part, signal) {
  // Taken before: a file edited while we build makes the next check build again.
  const hash = hashSources(root, SOURCES[part])
  writeStamp(part, undefined)
  if (part === 'generate') await generateClient(signal)
  else if (part === 'next') await buildNext(signal)
  else await buildProgram(part)
  writeStamp(part, hash)
}

/** @param {AbortSignal | undefined} signal */
async function generateClient(signal) {
  await runTool(
    'prisma/build/index.js',
    ['generate'],
    {
      // Prisma asks its server for an engine it does not need to generate, unless told that one is here.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
    signal,
  )
}

/** @param {AbortSignal | undefined} signal */
async function buildNext(signal) {
  await runTool('next/dist/bin/next', ['build'], { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }, signal)
}

/** @param {import('./build-bundle.mjs').BundleName} name */
async function buildProgram(name) {
  try {
    await buildBundle(name)
  } catch (error) {
    throw new Problem(
      `${BUNDLES[name].entry} does not build: ${error instanceof Error ? error.message : String(error)}`,
      { exitCode: 1, cause: error },
    )
  }
}

/**
 * @param {string} program path inside node_modules
 * @param {readonly string[]} args
 * @param {Record<string, string>} environment
 * @param {AbortSignal | undefined} signal
 */
function runTool(program, args, environment, signal) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal } : {}),
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) return resolve(undefined)
      process.stderr.write(output)
      reject(
        new Problem(`The build failed (${program.split('/')[0]} ${args.join(' ')}); its reason stands above.`, {
          exitCode: 1,
        }),
      )
    })
  })
}

/** @returns {Partial<Record<Part, string>>} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return {}
    throw error
  }
}

/** @param {Part} part @param {string | undefined} hash */
function writeStamp(part, hash) {
  mkdirSync(dirname(STAMP), { recursive: true })
  replaceFile(STAMP, `${JSON.stringify({ ...readStamp(), [part]: hash })}\n`, 0o644)
}
