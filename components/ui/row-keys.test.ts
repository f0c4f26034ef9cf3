import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DrawnRows, drawInPlace, NOTHING_DRAWN } from './row-keys'

function draw(windows: readonly string[][], kept: string | null = null): DrawnRows[] {
  const drawings: DrawnRows[] = []
  for (const ids of windows) drawings.push(drawInPlace(drawings.at(-1) ?? NOTHING_DRAWN, ids, kept))
  return drawings
}

const keysOf = ({ keys, order }: DrawnRows): (number | undefined)[] => order.map((id) => keys.get(id))

describe('keys of drawn rows', () => {
  it('gives the elements of rows that are gone to the rows in their place', () => {
    const [first, second] = draw([
      ['a', 'b', 'c'],
      ['x', 'b', 'z'],
    ])
    expect(keysOf(first as DrawnRows)).toEqual([0, 1, 2])
    expect(keysOf(second as DrawnRows)).toEqual([0, 1, 2])
  })

  it('moves no elements while one scrolls', () => {
    const [, down, up] = draw([
      ['a', 'b', 'c'],
      ['b', 'c', 'd'],
      ['a', 'b', 'c'],
    ])
    expect(keysOf(down as DrawnRows)).toEqual([1, 2, 3])
    expect(keysOf(up as DrawnRows)).toEqual([4, 1, 2])
  })

  it('gives the elements that may hold focus to nobody', () => {
    const [, second] = draw(
      [
        ['a', 'b'],
        ['x', 'y'],
      ],
      'b',
    )
    expect(keysOf(second as DrawnRows)).toEqual([0, 2])
  })

  const windows = fc.array(fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { maxLength: 6 }), { maxLength: 12 })

  it('never gives two rows one key, and never another one to a row that stays', () => {
    fc.assert(
      fc.property(windows, fc.option(fc.constantFrom(...'abcdefghij'), { nil: null }), (shown, kept) => {
        const drawings = draw(shown, kept)
        for (const [at, drawing] of drawings.entries()) {
          const keys = keysOf(drawing)
          expect(keys).not.toContain(undefined)
          expect(new Set(keys).size).toBe(keys.length)
          const before = drawings[at - 1]
          for (const id of drawing.order) {
            const had = before?.keys.get(id)
            if (had !== undefined) expect(drawing.keys.get(id)).toBe(had)
          }
        }
      }),
    )
  })
})
