import { describe, expect, it } from 'vitest'
import { asId, type ConnectionId, type StorageId } from '@/lib/domain/ids'
import { aRule, CONNECTION, STORAGE } from './testing'
import { usageLines } from './usage-lines'

const storage = { id: STORAGE, connectionId: CONNECTION }
const everywhere = { connectionIds: [], storageIds: [], tags: [], environments: [] }
const early = aRule({
  levels: [{ severity: 'warning', fire: 0.57, clear: 0.5 }],
  scope: { ...everywhere, storageIds: [STORAGE] },
})

describe('the lines of a storage', () => {
  it('are those of its rules, the first of each severity', () => {
    expect(usageLines([aRule(), early], storage)).toEqual([57, 90, 95])
    expect(usageLines([early], storage)).toEqual([57, null, null])
  })

  it('heed no rule that is off, about another storage or connection, or about something else than its share', () => {
    const other = { ...storage, id: asId<StorageId>('other') }
    expect(usageLines([aRule(), early], other)).toEqual([80, 90, 95])
    const elsewhere = aRule({ ...early, scope: { ...everywhere, connectionIds: [asId<ConnectionId>('other')] } })
    const off = aRule({ ...early, enabled: false })
    expect(usageLines([aRule(), elsewhere, off, aRule({ ...early, kind: 'inodes-used' })], storage)).toEqual([
      80, 90, 95,
    ])
  })

  it('are not known while no rule says anything, and of every storage those of rules for all', () => {
    expect(usageLines([], storage)).toBeNull()
    expect(usageLines([aRule(), early], null)).toEqual([80, 90, 95])
  })
})
