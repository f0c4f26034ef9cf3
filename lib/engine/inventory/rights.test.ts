import { describe, expect, it } from 'vitest'
import { lostRights, rightsToKeep } from './rights'

const before = { '/vms': ['VM.Audit'], '/vms/102': ['VM.Audit', 'VM.Snapshot'], '/storage': ['Datastore.Audit'] }

describe('rights that shrink', () => {
  it('finds nothing lost where nothing was known or nothing is told', () => {
    expect(lostRights(null, {}, [])).toEqual([])
    expect(lostRights(before, undefined, [])).toEqual([])
    expect(lostRights(before, before, [])).toEqual([])
  })

  it('names the paths on which a privilege is missing', () => {
    expect(lostRights(before, { '/vms': ['VM.Audit'], '/vms/102': ['VM.Audit'] }, [])).toEqual(['/storage', '/vms/102'])
  })

  it('lets a path above speak for one that is not listed any more', () => {
    const now = { '/': ['VM.Audit', 'VM.Snapshot', 'Datastore.Audit'] }
    expect(lostRights(before, now, [])).toEqual([])
  })

  it('does not miss the rights on a guest that was removed', () => {
    const now = { '/vms': ['VM.Audit'], '/storage': ['Datastore.Audit'] }
    expect(lostRights(before, now, ['102'])).toEqual([])
    expect(lostRights(before, now, ['103'])).toEqual(['/vms/102'])
  })

  it('remembers what was lost until it is back', () => {
    const now = { '/vms': ['VM.Audit'] }
    const kept = rightsToKeep(before, now, lostRights(before, now, []))
    expect(kept).toEqual(before)
    expect(lostRights(kept, before, [])).toEqual([])
    expect(rightsToKeep(before, undefined, [])).toBeNull()
  })
})
