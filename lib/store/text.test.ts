import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanBytes, cleanId, cleanInstant, cleanInteger } from './clean'
import { instantFromPostgres } from './postgres-time'
import { cleanJson, cleanText, MAX_TEXT_LENGTH } from './text'

const anyText = fc.string({ unit: 'binary', maxLength: 50 })

describe('text for PostgreSQL', () => {
  test('has no NUL, no lone surrogate, and an end; fit text stays as it is', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.constant('\ud800'), fc.constant('a\u0000b\udc00')), (text) => {
        const clean = cleanText(text)
        expect(clean).not.toContain('\u0000')
        expect(Buffer.from(clean).toString()).toBe(clean)
        expect(cleanText(clean)).toBe(clean)
        if (!text.includes('\u0000') && Buffer.from(text).toString() === text) expect(clean).toBe(text)
      }),
    )
    expect(cleanText('x'.repeat(100_000))).toHaveLength(MAX_TEXT_LENGTH)
    expect(cleanText('😀😀', 2)).toBe('\ufffd…')
  })

  test('inside JSON too, keys and values', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.array(anyText)), (value) => {
        const clean = JSON.parse(cleanJson(value)) as Record<string, string[]>
        const texts = [...Object.keys(clean), ...Object.values(clean).flat()]
        for (const text of texts) expect(cleanText(text)).toBe(text)
      }),
    )
    expect(cleanJson({ a: 1, b: null })).toBe('{"a":1,"b":null}')
    expect(JSON.parse(cleanJson({ a: 'x'.repeat(100_000) })).a).toHaveLength(MAX_TEXT_LENGTH)
  })

  test('ids stay apart and fit an index', () => {
    const long = 'x'.repeat(10_000)
    expect(cleanId('short')).toBe('short')
    expect(cleanId(long)).not.toBe(cleanId(`${long}y`))
    expect(Buffer.byteLength(cleanId('快'.repeat(10_000)))).toBeLessThan(2_500)
  })
})

describe('figures for PostgreSQL', () => {
  test('what does not fit is not known', () => {
    expect([0, 1.4, -1, Number.NaN, 2 ** 60, null].map(cleanBytes)).toEqual([0, 1, null, null, null, null])
    expect([2_147_483_647, 2_147_483_648, null].map(cleanInteger)).toEqual([2_147_483_647, null, null])
    expect(cleanInstant('+292277026596-01-01T00:00:00.000Z')).toBeNull()
    expect(cleanInstant('2026-11-21T05:58:58.000Z')).toBe('2026-11-21T05:58:58.000Z')
  })

  test('instants come back as they went in', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        const iso = date.toISOString()
        const stored = `${iso.slice(0, 10)} ${iso.slice(11, 23).replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))}+00`
        expect(instantFromPostgres(stored)).toBe(iso)
      }),
    )
    expect(instantFromPostgres('2026-11-21 05:58:58.5+00')).toBe('2026-11-21T05:58:58.500Z')
    expect(() => instantFromPostgres('2026-11-21 05:58:58+08')).toThrow('not a UTC timestamp')
  })
})
