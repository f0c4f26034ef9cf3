import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, GIB, HOUR, KIB, MIB, MINUTE, SECOND, TIB } from '@/lib/domain/units'
import {
  formatAge,
  formatAgo,
  formatBytes,
  formatDate,
  formatDuration,
  formatPercent,
  formatZone,
  isTimeZone,
} from './format'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')
const now = '2025-08-31T09:42:00.000Z'
const en = { now, timeZone: 'Asia/Shanghai', locale: 'en' } as const
const zh = { now, timeZone: 'Asia/Shanghai', locale: 'zh-CN' } as const

describe('bytes', () => {
  it.each([
    [0, '0 B', '0 B'],
    [999, '999 B', '999 B'],
    [1024, '1 KiB', '1.0 KiB'],
    [640 * MIB, '640 MiB', '640 MiB'],
    [1.5 * MIB, '1.5 MiB', '1.5 MiB'],
    [268 * GIB, '268 GiB', '268.0 GiB'],
    [212.4 * GIB, '212.4 GiB', '212.4 GiB'],
    [999 * GIB, '999 GiB', '999.0 GiB'],
    [1000 * GIB, '0.98 TiB', '0.98 TiB'],
    [1.43 * TIB, '1.43 TiB', '1.43 TiB'],
    [9.2 * TIB, '9.2 TiB', '9.20 TiB'],
    [12 * TIB, '12 TiB', '12.00 TiB'],
  ])('%d reads %s, in a column %s', (bytes, sentence, cell) => {
    expect(plain(formatBytes(bytes))).toBe(sentence)
    expect(plain(formatBytes(bytes, 'cell'))).toBe(cell)
  })

  it('never prints a number with four digits before the point up to 999 TiB', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 * TIB }), (bytes) => {
        expect(plain(formatBytes(bytes))).toMatch(/^\d{1,3}(\.\d{1,2})? (B|KiB|MiB|GiB|TiB)$/)
      }),
    )
  })

  it('goes back to the same size within its own precision', () => {
    const units: Record<string, number> = { B: 1, KiB: KIB, MiB: MIB, GiB: GIB, TiB: TIB }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 * TIB }), (bytes) => {
        const [number = '', unit = ''] = plain(formatBytes(bytes)).split(' ')
        expect(Math.abs((Number(number) * (units[unit] ?? 0)) / bytes - 1)).toBeLessThan(0.05)
      }),
    )
  })
})

describe('percent', () => {
  it('is cut, so that a threshold never reads as reached before it is', () => {
    expect(plain(formatPercent(0.9499))).toBe('94.9 %')
    expect(plain(formatPercent(0.914))).toBe('91.4 %')
    expect(plain(formatPercent(0.95))).toBe('95 %')
    expect(plain(formatPercent(0.54, 'cell'))).toBe('54.0 %')
    expect(plain(formatPercent(1))).toBe('100 %')
  })
})

describe('ages and durations', () => {
  it.each([
    [38 * SECOND, '38 s', '38 秒'],
    [14 * MINUTE, '14 min', '14 分钟'],
    [71 * HOUR, '71 h', '71 小时'],
    [7 * DAY, '7 d', '7 天'],
    [50 * DAY, '50 d', '50 天'],
    [-5 * SECOND, '0 s', '0 秒'],
  ])('%d ms is %s, %s', (millis, english, chinese) => {
    expect(plain(formatAge(millis, 'en'))).toBe(english)
    expect(plain(formatAge(millis, 'zh-CN'))).toBe(chinese)
  })

  it.each([
    [140, '140 ms', '140 毫秒'],
    [40 * SECOND, '40 s', '40 秒'],
    [150 * SECOND, '2 min 30 s', '2 分钟 30 秒'],
    [3 * HOUR + 12 * MINUTE, '3 h 12 min', '3 小时 12 分'],
    [21 * HOUR, '21 h', '21 小时'],
    [2 * DAY + 4 * HOUR, '2 d 4 h', '2 天 4 小时'],
    [50 * DAY + 4 * HOUR, '50 d', '50 天'],
  ])('%d ms lasts %s, %s', (millis, english, chinese) => {
    expect(plain(formatDuration(millis, 'en'))).toBe(english)
    expect(plain(formatDuration(millis, 'zh-CN'))).toBe(chinese)
  })

  it('says ago, and says when an instant lies ahead', () => {
    expect(plain(formatAgo('2025-08-31T09:28:00.000Z', now, 'en'))).toBe('14 min ago')
    expect(plain(formatAgo('2025-08-31T09:28:00.000Z', now, 'zh-CN'))).toBe('14 分钟前')
    expect(plain(formatAgo('2025-08-31T12:42:00.000Z', now, 'en'))).toBe('in 3 h')
  })
})

describe('dates', () => {
  const taken = '2025-08-31T06:30:00.000Z'
  it('is short, in the reader’s hours, and names the year only when it is another', () => {
    expect(formatDate(taken, 'moment', en)).toBe('31 Aug 14:30')
    expect(formatDate('2024-09-08T06:30:00.000Z', 'moment', en)).toBe('8 Sep 2024, 14:30')
    expect(formatDate(taken, 'full', en)).toBe('31 Aug 2025, 14:30')
    expect(formatDate(taken, 'day', en)).toBe('31 Aug')
    expect(formatDate(taken, 'time', en)).toBe('14:30')
  })
  it('reads in Chinese', () => {
    expect(formatDate(taken, 'moment', zh)).toBe('8 月 31 日 14:30')
    expect(formatDate(taken, 'full', zh)).toBe('2025 年 8 月 31 日 14:30')
    expect(formatDate(now, 'long', zh)).toBe('2025 年 8 月 31 日星期日 17:42 UTC+8')
  })
  it('names the time zone once, in the long form', () => {
    expect(formatDate(now, 'long', en)).toBe('Sunday 31 August 2025, 17:42 UTC+8')
    expect(formatZone(now, 'UTC')).toBe('UTC')
    expect(formatZone(now, 'Asia/Kolkata')).toBe('UTC+5:30')
  })
  it('knows a time zone from any other text', () => {
    expect(isTimeZone('Asia/Shanghai')).toBe(true)
    expect(isTimeZone('<script>')).toBe(false)
  })
})
