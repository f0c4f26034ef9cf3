import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { root } from './root.mjs'
import { ensureRouteTypes, runChecks, runTool, STATIC_CHECKS } from './run-checks.mjs'
import { forgetReport, readVitestReport } from './test-report.mjs'

/** @typedef {import('./test-report.mjs').RingReport} RingReport */

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`)

/**
 * Everything that needs no service: types, lint, who imports whom, unit tests. Seconds on a warm checkout.
 * @returns {Promise<RingReport[]>}
 */
export async function verify() {
  await ensureInstalled({ dev: true, say })
  await ensureBuilt({ parts: ['generate'], say })
  await ensureRouteTypes()
  const results = await runChecks(STATIC_CHECKS, ({ name, passed, output, seconds }) => {
    say(`${passed ? '✓' : '✗'} ${name} (${seconds.toFixed(1)} s)`)
    if (!passed) say(output)
  })
  /** @type {RingReport} */
  const checks = {
    ring: 'checks',
    passed: results.filter(({ passed }) => passed).length,
    failures: results.filter(({ passed }) => !passed).map(({ name }) => name),
    skips: [],
  }
  return [checks, await runVitest('unit')]
}

/**
 * Runs one vitest project and reads what it came to.
 * @param {'unit' | 'services' | 'lab'} project
 * @param {Record<string, string>} [environment]
 * @returns {Promise<RingReport>}
 */
export async function runVitest(project, environment = {}) {
  const file = join(root, '.cache', 'test', `${project}.json`)
  mkdirSync(join(root, '.cache', 'test'), { recursive: true })
  forgetReport(file)
  const args = [
    'run',
    '--project',
    project,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const { code } = await runTool('vitest/vitest.mjs', args, 'inherit', environment)
  return readVitestReport(project, file, code)
}
