import { createTranslator } from 'next-intl'
import { describe, expect, it } from 'vitest'
import { asId, type GuestId } from '@/lib/domain/ids'
import type { Loss, Merge } from '@/lib/domain/plan'
import { GIB, MINUTE } from '@/lib/domain/units'
import { lossLines, mergeLines, rangeText, timeText } from './consequences'
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

describe('merges', () => {
  const merge = (guest: string, disk: string, direction: Merge['direction'], layers: string[] = []): Merge => ({
    guestId: asId<GuestId>(guest),
    disk,
    layers,
    into: '/images/base.qcow2',
    direction,
  })

  it('counts images and not snapshots where these fold inside one', () => {
    const inside = Array.from({ length: 6 }, () => merge('g', 'vda', 'inside-image'))
    expect(mergeLines(inside, tools)).toEqual([{ label: 'Inside the image of vda', value: 'in place' }])
    const many = Array.from({ length: 6 }, (_, index) => merge(`g${index}`, 'vda', 'inside-image'))
    expect(mergeLines(many, tools)).toEqual([{ label: 'Inside 6 disks of 6 guests', value: 'in place' }])
  })

  it('counts layers of many chains together', () => {
    const chains = Array.from({ length: 5 }, () => merge('g', 'vda', 'commit', ['/images/a', '/images/b']))
    expect(mergeLines([...chains, merge('h', 'sda', 'storage')], tools)).toEqual([
      { label: '10 layers on 1 guest', value: '' },
      { label: 'Inside the storage, sda', value: 'by the storage' },
    ])
  })
})

it('claims no time where nothing was measured', () => {
  expect(timeText(null, tools)).toBe('not known')
  expect(plain(timeText({ min: MINUTE, max: MINUTE }, tools))).toBe('about 1 min')
  expect(plain(timeText({ min: MINUTE, max: null }, tools))).toBe('at least 1 min')
})
