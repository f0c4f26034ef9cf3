import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FILTER_FIELDS, type FilterError, MAX_FILTER_LENGTH } from '@/lib/domain/filter'
import { formatFilter } from './format'
import { parseFilter } from './parse'
import { anyFilter } from './testing'

const errorsOf = (text: string): FilterError[] => {
  const parsed = parseFilter(text)
  return parsed.ok ? [] : parsed.errors
}
const canonical = (text: string): string => {
  const parsed = parseFilter(text)
  return parsed.ok ? formatFilter(parsed.filter) : `error: ${JSON.stringify(parsed.errors)}`
}

describe('parseFilter', () => {
  test.each([
    ['', ''],
    ['web', 'web'],
    ['tag:prod  snapshots:>3 -power:stopped', 'tag:prod snapshots:>3 -power:stopped'],
    ['power:running,paused', 'power:running,paused'],
    ['name:"web 1",db', 'name:"web 1",db'],
    ['name:="web 1"', 'name:="web 1"'],
    ['name:"=x"', 'name:"=x"'],
    ['oldest:>7d', 'oldest:>1w'],
    ['oldest:36h', 'oldest:>36h'],
    ['held:>10GiB', 'held:>10GiB'],
    ['held:1.5t', 'held:>1536GiB'],
    ['held:unknown', 'held:unknown'],
    ['snapshots:0', 'snapshots:0'],
    ['chain:>=3', 'chain:>=3'],
    ['MEMORY:YES', 'memory:yes'],
    ['finding:mixed-chain', 'finding:mixed-chain'],
    ['power：running，paused', 'power:running,paused'],
    ['数据库', '数据库'],
    ['-', '"-"'],
    ['-web', '-web'],
    ['"tag:x"', '"tag:x"'],
    ['"a\\"b\\\\c"', '"a\\"b\\\\c"'],
    ["o'brien;drop<script>", "o'brien;drop<script>"],
  ])('%s reads as %s', (text, expected) => expect(canonical(text)).toBe(expected))

  test('an unknown field is named with its place and the fields there are', () => {
    expect(errorsOf('web colour:red')).toEqual([
      { at: 4, length: 6, problem: 'unknown-field', name: 'colour', fields: FILTER_FIELDS },
    ])
  })

  test.each([
    ['tag:', 'empty-value'],
    ['tag:a,', 'empty-value'],
    ['snapshots:many', 'not-a-count'],
    ['oldest:>7', 'not-an-age'],
    ['oldest:unknown', 'not-an-age'],
    ['held:lots', 'not-a-size'],
    ['power:on', 'unknown-value'],
    ['memory:maybe', 'unknown-value'],
    ['memory:yes,no', 'unknown-value'],
    ['name:"open', 'open-quote'],
    ['x'.repeat(MAX_FILTER_LENGTH + 1), 'too-long'],
    [Array.from({ length: 60 }, (_, index) => `w${index}`).join(' '), 'too-many'],
  ])('%s is refused: %s', (text, problem) => expect(errorsOf(text).map((error) => error.problem)).toContain(problem))

  test('every error lies inside the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const error of errorsOf(text)) {
          expect(error.at).toBeGreaterThanOrEqual(0)
          expect(error.at + error.length).toBeLessThanOrEqual(text.length)
        }
      }),
    )
  })

  test('parse after format is identity', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parseFilter(formatFilter(filter))).toEqual({ ok: true, filter })
      }),
      { numRuns: 1_000 },
    )
  })

  test('what parses is written the same way twice', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const parsed = parseFilter(text)
        if (parsed.ok) expect(parseFilter(formatFilter(parsed.filter))).toEqual(parsed)
      }),
    )
  })
})
