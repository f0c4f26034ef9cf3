import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { attemptInterval, COLLECT_INTERVAL } from './backoff'
import { periodically } from './driver'
import type { Log } from './log'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const quiet = () => ({ info: vi.fn<Log['info']>(), warn: vi.fn<Log['warn']>(), error: vi.fn<Log['error']>() })

describe('a periodic task', () => {
  test('runs at once, then after each rest, never twice at a time', async () => {
    let running = 0
    let most = 0
    let runs = 0
    const task = periodically(
      't',
      1_000,
      async () => {
        running += 1
        most = Math.max(most, running)
        runs += 1
        await new Promise((resolve) => setTimeout(resolve, 500))
        running -= 1
      },
      quiet(),
    )
    task.wake()
    task.wake()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(runs).toBe(2)
    await vi.advanceTimersByTimeAsync(1_500)
    expect(runs).toBe(3)
    expect(most).toBe(1)
    const stopped = task.stop()
    await vi.advanceTimersByTimeAsync(10_000)
    await stopped
    expect(runs).toBe(3)
  })

  test('woken again and again, rests between two runs, and runs at once after a quiet while', async () => {
    let runs = 0
    const count = async () => {
      runs += 1
    }
    const task = periodically('t', 60_000, count, quiet(), 1_000)
    await vi.advanceTimersByTimeAsync(0)
    for (let wake = 0; wake < 40; wake += 1) {
      task.wake()
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(runs).toBe(5)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(runs).toBe(5)
    task.wake()
    await vi.advanceTimersByTimeAsync(0)
    expect(runs).toBe(6)
    await task.stop()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(runs).toBe(6)
  })

  test('outlives what it throws, and says the same thing once a minute', async () => {
    const log = quiet()
    let runs = 0
    const task = periodically(
      't',
      1_000,
      async () => {
        runs += 1
        throw Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' })
      },
      log,
    )
    await vi.advanceTimersByTimeAsync(59_500)
    expect(runs).toBe(60)
    expect(log.error).toHaveBeenCalledTimes(1)
    expect(log.error.mock.calls[0]?.[0]).toMatchObject({ fault: { code: '53100' } })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(log.error).toHaveBeenCalledTimes(2)
    await task.stop()
  })
})

test('a refused password is tried seldom: directories lock an account that is tried often', () => {
  const rests = (method: 'password' | 'totp' | 'sasl' | 'token') =>
    [1, 2, 3, 100].map((failures) => attemptInterval(failures, { code: 'credentials-refused', method }))
  for (const method of ['password', 'totp', 'sasl'] as const) {
    expect(rests(method), method).toEqual([60_000, 900_000, 900_000, 900_000])
  }
  // Nothing is locked by a token that is not known.
  expect(rests('token')).toEqual([5_000, 10_000, 20_000, 60_000])
})

test('rests grow with failures up to a minute, and end with the first answer', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 100].map((failures) => attemptInterval(failures))).toEqual([
    COLLECT_INTERVAL,
    5_000,
    10_000,
    20_000,
    40_000,
    60_000,
    60_000,
    60_000,
  ])
})
