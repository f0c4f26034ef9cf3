import { describe, expect, it } from 'vitest'
import type { ChainImage, Disk } from '@/lib/domain/snapshot'
import { GIB } from '@/lib/domain/units'
import { adviseMerge } from './merge-advice'

const image = (file: string, bytes: number | null, madeBySnapshot: string | null = null): ChainImage => ({
  file,
  format: 'qcow2',
  allocatedBytes: bytes,
  virtualBytes: 40 * GIB,
  madeBySnapshot,
  unexplained: madeBySnapshot === null,
})
const disk = (chain: ChainImage[] | null, more: Partial<Disk> = {}): Disk => ({
  target: 'vda',
  device: 'disk',
  readOnly: false,
  shareable: false,
  format: 'qcow2',
  virtualBytes: 40 * GIB,
  chain,
  ...more,
})

describe('adviseMerge', () => {
  it('advises nothing of a chain that is not known, or that is one image', () => {
    expect(adviseMerge([disk(null)], [])).toEqual([{ disk: 'vda', depth: null, direction: null, why: [] }])
    expect(adviseMerge([disk([image('a', GIB)])], [])).toEqual([{ disk: 'vda', depth: 0, direction: null, why: [] }])
  })

  it('never advises a snapshot’s layer away', () => {
    const [advice] = adviseMerge([disk([image('b', GIB, 's1'), image('a', GIB)])], [])
    expect(advice).toMatchObject({ direction: null, why: [{ because: 'snapshots' }] })
  })

  it('commits small layers and pulls a small base', () => {
    expect(adviseMerge([disk([image('b', GIB), image('a', 9 * GIB)])], [])[0]?.direction).toBe('commit')
    expect(adviseMerge([disk([image('b', 9 * GIB), image('a', GIB)])], [])[0]?.direction).toBe('pull')
  })

  it('pulls where anything else reads through the chain, whatever the sizes', () => {
    const [advice] = adviseMerge(
      [disk([image('b', GIB), image('a', 9 * GIB)])],
      [{ finding: 'shared-base', file: 'a', otherGuests: ['other'] }],
    )
    expect(advice?.direction).toBe('pull')
    expect(advice?.why).toContainEqual({ because: 'shared', file: 'a' })
  })

  it('leaves out what cannot be merged: CDs and read-only disks', () => {
    expect(adviseMerge([disk(null, { device: 'cdrom' }), disk(null, { readOnly: true })], [])).toEqual([])
  })
})
