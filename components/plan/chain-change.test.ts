import { describe, expect, it } from 'vitest'
import type { Plan } from '@/lib/domain/plan'
import type { GuestDetail } from '@/lib/domain/view'
import { chainChanges } from './chain-change'

const merge = {
  parts: [{ guestId: 'g', guestName: 'web', intent: { do: 'merge', guestId: 'g' } }],
  steps: [
    {
      guestId: 'g',
      before: {
        holds: 'all',
        of: [{ holds: 'unlocked' }, { holds: 'chain-is', target: 'vda', files: ['/c', '/b', '/a'] }],
      },
      after: { holds: 'chain-is', target: 'vda', files: ['/b', '/a'] },
    },
    {
      guestId: 'g',
      before: { holds: 'chain-is', target: 'vda', files: ['/b', '/a'] },
      after: { holds: 'chain-is', target: 'vda', files: ['/a'] },
    },
  ],
} as unknown as Plan

describe('what a plan makes of a chain', () => {
  it('is read from the first and the last condition of a merge, base first', () => {
    expect(chainChanges(merge, [])).toEqual([
      {
        label: 'vda',
        of: 'images',
        before: [
          { name: '/a', gone: false },
          { name: '/b', gone: true },
          { name: '/c', gone: true },
        ],
        after: ['/a'],
      },
    ])
  })

  const guest = {
    id: 'g',
    currentParentId: '3',
    snapshots: [
      { id: '1', name: 'one', parentId: null },
      { id: '2', name: 'two', parentId: '1' },
      { id: '3', name: 'three', parentId: '2' },
      { id: '4', name: 'aside', parentId: '1' },
    ],
  } as unknown as GuestDetail
  const deletion = (snapshots: { name: string; parentName: string | null }[], currentParentName: string | null) =>
    ({
      parts: [
        {
          guestId: 'g',
          guestName: 'web',
          intent: { do: 'delete', guestId: 'g' },
          predicted: { snapshots, currentParentName, power: 'running' },
        },
      ],
      steps: [],
    }) as unknown as Plan

  it('is the way to the current state of a deletion, with what goes marked', () => {
    const plan = deletion(
      [
        { name: 'one', parentName: null },
        { name: 'three', parentName: 'one' },
      ],
      'three',
    )
    expect(chainChanges(plan, [guest])).toEqual([
      {
        label: 'web',
        of: 'snapshots',
        before: [
          { name: 'one', gone: false },
          { name: 'two', gone: true },
          { name: 'three', gone: false },
        ],
        after: ['one', 'three'],
      },
    ])
  })

  it('is no picture where only a side branch goes, and ends at a circle', () => {
    const same = guest.snapshots
      .slice(0, 3)
      .map(({ name }, index) => ({ name, parentName: ['one', 'two'][index - 1] ?? null }))
    expect(chainChanges(deletion(same, 'three'), [guest])).toEqual([])
    const circle = deletion([{ name: 'one', parentName: 'one' }], 'one')
    expect(chainChanges(circle, [guest])[0]?.after).toEqual(['one'])
  })
})
