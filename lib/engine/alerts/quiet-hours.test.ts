import { describe, expect, it } from 'vitest'
import type { QuietHours } from '@/lib/domain/channel'
import { isQuiet } from './quiet-hours'

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]
const night: QuietHours = { days: EVERY_DAY, from: '22:00', until: '07:00' }

describe('quiet hours', () => {
  // Europe/Berlin is UTC+1, and UTC+2 from 2026-03-29 01:00Z to 2026-10-25 01:00Z.
  it.each([
    ['before the clocks go forward', '2026-03-28T20:59:00Z', false],
    ['at 22:00 that evening', '2026-03-28T21:00:00Z', true],
    ['in the hour that is left out', '2026-03-29T01:00:00Z', true],
    ['at 06:59 of the shorter night', '2026-03-29T04:59:00Z', true],
    ['at 07:00, an hour of real time sooner', '2026-03-29T05:00:00Z', false],
    ['in the hour that comes twice, the first time', '2026-10-25T00:30:00Z', true],
    ['the second time', '2026-10-25T01:30:00Z', true],
    ['at 06:59 of the longer night', '2026-10-25T05:59:00Z', true],
    ['at 07:00 after it', '2026-10-25T06:00:00Z', false],
  ])('follow the clock on the wall %s', (_when, now, quiet) => {
    expect(isQuiet(night, now, 'Europe/Berlin')).toBe(quiet)
  })

  it.each([
    ['Friday 23:00', '2026-11-27T23:00:00Z', true],
    ['Saturday 06:00, still Friday’s', '2026-11-28T06:00:00Z', true],
    ['Saturday 23:00', '2026-11-28T23:00:00Z', false],
    ['Friday 06:00, Thursday’s', '2026-11-27T06:00:00Z', false],
  ])('belong to the day they begin on: %s', (_when, now, quiet) => {
    expect(isQuiet({ ...night, days: [5] }, now, 'UTC')).toBe(quiet)
  })

  it('are the whole day where both ends are the same, and none where there are none', () => {
    const saturday: QuietHours = { days: [6], from: '00:00', until: '00:00' }
    expect(isQuiet(saturday, '2026-11-28T12:00:00Z', 'UTC')).toBe(true)
    expect(isQuiet(saturday, '2026-11-27T12:00:00Z', 'UTC')).toBe(false)
    expect(isQuiet(null, '2026-11-28T12:00:00Z', 'UTC')).toBe(false)
  })
})
