import { expect, it } from 'vitest'
import { DAY, epochMillis, HOUR, instantAt, MINUTE } from '@/lib/domain/units'
import { nextTry } from './retry'

const made = '2026-11-27T03:00:00.000Z'
const later = (millis: number) => instantAt(epochMillis(made) + millis)
const busy = (retryAfterMillis: number) => ({ code: 'receiver-busy', status: 429, retryAfterMillis }) as const

it('a receiver that names a time is left alone until then', () => {
  expect(nextTry(busy(20 * MINUTE), 1, made, made)).toEqual({ again: true, at: later(20 * MINUTE) })
})

it('one that names next week is asked again all the same, and not given up before the day is over', () => {
  expect(nextTry(busy(7 * DAY), 1, made, made)).toEqual({ again: true, at: later(6 * HOUR) })
  expect(nextTry(busy(7 * DAY), 4, made, later(19 * HOUR))).toEqual({ again: false })
})
