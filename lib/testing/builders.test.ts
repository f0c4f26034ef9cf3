import { describe, expect, it } from 'vitest'
import { GIB } from '@/lib/domain/units'
import { guestFigures } from '@/lib/engine/chain/figures'
import { aCollection, aGuest, aSnapshot, aStorage } from './builders'

describe('builders', () => {
  it('build a chain whose disks and snapshots tell the same story', () => {
    const { disks, snapshots } = aGuest('web').withChain('a', 'b', 'c').build()
    if (disks.status === 'unread' || snapshots.status === 'unread') throw new Error('a built guest is read')
    expect(
      guestFigures({
        disks: disks.value,
        snapshots: snapshots.value.items,
        currentParent: snapshots.value.currentParent,
      }),
    ).toMatchObject({ chainDepth: 3, treeDepth: 3, held: { bytes: 3 * GIB, confidence: 'exact' } })
  })

  it('do not share what they built', () => {
    const builder = aGuest('web').tagged('prod')
    const first = builder.build()
    first.facts.tags.push('changed')
    expect(builder.build().facts.tags).toEqual(['prod'])
  })

  it('build whole collections that survive JSON', () => {
    const collection = aCollection()
      .withGuests(
        aGuest('web').withSnapshots(aSnapshot('s').withMemory()),
        aGuest('db').withUnreadSnapshots({ code: 'interrupted' }),
      )
      .withStorages(aStorage('images').sized(10 * GIB, GIB))
      .build()
    expect(JSON.parse(JSON.stringify(collection))).toEqual(collection)
  })
})
