import { describe, expect, it } from 'vitest'
import { manualClock } from './clock'

describe('manualClock', () => {
  it('stands still until it is moved, then wakes who waited long enough', async () => {
    const clock = manualClock('2026-01-01T00:00:00.000Z')
    const woken: string[] = []
    const signal = new AbortController().signal
    const short = clock.wait(1000, signal).then((end) => woken.push(`short ${end}`))
    const long = clock.wait(5000, signal).then((end) => woken.push(`long ${end}`))
    clock.advance(1000)
    await short
    expect(woken).toEqual(['short elapsed'])
    expect(clock.now()).toBe('2026-01-01T00:00:01.000Z')
    clock.advance(4000)
    await long
    expect(clock.waiting()).toBe(0)
  })

  it('ends a wait at once when it is aborted', async () => {
    const clock = manualClock()
    const abort = new AbortController()
    const waiting = clock.wait(1000, abort.signal)
    abort.abort()
    expect(await waiting).toBe('aborted')
    expect(await clock.wait(1000, abort.signal)).toBe('aborted')
    expect(clock.waiting()).toBe(0)
  })
})
