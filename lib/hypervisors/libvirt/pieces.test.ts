import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowsOf } from './pieces'

const KIB = 1024
const anyPieces = fc.array(fc.record({ offset: fc.nat(8 * KIB * KIB), length: fc.nat(2 * KIB * KIB) }), {
  maxLength: 40,
})

describe('pieces that are read together', () => {
  it('are whole, each in one window, and no window is longer than what it joins may be', () => {
    fc.assert(
      fc.property(anyPieces, (pieces) => {
        const windows = windowsOf(pieces)
        expect(windows.flatMap((window) => window.pieces).sort((a, b) => a - b)).toEqual(
          pieces.map((_, index) => index),
        )
        for (const window of windows) {
          for (const index of window.pieces) {
            const piece = pieces[index] ?? { offset: -1, length: 0 }
            expect(piece.offset).toBeGreaterThanOrEqual(window.offset)
            expect(piece.offset + piece.length).toBeLessThanOrEqual(window.offset + window.length)
          }
          const longest = Math.max(...window.pieces.map((index) => pieces[index]?.length ?? 0))
          expect(window.length).toBeLessThanOrEqual(Math.max(KIB * KIB, longest))
        }
      }),
    )
  })

  it('are the maps of snapshots that were taken one after the other', () => {
    const maps = Array.from({ length: 12 }, (_, index) => ({ offset: (4 + index) * 64 * KIB, length: 64 }))
    expect(windowsOf(maps)).toHaveLength(1)
  })

  it('are not what lies far apart', () => {
    expect(
      windowsOf([
        { offset: 8 * KIB * KIB, length: 64 },
        { offset: 0, length: 64 },
      ]),
    ).toEqual([
      { offset: 0, length: 64, pieces: [1] },
      { offset: 8 * KIB * KIB, length: 64, pieces: [0] },
    ])
  })
})
