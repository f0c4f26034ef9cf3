import { describe, expect, it } from 'vitest'
import type { GuestSpace, StorageSpace } from '@/lib/domain/storage'
import { restOf, sum } from './space-sums'

const size = (bytes: number | null) => ({ bytes, confidence: bytes === null ? 'unknown' : 'exact' }) as const
const guest = (bytes: number | null): GuestSpace => ({
  guestId: null,
  name: 'orders-db',
  data: size(bytes),
  snapshots: size(0),
  total: size(bytes),
  growth: { bytes: null, confidence: 'unknown' },
  each: null,
})
const space = (guests: GuestSpace[], leftover: StorageSpace['leftover'] = NOTHING): StorageSpace => ({
  guests,
  shared: { files: 1, bytes: 10 },
  leftover,
  growthSince: null,
})
const NOTHING: StorageSpace['leftover'] = { memory: { files: 0, bytes: 0 }, others: { files: 0, bytes: 0 } }

describe('what takes the space', () => {
  it('has no sum while one figure is not told', () => {
    expect(sum([1, 2])).toBe(3)
    expect(sum([1, null])).toBeNull()
    expect(sum([])).toBe(0)
  })

  it('names what belongs to no line, where every line is told and it is worth one', () => {
    expect(restOf(space([guest(40)]), 100)).toBe(50)
    expect(restOf(space([guest(89)]), 100)).toBeNull()
    expect(restOf(space([guest(200)]), 100)).toBeNull()
    expect(restOf(space([guest(null)]), 100)).toBeNull()
    expect(restOf(space([guest(40)], null), 100)).toBeNull()
    expect(restOf(space([guest(40)]), null)).toBeNull()
  })
})
