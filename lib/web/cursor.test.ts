import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from './cursor'

describe('page marks', () => {
  it('come back as they were given out', () => {
    const key = fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { maxLength: 4 })
    fc.assert(
      fc.property(key, (parts) => {
        expect(decodeCursor('guests', encodeCursor('guests', parts))).toEqual(parts)
      }),
    )
  })

  it('belong to one list', () => {
    expect(decodeCursor('storages', encodeCursor('guests', ['x']))).toBeNull()
  })

  it('never throw on foreign text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeCursor('guests', text)).toBeNull()
      }),
    )
    for (const text of ['e30', 'bnVsbA', `${'A'.repeat(3_000)}`, '%00']) expect(decodeCursor('guests', text)).toBeNull()
  })
})
