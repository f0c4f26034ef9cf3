import { readFileSync, rmSync } from 'node:fs'
import { errorCode } from './problem.mjs'

/**
 * What one ring of tests came to. `failures` and `skips` are names a person can search for.
 * @typedef {{ ring: string, passed: number, failures: string[], skips: string[] }} RingReport
 */

/**
 * Reads vitest's JSON report.
 * @param {string} ring
 * @param {string} file
 * @param {number | null} exitCode of vitest
 * @returns {RingReport} a run that left no report, or failed without naming a test, counts as one failure
 */
export function readVitestReport(ring, file, exitCode) {
  const report = readJson(file)
  if (report === null) return noReport(ring, exitCode)
  /** @type {RingReport} */
  const result = { ring, passed: 0, failures: [], skips: [] }
  for (const suite of report.testResults ?? []) {
    const tests = suite.assertionResults ?? []
    for (const test of tests) {
      const name = `${shorten(suite.name)} › ${test.fullName}`
      if (test.status === 'passed') result.passed += 1
      else if (test.status === 'failed') result.failures.push(name)
      else result.skips.push(name)
    }
    const namesNone = !tests.some((/** @type {{ status: string }} */ test) => test.status === 'failed')
    if (suite.status === 'failed' && namesNone) result.failures.push(`${shorten(suite.name)} could not be run`)
  }
  return withExitCode(result, exitCode)
}

/**
 * Reads Playwright's JSON report. A test that passed only when tried again counts as failed: it hides a race.
 * @param {string} ring
 * @param {string} file
 * @param {number | null} exitCode
 * @returns {RingReport}
 */
export function readPlaywrightReport(ring, file, exitCode) {
  const report = readJson(file)
  if (report === null) return noReport(ring, exitCode)
  /** @type {RingReport} */
  const result = { ring, passed: 0, failures: [], skips: [] }
  for (const suite of report.suites ?? []) collectSuite(suite, [], result)
  for (const error of report.errors ?? [])
    result.failures.push(`outside a test: ${String(error.message).split('\n')[0]}`)
  return withExitCode(result, exitCode)
}

/**
 * @param {any} suite Playwright nests suites as deep as describe blocks go
 * @param {string[]} titles
 * @param {RingReport} result
 */
function collectSuite(suite, titles, result) {
  const path = [...titles, suite.title].filter(Boolean)
  for (const spec of suite.specs ?? []) {
    for (const test of spec.tests ?? []) {
      const name = [...path, spec.title, test.projectName].filter(Boolean).join(' › ')
      if (test.status === 'expected') result.passed += 1
      else if (test.status === 'skipped') {
        const reason = test.annotations?.find(
          (/** @type {{ type: string }} */ note) => note.type === 'skip',
        )?.description
        result.skips.push(reason ? `${name}: ${reason}` : name)
      } else result.failures.push(name)
    }
  }
  for (const inner of suite.suites ?? []) collectSuite(inner, path, result)
}

/** @param {RingReport} result @param {number | null} exitCode */
function withExitCode(result, exitCode) {
  if (exitCode !== 0 && result.failures.length === 0)
    result.failures.push(`${result.ring} ended with exit code ${exitCode}`)
  return result
}

/** @param {string} ring @param {number | null} exitCode @returns {RingReport} */
function noReport(ring, exitCode) {
  return { ring, passed: 0, failures: [`${ring} left no report (exit code ${exitCode})`], skips: [] }
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

/** @param {string} file */
export function forgetReport(file) {
  rmSync(file, { force: true })
}

/** @param {string} path */
function shorten(path) {
  return String(path).replace(`${process.cwd()}/`, '')
}
