import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBrowser } from './browser.mjs'
import { ALL_PARTS, ensureBuilt } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { Problem } from './problem.mjs'
import { root } from './root.mjs'
import { runTool } from './run-checks.mjs'
import { forgetReport, readPlaywrightReport } from './test-report.mjs'
import { runVitest, verify } from './verify.mjs'

/** @typedef {import('./test-report.mjs').RingReport} RingReport */

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`)

const DEBIAN_13 = { SNAPWARDEN_LAB_GENERATION: 'debian13' }

/**
 * Every ring of tests, cheap ones first; a failing ring does not keep the next from running.
 * @param {{ full: boolean }} input `full`: every cell of the matrices instead of a seeded choice
 * @returns {Promise<RingReport[]>}
 */
export async function runEverything({ full }) {
  const environment = full ? { SNAPWARDEN_TEST_FULL: '1' } : {}
  await ensureInstalled({ dev: true, say })
  const reports = await timed('verify', verify)
  const built = await timed('build', buildAll)
  reports.push(...built)
  for (const project of /** @type {const} */ (['services', 'lab'])) {
    reports.push(await timed(project, () => runVitest(project, environment)))
  }
  // libvirt 9.0 is this machine's own or Debian 12's; the matrix of what it can changes with 11.3.
  if (full) reports.push(await timed('lab, Debian 13', () => runVitest('lab', { ...environment, ...DEBIAN_13 })))
  reports.push(await timed('e2e', () => runBrowserTests(environment)))
  return reports
}

/** @returns {Promise<RingReport[]>} */
async function buildAll() {
  try {
    await ensureBuilt({ parts: ALL_PARTS, say })
    return [{ ring: 'build', passed: 1, failures: [], skips: [] }]
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [{ ring: 'build', passed: 0, failures: [error.message], skips: [] }]
  }
}

/** @param {Record<string, string>} environment @returns {Promise<RingReport>} */
async function runBrowserTests(environment) {
  const ring = 'e2e'
  if (!existsSync(join(root, 'e2e', 'specs'))) return { ring, passed: 0, failures: ['e2e/specs is missing'], skips: [] }
  const browser = await ensureBrowser(say)
  if (!browser.ok) return { ring, passed: 0, failures: [], skips: [`every browser test: ${browser.why}`] }
  const file = join(root, '.cache', 'test', 'e2e.json')
  forgetReport(file)
  const { code } = await runTool('@playwright/test/cli.js', ['test'], 'inherit', {
    ...environment,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  })
  return readPlaywrightReport(ring, file, code)
}

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
async function timed(name, run) {
  const began = performance.now()
  try {
    return await run()
  } finally {
    say(`— ${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`)
  }
}
