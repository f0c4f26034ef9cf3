import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonical, digestOf } from './digest'
import { sha256 } from './sha256'

it('is SHA-256, at every length and in every script', () => {
  const nodes = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
  for (const text of ['', 'abc', 'a'.repeat(55), 'a'.repeat(56), 'a'.repeat(64), '快照'.repeat(500)]) {
    expect(sha256(text)).toBe(nodes(text))
  }
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => sha256(text) === nodes(text)))
})

it('has one canonical text for equal values', () => {
  expect(canonical({ b: 1, a: [{ d: undefined, c: null }], e: undefined })).toBe('{"a":[{"c":null}],"b":1}')
})

it('is moved by bytes only when they leave their class, and by any step', () => {
  const loss = (max: number) =>
    ({ kind: 'writes-since', guestId: 'g', name: 'a', bytes: { min: 0, max }, detail: {} }) as never
  const digest = (max: number) => digestOf({ steps: [], losses: [loss(max)], space: [] })
  expect(digest(2_000_000)).toBe(digest(2_100_000))
  expect(digest(2_000_000)).not.toBe(digest(200_000_000))
})
