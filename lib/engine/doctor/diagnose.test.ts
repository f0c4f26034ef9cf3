import { describe, expect, it } from 'vitest'
import { asId, type SnapshotId } from '@/lib/domain/ids'
import type { SnapshotView } from '@/lib/domain/view'
import { diagnose, unlockLine } from './diagnose'

const snapshot = (name: string, more: Partial<SnapshotView> = {}): SnapshotView =>
  ({
    id: asId<SnapshotId>(`id-${name}`),
    name,
    unmanaged: false,
    incomplete: false,
    disks: [],
    ...more,
  }) as SnapshotView
const internal = (name: string) => ({ name, mode: 'internal', file: null, bytes: null }) as const
const external = (name: string) => ({ name, mode: 'external', file: `/images/${name}.s1`, bytes: null }) as const
const patient = (more: Partial<Parameters<typeof diagnose>[0]> = {}) => ({
  findings: [],
  snapshots: [],
  disks: null,
  power: 'stopped' as const,
  lock: null,
  managedSave: false,
  ...more,
})

describe('diagnose', () => {
  it('finds nothing wrong with a healthy guest', () => {
    expect(diagnose(patient({ snapshots: [snapshot('s1')] }))).toEqual([])
  })

  it('offers to unlock after a failed deletion, and never after a failed rollback', () => {
    const remedies = (lock: string) => diagnose(patient({ findings: [{ finding: 'lock-left', lock }] }))[0]?.remedies
    expect(remedies('snapshot-delete')).toMatchObject([{ remedy: 'repair', repair: { fix: 'unlock' } }])
    expect(remedies('rollback')).toEqual([])
  })

  it('knows the line for the node where there is one', () => {
    expect(unlockLine({ connectionKind: 'proxmox', kind: 'vm', nativeId: '102' })).toBe('qm unlock 102')
    expect(unlockLine({ connectionKind: 'proxmox', kind: 'container', nativeId: '201' })).toBe('pct unlock 201')
    expect(unlockLine({ connectionKind: 'libvirt', kind: 'vm', nativeId: 'u' })).toBeNull()
  })

  it('offers to finish a deletion before removing its entry only', () => {
    const [found] = diagnose(
      patient({
        findings: [{ finding: 'snapshot-incomplete', snapshot: 's1' }],
        snapshots: [snapshot('s1', { incomplete: true })],
      }),
    )
    expect(found?.remedies.map((each) => each.remedy)).toEqual(['delete', 'repair'])
  })

  it('never offers to roll back to a torn snapshot, only a copy', () => {
    const [found] = diagnose(
      patient({
        findings: [{ finding: 'torn-snapshot', snapshot: 's1', disks: ['vdb'] }],
        snapshots: [snapshot('s1', { disks: [external('vda'), external('vdb')] })],
      }),
    )
    expect(found?.remedies).toEqual([{ remedy: 'fork', snapshotId: 'id-s1', name: 's1' }])
  })

  it('offers no copy of what lies inside an image: it froze no file', () => {
    const [found] = diagnose(
      patient({
        findings: [{ finding: 'torn-snapshot', snapshot: 's1', disks: ['vdb'] }],
        snapshots: [snapshot('s1', { disks: [internal('vda'), internal('vdb')] })],
      }),
    )
    expect(found?.remedies).toEqual([])
  })

  it('offers to remove the entry of a snapshot whose data is gone from every disk', () => {
    const [found] = diagnose(
      patient({
        findings: [{ finding: 'torn-snapshot', snapshot: 's1', disks: ['vda'] }],
        snapshots: [snapshot('s1', { disks: [internal('vda')] })],
      }),
    )
    expect(found?.remedies).toEqual([
      { remedy: 'repair', repair: { fix: 'remove-entry', snapshotId: 'id-s1' }, about: 's1' },
    ])
  })

  it('offers to finish a merge that waits, before giving it up', () => {
    const [found] = diagnose(patient({ findings: [{ finding: 'job-waiting', disk: 'vda' }] }))
    expect(found?.remedies).toMatchObject([
      { repair: { fix: 'finish-job', disk: 'vda', end: 'pivot' } },
      { repair: { fix: 'finish-job', disk: 'vda', end: 'abort' } },
    ])
  })

  it('offers for data without an entry to list it again, or to remove it from each image', () => {
    const [found] = diagnose(
      patient({
        snapshots: [
          snapshot('lost', {
            unmanaged: true,
            disks: [
              { name: 'vda', mode: 'internal', file: null, bytes: null },
              { name: 'vdb', mode: 'excluded', file: null, bytes: null },
            ],
          }),
        ],
      }),
    )
    expect(found?.remedies).toEqual([
      { remedy: 'repair', repair: { fix: 'adopt', snapshotId: 'id-lost' }, about: 'lost' },
      { remedy: 'repair', repair: { fix: 'delete-data', disk: 'vda', name: 'lost' }, about: 'lost' },
    ])
  })

  it('offers nothing against what cannot be repaired from here', () => {
    const [found] = diagnose(patient({ findings: [{ finding: 'shared-base', file: 'a', otherGuests: ['b'] }] }))
    expect(found?.remedies).toEqual([])
  })
})
