import { createTranslator } from 'next-intl'
import { describe, expect, it } from 'vitest'
import { asId, type GuestId } from '@/lib/domain/ids'
import type { Loss } from '@/lib/domain/plan'
import { GIB, MINUTE } from '@/lib/domain/units'
import { lossLines, rangeText, timeText } from './consequences'
import { createFormat } from './format'
import { en } from './messages/en'

const tools = {
  t: createTranslator({ locale: 'en', messages: en, namespace: 'plan' }),
  format: createFormat('en', 'UTC'),
}
const plain = (text: string): string => text.replaceAll('\u00a0', ' ')
const loss = (kind: Loss['kind'], name: string, bytes: Loss['bytes']): Loss => ({
  kind,
  guestId: asId<GuestId>('g'),
  name,
  bytes,
  detail: {},
})

describe('a range of bytes', () => {
  it.each([
    [{ min: 0, max: null }, 'not known'],
    [{ min: GIB, max: null }, 'at least 1 GiB'],
    [{ min: 0, max: 0 }, 'none'],
    [{ min: 0, max: 24.9 * GIB }, 'up to 24.9 GiB'],
    [{ min: GIB, max: GIB }, '1 GiB'],
    [{ min: GIB, max: 2 * GIB }, '1 GiB to 2 GiB'],
  ])('%o reads %s', (range, text) => {
    expect(plain(rangeText(range, tools))).toBe(text)
  })
})

describe('losses', () => {
  it('says not known of bytes nobody told, never zero', () => {
    expect(lossLines([loss('writes-since', 'a', null)], tools)).toEqual([
      { label: 'Disk changes since a', value: 'not known' },
    ])
  })

  it('counts many of one kind, and adds bytes only where all are told', () => {
    const told = ['a', 'b', 'c', 'd'].map((name) => loss('newer-snapshot', name, { min: 0, max: GIB }))
    expect(lossLines(told, tools).map(({ value }) => plain(value))).toEqual(['up to 4 GiB'])
    expect(lossLines([...told, loss('newer-snapshot', 'e', null)], tools)).toEqual([
      { label: '5 newer snapshots', value: 'gone' },
    ])
  })
})

it('claims no time where nothing was measured', () => {
  expect(timeText(null, tools)).toBe('not known')
  expect(plain(timeText({ min: MINUTE, max: MINUTE }, tools))).toBe('about 1 min')
  expect(plain(timeText({ min: MINUTE, max: null }, tools))).toBe('at least 1 min')
})
