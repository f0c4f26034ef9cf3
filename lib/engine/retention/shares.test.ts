import { describe, expect, it } from 'vitest'
import { asId } from '@/lib/domain/ids'
import type { PastSnapshot } from '@/lib/domain/retention'
import { addUp, byOwner, judged } from './shares'

const size = (bytes: number | null, confidence: 'exact' | 'at-least' | 'at-most' | 'estimate' | 'unknown') => ({
  bytes,
  confidence,
})
const past = (owner: string | null, createdAt: string): PastSnapshot => ({
  snapshotId: asId(createdAt),
  name: 'before-update',
  createdAt,
  guestId: asId('g'),
  guestName: 'web',
  connectionId: asId('c'),
  connectionName: 'kvm',
  environment: 'production',
  environmentSaid: false,
  owner,
  limitMillis: 1,
  memory: false,
  size: size(10, 'exact'),
  held: null,
  lastBackupAt: null,
  backupKnown: false,
})

describe('sizes added up', () => {
  it.each([
    ['nothing is exactly nothing', [], size(0, 'exact')],
    ['exact ones are exact', [size(1, 'exact'), size(2, 'exact')], size(3, 'exact')],
    ['one that is not told makes it a lower bound', [size(1, 'exact'), size(null, 'unknown')], size(1, 'at-least')],
    ['none told is not known, never zero', [size(null, 'unknown')], size(null, 'unknown')],
    ['an estimate makes an estimate', [size(1, 'exact'), size(2, 'estimate')], size(3, 'estimate')],
    ['an upper bound makes an upper bound', [size(1, 'exact'), size(2, 'at-most')], size(3, 'at-most')],
  ])('%s', (_, sizes, sum) => {
    expect(addUp(sizes)).toEqual(sum)
  })
})

describe('the review in figures', () => {
  const share = (snapshots: number, past: number, withoutTime: number, limitMillis: number | null = 1) => ({
    environment: 'production' as const,
    limitMillis,
    guests: 1,
    snapshots,
    past,
    withoutTime,
    oldestPastAt: null,
    held: size(0, 'exact'),
  })

  it('never counts what tells no time as inside', () => {
    expect(judged([share(5, 2, 3)])).toEqual({ total: 5, inside: 0, past: 2, withoutTime: 3 })
  })

  it('leaves out what no limit applies to', () => {
    expect(judged([share(4, 1, 0), share(9, 0, 2, null)])).toEqual({ total: 4, inside: 3, past: 1, withoutTime: 0 })
  })
})

describe('owners', () => {
  it('come with the most first, and nobody last', () => {
    const shares = byOwner([past(null, '1'), past(null, '0'), past('Lin', '3'), past('Chen', '5'), past('Chen', '4')])
    expect(shares.map(({ owner, past: count, oldestAt }) => [owner, count, oldestAt])).toEqual([
      ['Chen', 2, '4'],
      ['Lin', 1, '3'],
      [null, 2, '0'],
    ])
  })
})
