import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FilterTerm, parseFilter, writeFilter } from './filter-text'

describe('the text of a filter', () => {
  it.each<[string, FilterTerm[]]>([
    ['', []],
    ['web', [{ field: null, value: 'web', exclude: false }]],
    [
      'env:prod web',
      [
        { field: 'env', value: 'prod', exclude: false },
        { field: null, value: 'web', exclude: false },
      ],
    ],
    ['-env:prod', [{ field: 'env', value: 'prod', exclude: true }]],
    ['host:"a b"', [{ field: 'host', value: 'a b', exclude: false }]],
    ['host:', [{ field: null, value: 'host:', exclude: false }]],
    ['"half open', [{ field: null, value: 'half open', exclude: false }]],
    ['host:="a b"', [{ field: 'host', value: '=a b', exclude: false, raw: '="a b"' }]],
    ['host:"a b",c', [{ field: 'host', value: 'a b,c', exclude: false, raw: '"a b",c' }]],
    ['held:>10GiB', [{ field: 'held', value: '>10GiB', exclude: false }]],
    ['数据库-01', [{ field: null, value: '数据库-01', exclude: false }]],
  ])('%j is read as terms', (text, terms) => {
    expect(parseFilter(text)).toEqual(terms)
  })

  it('is written so that it reads back the same', () => {
    const term = fc.record({
      field: fc.option(fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/), { nil: null }),
      value: fc.string({ minLength: 1, maxLength: 20 }),
      exclude: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(term, { maxLength: 5 }), (terms) => {
        expect(parseFilter(writeFilter(terms))).toEqual(terms)
      }),
    )
  })

  it.each(['host:="a b" web', '-host:"a b",c', 'x:="a\\"b"'])('keeps the quotes inside a value: %s', (text) => {
    expect(writeFilter(parseFilter(text))).toBe(text)
  })

  it('never fails, whatever is typed', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseFilter(text))))
  })
})
