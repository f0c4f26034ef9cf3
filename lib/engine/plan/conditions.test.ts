import { describe, expect, it } from 'vitest'
import type { KnownGuest } from '@/lib/domain/known'
import type { Condition } from '@/lib/domain/plan'
import { aDisk, aGuest, anImage, aSnapshot, hoursAgo } from '@/lib/testing/builders'
import { actualOf, differences, type Holds, holds } from './conditions'
import { known } from './testing'

const web = known(aGuest('web').withChain('a', 'b').tagged('prod', 'x').withFacts({ managedSave: false }))
const files = ['/images/vda.b.qcow2', '/images/vda.a.qcow2', '/images/vda.qcow2']

describe('a condition', () => {
  const rows: [Condition, Holds][] = [
    [{ holds: 'always' }, 'yes'],
    [{ holds: 'snapshot-exists', name: 'a' }, 'yes'],
    [{ holds: 'snapshot-exists', name: 'c' }, 'no'],
    [{ holds: 'snapshot-exists', name: 'x', nativeId: 'a' }, 'yes'],
    [{ holds: 'snapshot-complete', name: 'a' }, 'yes'],
    [{ holds: 'snapshot-absent', name: 'c' }, 'yes'],
    [{ holds: 'snapshot-absent', name: 'a' }, 'no'],
    [{ holds: 'snapshot-parent', name: 'b', parentName: 'a' }, 'yes'],
    [{ holds: 'snapshot-parent', name: 'a', parentName: null }, 'yes'],
    [{ holds: 'snapshot-parent', name: 'b', parentName: null }, 'no'],
    [{ holds: 'current-parent', name: 'b' }, 'yes'],
    [{ holds: 'current-parent', name: null }, 'no'],
    [{ holds: 'newest-is', name: 'b' }, 'yes'],
    [{ holds: 'newest-is', name: 'a' }, 'no'],
    [{ holds: 'power', in: ['running', 'paused'] }, 'yes'],
    [{ holds: 'power', in: ['stopped'] }, 'no'],
    [{ holds: 'unlocked' }, 'yes'],
    [{ holds: 'no-saved-memory' }, 'yes'],
    [{ holds: 'active-image', target: 'vda', file: '/images/vda.b.qcow2' }, 'yes'],
    [{ holds: 'active-image', target: 'vdb', file: '/images/vda.b.qcow2' }, 'no'],
    [{ holds: 'active-image-is-not', target: 'vda', file: '/images/vda.b.qcow2' }, 'no'],
    [{ holds: 'chain-is', target: 'vda', files }, 'yes'],
    [{ holds: 'chain-is', target: 'vda', files: files.slice(1) }, 'no'],
    [{ holds: 'chain-lacks', target: 'vda', files: ['/images/z'] }, 'yes'],
    [{ holds: 'chain-lacks', target: 'vda', files: ['/images/z', '/images/vda.qcow2'] }, 'no'],
    [{ holds: 'tags', tags: ['x', 'prod'], protected: null }, 'yes'],
    [{ holds: 'tags', tags: ['prod'], protected: null }, 'no'],
    [{ holds: 'tags', tags: ['x', 'prod'], protected: true }, 'unknown'],
    [{ holds: 'no-unmanaged', name: 'a' }, 'yes'],
    [{ holds: 'guest-exists', name: 'web' }, 'yes'],
    [{ holds: 'guest-exists', name: 'web-copy' }, 'no'],
    [{ holds: 'guest-is', birthMark: null }, 'yes'],
    [{ holds: 'guest-is', birthMark: 'uuid' }, 'unknown'],
    [{ holds: 'all', of: [{ holds: 'always' }, { holds: 'current-parent', name: 'b' }] }, 'yes'],
  ]
  it.each(rows)('%j: %s', (condition, answer) => {
    expect(holds(condition, web)).toBe(answer)
  })

  it('decides by one no, and stays open by one unknown', () => {
    const unknown: Condition = { holds: 'guest-is', birthMark: 'uuid' }
    const no: Condition = { holds: 'current-parent', name: null }
    expect(holds({ holds: 'all', of: [unknown, no] }, web)).toBe('no')
    expect(holds({ holds: 'all', of: [unknown, { holds: 'always' }] }, web)).toBe('unknown')
    expect(holds({ holds: 'all', of: [] }, web)).toBe('yes')
  })

  it('is unknown on what the last reading did not renew, however well it was known before', () => {
    const unread = { code: 'interrupted' } as const
    const old: KnownGuest = {
      ...web,
      snapshots: { ...web.snapshots, unread },
      disks: { ...web.disks, unread },
    }
    for (const [condition] of rows) {
      if (!/snapshot|parent|newest|unmanaged|image|chain/.test(condition.holds)) continue
      expect(holds(condition, old), condition.holds).toBe('unknown')
    }
    expect(actualOf(old)).toBeNull()
  })

  it('proves nothing of a guest that is gone', () => {
    expect(holds({ holds: 'snapshot-absent', name: 'a' }, null)).toBe('unknown')
    expect(holds({ holds: 'guest-is', birthMark: null }, null)).toBe('no')
    expect(holds({ holds: 'guest-exists', name: 'web' }, null)).toBe('no')
  })

  it('takes neither half-made snapshots nor data without metadata for the real thing', () => {
    const guest = known(
      aGuest().withSnapshots(aSnapshot('half').incomplete(), aSnapshot('left').withId('left-data').unmanaged()),
    )
    expect(holds({ holds: 'snapshot-exists', name: 'half' }, guest)).toBe('yes')
    expect(holds({ holds: 'snapshot-complete', name: 'half' }, guest)).toBe('no')
    expect(holds({ holds: 'snapshot-exists', name: 'left' }, guest)).toBe('no')
    expect(holds({ holds: 'snapshot-absent', name: 'left' }, guest)).toBe('yes')
    expect(holds({ holds: 'no-unmanaged', name: 'left' }, guest)).toBe('no')
  })

  it('does not vouch for images that could not be looked into', () => {
    const guest = known(aGuest().withSnapshots(aSnapshot('a')))
    const value = { items: [], currentParent: null, imagesUnread: { code: 'interrupted' } as const }
    const blind: KnownGuest = { ...guest, snapshots: { ...guest.snapshots, value } }
    expect(holds({ holds: 'no-unmanaged', name: 'a' }, blind)).toBe('unknown')
  })

  it('tells the newer of two taken in the same second by their parents, and admits unknown times', () => {
    const at = hoursAgo(2)
    const pair = known(aGuest().withSnapshots(aSnapshot('a').takenAt(at), aSnapshot('b').takenAt(at).childOf('a')))
    expect(holds({ holds: 'newest-is', name: 'a' }, pair)).toBe('no')
    expect(holds({ holds: 'newest-is', name: 'b' }, pair)).toBe('yes')
    const timeless = known(aGuest().withSnapshots(aSnapshot('a').takenAt(null), aSnapshot('b')))
    expect(holds({ holds: 'newest-is', name: 'b' }, timeless)).toBe('unknown')
  })

  it('says unknown where a chain is not readable', () => {
    const guest = known(aGuest().withDisks(aDisk('vda', { chain: null }), aDisk('vdb', { chain: [anImage('/b')] })))
    expect(holds({ holds: 'chain-lacks', target: 'vda', files: ['/x'] }, guest)).toBe('unknown')
    expect(holds({ holds: 'active-image', target: 'vdb', file: '/b' }, guest)).toBe('yes')
  })
})

