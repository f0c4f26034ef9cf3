import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { concludeTests } from './conclude-tests.mjs'
import { readPlaywrightReport, readVitestReport } from './test-report.mjs'

let directory: string
let written: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snapwarden-report-'))
  written = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

function report(content: unknown): string {
  const file = join(directory, 'report.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

describe('readVitestReport', () => {
  const test = (fullName: string, status: string) => ({ fullName, status })

  it('counts passed, failed and skipped tests by name', () => {
    const file = report({
      testResults: [
        { name: 'a.test.ts', status: 'passed', assertionResults: [test('one', 'passed'), test('two', 'pending')] },
        { name: 'b.test.ts', status: 'failed', assertionResults: [test('three', 'failed'), test('four', 'passed')] },
      ],
    })
    expect(readVitestReport('unit', file, 1)).toEqual({
      ring: 'unit',
      passed: 2,
      failures: ['b.test.ts › three'],
      skips: ['a.test.ts › two'],
    })
  })

  it('counts a file that did not load as a failure', () => {
    const file = report({ testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] })
    expect(readVitestReport('unit', file, 1).failures).toEqual(['a.test.ts could not be run'])
  })

  it('never takes silence for success', () => {
    expect(readVitestReport('lab', join(directory, 'absent.json'), 1).failures).toEqual([
      'lab left no report (exit code 1)',
    ])
    expect(readVitestReport('lab', report('{"cut'), 0).failures).toHaveLength(1)
    expect(readVitestReport('lab', report({ testResults: [] }), 1).failures).toEqual(['lab ended with exit code 1'])
  })
})

describe('readPlaywrightReport', () => {
  it('walks nested suites; a test that passed only at the second try failed', () => {
    const spec = (title: string, status: string, annotations: unknown[] = []) => ({
      title,
      tests: [{ projectName: 'desktop', status, annotations }],
    })
    const file = report({
      suites: [
        {
          title: 'guests.spec.ts',
          specs: [spec('lists', 'expected')],
          suites: [
            {
              title: 'on a phone',
              specs: [
                spec('flickers', 'flaky'),
                spec('breaks', 'unexpected'),
                spec('rests', 'skipped', [{ type: 'skip', description: 'no phone' }]),
              ],
            },
          ],
        },
      ],
      errors: [],
    })
    expect(readPlaywrightReport('e2e', file, 1)).toEqual({
      ring: 'e2e',
      passed: 1,
      failures: ['guests.spec.ts › on a phone › flickers › desktop', 'guests.spec.ts › on a phone › breaks › desktop'],
      skips: ['guests.spec.ts › on a phone › rests › desktop: no phone'],
    })
  })
})

describe('concludeTests', () => {
  const ring = { ring: 'unit', passed: 3, failures: [], skips: ['a.test.ts › rests'] }

  it('ends with the counts', () => {
    vi.stubEnv('CI', '')
    expect(concludeTests([ring, { ...ring, skips: [] }])).toBe(0)
    expect(written.trim().split('\n').at(-1)).toBe('6 passed, 0 failed')
    expect(written).toContain('skipped  unit: a.test.ts › rests')
  })

  it('fails in CI when a test is skipped and nobody expects that', () => {
    vi.stubEnv('CI', 'true')
    expect(concludeTests([ring])).toBe(1)
    expect(written.trim().split('\n').at(-1)).toBe('3 passed, 1 failed')
  })

  it('fails when a test failed', () => {
    expect(concludeTests([{ ...ring, skips: [], failures: ['b.test.ts › breaks'] }])).toBe(1)
    expect(written).toContain('failed   unit: b.test.ts › breaks')
  })
})
