import { describe, expect, it } from 'vitest'
import { fleetAge, isStale, type Source } from './freshness'
import { navKeyOf } from './navigation'
import { initialsOf } from './user-menu'

const now = '2025-08-31T09:42:00.000Z'
const source = (id: string, lastAnswerAt: string | null, failing = false): Source => ({
  id,
  name: id,
  lastAnswerAt,
  failing,
})

describe('fleet freshness', () => {
  it('is the oldest source that answers; a stale one does not hide how old the rest is', () => {
    const sources = [
      source('a', '2025-08-31T09:41:50.000Z'),
      source('b', '2025-08-31T09:41:22.000Z'),
      source('c', '2025-08-31T09:28:00.000Z', true),
    ]
    expect(fleetAge(sources, now)).toBe(38_000)
    expect(sources.filter((each) => isStale(each, now)).map((each) => each.id)).toEqual(['c'])
  })
  it('is not known, rather than zero, when nothing has answered', () => {
    expect(fleetAge([source('a', null)], now)).toBeNull()
    expect(isStale(source('a', null), now)).toBe(false)
    expect(isStale(source('a', null, true), now)).toBe(true)
  })
  it('goes stale by age alone after ten minutes', () => {
    expect(isStale(source('a', '2025-08-31T09:32:01.000Z'), now)).toBe(false)
    expect(isStale(source('a', '2025-08-31T09:31:59.000Z'), now)).toBe(true)
  })
})

describe('the rail', () => {
  it.each([
    ['/', 'overview'],
    ['/guests', 'guests'],
    ['/guests/1/disks', 'guests'],
    ['/storage/2', 'storage'],
    ['/guests-of-honour', null],
  ])('%s belongs to %s', (path, key) => {
    expect(navKeyOf(path)).toBe(key)
  })
})

it.each([
  ['Lin Yue', 'LY'],
  ['chen.hao@example.cn', 'CC'],
  ['林悦', '林悦'],
  ['Zhao', 'Z'],
  ['', ''],
])('%j is drawn as %j', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})