describe('what came of it', () => {
  it('is told in the words of a prediction', () => {
    expect(actualOf(web)).toEqual({
      snapshots: [
        { name: 'a', parentName: null },
        { name: 'b', parentName: 'a' },
      ],
      currentParentName: 'b',
      power: 'running',
    })
  })

  it('leaves open what the current state stands on where nobody tells, and does not call that a difference', () => {
    const untold = known(aGuest('web').withSnapshots(aSnapshot('a')).withCurrentUntold())
    expect(actualOf(untold)).toMatchObject({ currentParentName: null, currentUnknown: true })
    const expected = {
      snapshots: [{ name: 'a', parentName: null }],
      currentParentName: null,
      power: 'running',
    } as const
    const actual = actualOf(untold)
    if (actual === null) throw new Error('read')
    expect(differences({ ...expected, snapshots: [...expected.snapshots] }, actual)).toEqual([])
  })

  it('names every difference, also among equal names', () => {
    const actual = actualOf(web)
    if (actual === null) throw new Error('read')
    expect(differences(actual, actual)).toEqual([])
    const twice = { ...actual, snapshots: [...actual.snapshots, { name: 'b', parentName: 'a' }] }
    expect(differences(actual, twice)).toEqual([{ differs: 'snapshot-unexpected', snapshot: 'b', parent: 'a' }])
    expect(differences({ ...actual, currentParentName: null, power: 'stopped' }, { ...actual, snapshots: [] })).toEqual(
      [
        { differs: 'snapshot-missing', snapshot: 'a', parent: null },
        { differs: 'snapshot-missing', snapshot: 'b', parent: 'a' },
        { differs: 'current', found: 'b', expected: null },
        { differs: 'power', found: 'running', expected: 'stopped' },
      ],
    )
  })
})
