import { describe, expect, it } from 'vitest'
import type { CleanUpCandidate } from '@/lib/domain/clean-up'
import { asId } from '@/lib/domain/ids'
import { DAY, epochMillis, GIB, HOUR, instantAt, MINUTE } from '@/lib/domain/units'
import { TEST_NOW as NOW } from '@/lib/testing/builders'
import { chooseCleanUp, cleanUpIntent, keptBecause } from './clean-up'

const at = (millis: number) => instantAt(epochMillis(NOW) + millis)

/** Ours, taken two days ago, its time over for an hour. */
const expired = (over: Partial<CleanUpCandidate> = {}): CleanUpCandidate => ({
  snapshotId: asId('expired'),
  name: 'before-update',
  guestId: asId('guest'),
  guestName: 'web',
  environment: 'production',
  createdAt: at(-2 * DAY),
  memory: false,
  unmanaged: false,
  incomplete: false,
  held: false,
  shared: false,
  safety: null,
  bytes: GIB,
  confidence: 'exact',
  own: { expiresAt: at(-HOUR), notedAt: at(-2 * DAY + MINUTE) },
  ...over,
})

describe('what an automatic clean-up may delete', () => {
  it.each([
    ['is held', { held: true }, 'held'],
    ['was taken by somebody else', { own: null }, 'not-ours'],
    ['has no agreed end', { own: { expiresAt: null, notedAt: at(-DAY) } }, 'no-expiry'],
    ['has time left', { own: { expiresAt: at(1), notedAt: at(-DAY) } }, 'not-expired'],
    ['tells no time', { createdAt: null }, 'age-unknown'],
    ['was made anew under the name of one of ours', { createdAt: at(-DAY) }, 'another-one'],
    ['is data without metadata', { unmanaged: true }, 'unmanaged'],
    ['is half made or half deleted', { incomplete: true }, 'incomplete'],
    ['shares images with other guests', { shared: true }, 'shared'],
  ] as const)('is never one that %s', (_, over, why) => {
    expect(keptBecause(expired(over), NOW)).toBe(why)
  })

  it('is one of ours whose time is over, a clock that runs two minutes ahead included', () => {
    expect(keptBecause(expired(), NOW)).toBeNull()
    expect(keptBecause(expired({ createdAt: at(-2 * DAY + 3 * MINUTE) }), NOW)).toBeNull()
    expect(keptBecause(expired({ own: { expiresAt: NOW, notedAt: at(-2 * DAY) } }), NOW)).toBeNull()
  })
})

/** mulberry32: the same worlds every time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('in two thousand worlds', () => {
  const worlds = Array.from({ length: 2_000 }, (_, seed) => {
    const roll = seeded(seed)
    const maybe = (chance: number) => roll() < chance
    const candidates = Array.from({ length: Math.floor(roll() * 12) }, (_unused, index) =>
      expired({
        snapshotId: asId(`s${index}`),
        guestId: asId(`g${Math.floor(roll() * 3)}`),
        held: maybe(0.1),
        unmanaged: maybe(0.05),
        incomplete: maybe(0.05),
        shared: maybe(0.05),
        createdAt: maybe(0.1) ? null : at(-2 * DAY + (roll() - 0.8) * DAY),
        bytes: maybe(0.3) ? null : Math.floor(roll() * 20 * GIB),
        own: maybe(0.15)
          ? null
          : { expiresAt: maybe(0.1) ? null : at((roll() - 0.8) * DAY), notedAt: at(-2 * DAY + roll() * HOUR) },
      }),
    )
    const maxSnapshots = 1 + Math.floor(roll() * 5)
    return { candidates, policy: { maxSnapshots }, wantedBytes: maybe(0.2) ? null : roll() * 30 * GIB, now: NOW }
  })

  it('chooses something in many of them', () => {
    expect(worlds.filter((world) => chooseCleanUp(world).length > 1).length).toBeGreaterThan(100)
  })

  it('never chooses what is held, unexpired, not ours, or not known to be so, and never more than allowed', () => {
    for (const world of worlds) {
      const chosen = chooseCleanUp(world)
      expect(chosen.length).toBeLessThanOrEqual(world.policy.maxSnapshots)
      for (const { held, own, createdAt, unmanaged, incomplete, shared } of chosen) {
        expect([held, unmanaged, incomplete, shared]).toEqual([false, false, false, false])
        expect(own?.expiresAt == null || own.expiresAt > NOW).toBe(false)
        expect(epochMillis(createdAt ?? '')).toBeLessThanOrEqual(epochMillis(own?.notedAt ?? '') + 2 * MINUTE)
      }
    }
  })

  it('asks for exactly what it chose, and keeps what hangs below', () => {
    for (const world of worlds) {
      const chosen = chooseCleanUp(world)
      const intent = cleanUpIntent(chosen)
      const deletes = intent === null ? [] : intent.do === 'batch' ? intent.intents : [intent]
      const asked = deletes.flatMap((each) =>
        each.do === 'delete' && each.children === 'keep' ? each.snapshotIds : [],
      )
      expect(asked.toSorted()).toEqual(chosen.map(({ snapshotId }) => snapshotId).toSorted())
    }
  })

  it('goes on only until it is enough, and stops after one whose bytes nobody told', () => {
    for (const { candidates, policy, wantedBytes, now } of worlds) {
      const chosen = chooseCleanUp({ candidates, policy, wantedBytes, now })
      const before = chosen.slice(0, -1)
      expect(before.every(({ bytes }) => bytes !== null)).toBe(true)
      const freed = before.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
      if (before.length > 0) expect(freed).toBeLessThan(wantedBytes ?? 0)
    }
  })
})
