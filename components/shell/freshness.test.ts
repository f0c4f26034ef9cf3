import { describe, expect, it } from 'vitest'
import { fleetAge, type Source } from './freshness'

const NOW = '2026-11-27T12:00:00.000Z'
const source = (secondsAgo: number | null, failing = false): Source => ({
  id: 'c1',
  name: 'kvm-01',
  lastAnswerAt: secondsAgo === null ? null : new Date(Date.parse(NOW) - secondsAgo * 1000).toISOString(),
  failing,
})

describe('how old what one sees is', () => {
  it('is the age of the oldest source that answers', () => {
    expect(fleetAge([source(4), source(9), source(8_000, true)], NOW)).toBe(9_000)
  })

  it('is not "no data" when nothing answers any more: the last known is still shown', () => {
    expect(fleetAge([source(12, true), source(600, true), source(null, true)], NOW)).toBe(600_000)
  })

  it('is unknown before anything ever answered', () => {
    expect(fleetAge([source(null), source(null, true)], NOW)).toBeNull()
  })
})
