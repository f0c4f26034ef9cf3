import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Disk, Size, SizeConfidence, Snapshot } from '@/lib/domain/snapshot'
import { addSizes, guestFigures, storageNamesByGuest } from './figures'

const snap = (name: string, parent: string | null, over: Partial<Snapshot> = {}): Snapshot => ({
  nativeId: name,
  name,
  parent,
  parentMissing: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  description: '',
  memory: 'none',
  powerThen: 'unknown',
  consistency: 'unknown',
  kind: 'external',
  unmanaged: false,
  incomplete: false,
  disks: [{ name: 'vda', mode: 'external', file: `/x/${name}`, bytes: null }],
  memoryFile: null,
  size: { bytes: 10, confidence: 'exact', source: 'overlay-allocation' },
  ...over,
})

const disk = (chain: [madeBy: string | null, bytes: number | null][] | null, over: Partial<Disk> = {}): Disk => ({
  target: 'vda',
  device: 'disk',
  readOnly: false,
  shareable: false,
  format: 'qcow2',
  virtualBytes: 100,
  chain:
    chain?.map(([madeBySnapshot, allocatedBytes], index) => ({
      file: `/x/${index}`,
      format: 'qcow2',
      allocatedBytes,
      virtualBytes: 100,
      madeBySnapshot,
      unexplained: false,
    })) ?? null,
  ...over,
})

const size = (bytes: number | null, confidence: SizeConfidence): Size => ({ bytes, confidence, source: 'not-told' })

describe('guestFigures', () => {
  it('counts, and tells two depths apart', () => {
    const snapshots = [
      snap('a', null, { createdAt: '2026-01-02T00:00:00.000Z' }),
      snap('b', 'a', { memory: 'saved', createdAt: '2026-01-01T00:00:00.000Z' }),
      snap('side', 'a', { unmanaged: true, createdAt: null }),
    ]
    const disks = [
      disk([
        ['b', 3],
        ['a', 4],
        [null, 50],
      ]),
      disk([[null, 9]], { target: 'vdb' }),
    ]
    expect(guestFigures({ disks, snapshots, currentParent: 'b' })).toEqual({
      snapshotCount: 3,
      memorySnapshotCount: 1,
      unmanagedCount: 1,
      chainDepth: 2,
      treeDepth: 2,
      oldestSnapshotAt: '2026-01-01T00:00:00.000Z',
      held: { bytes: 30, confidence: 'exact' },
      changedSince: { bytes: 3, confidence: 'exact', source: 'overlay-allocation-live' },
    })
  })

  it('says nothing about what was not read', () => {
    expect(guestFigures({ disks: null, snapshots: null, currentParent: null })).toMatchObject({
      snapshotCount: null,
      chainDepth: null,
      treeDepth: null,
      held: { bytes: null, confidence: 'unknown' },
    })
    expect(guestFigures({ disks: [disk(null)], snapshots: [], currentParent: null })).toMatchObject({
      snapshotCount: 0,
      chainDepth: null,
      held: { bytes: 0, confidence: 'exact' },
    })
  })

  it('leaves removable media out of the chain depth', () => {
    expect(
      guestFigures({ disks: [disk(null, { device: 'cdrom' })], snapshots: [], currentParent: null }).chainDepth,
    ).toBe(0)
  })

  it('does not know the tree depth above a missing parent', () => {
    const orphaned = snap('b', null, { parentMissing: 'gone' })
    expect(guestFigures({ disks: [], snapshots: [orphaned], currentParent: 'b' }).treeDepth).toBeNull()
    expect(guestFigures({ disks: [], snapshots: [orphaned], currentParent: 'gone' }).treeDepth).toBeNull()
  })

  it('bounds what changed when more than one layer lies above the parent', () => {
    const disks = [
      disk([
        [null, 5],
        ['a', 4],
        [null, 50],
      ]),
    ]
    expect(guestFigures({ disks, snapshots: [snap('a', null)], currentParent: 'a' }).changedSince).toMatchObject({
      bytes: 9,
      confidence: 'at-most',
    })
  })

  it('does not know what changed since an internal snapshot', () => {
    const internal = snap('a', null, {
      kind: 'internal',
      disks: [{ name: 'vda', mode: 'internal', file: null, bytes: null }],
    })
    expect(
      guestFigures({ disks: [disk([[null, 50]])], snapshots: [internal], currentParent: 'a' }).changedSince,
    ).toEqual({
      bytes: null,
      confidence: 'unknown',
      source: 'internal-shared',
    })
  })
})

describe('addSizes', () => {
  it.each([
    [[], { bytes: 0, confidence: 'exact' }],
    [[size(1, 'exact'), size(2, 'exact')], { bytes: 3, confidence: 'exact' }],
    [[size(1, 'exact'), size(null, 'unknown')], { bytes: 1, confidence: 'at-least' }],
    [[size(null, 'unknown')], { bytes: null, confidence: 'unknown' }],
    [[size(1, 'at-most'), size(2, 'exact')], { bytes: 3, confidence: 'at-most' }],
    [[size(1, 'at-most'), size(2, 'at-least')], { bytes: 3, confidence: 'estimate' }],
    [[size(1, 'at-most'), size(null, 'unknown')], { bytes: 1, confidence: 'estimate' }],
  ] as [Size[], unknown][])('%j', (sizes, expected) => {
    expect(addSizes(sizes)).toEqual(expected)
  })

  it('has no bytes exactly when it knows nothing', () => {
    const anySize = fc.oneof(
      fc.constant(size(null, 'unknown')),
      fc.record({
        bytes: fc.nat(),
        confidence: fc.constantFrom<SizeConfidence>('exact', 'at-least', 'at-most', 'estimate'),
        source: fc.constant('not-told' as const),
      }),
    )
    fc.assert(
      fc.property(fc.array(anySize), (sizes) => {
        const sum = addSizes(sizes)
        expect(sum.bytes === null).toBe(sum.confidence === 'unknown')
        expect(sum.bytes === null).toBe(sizes.length > 0 && sizes.every((each) => each.bytes === null))
      }),
    )
  })
})

describe('storageNamesByGuest', () => {
  it('names the storages that hold something of a guest', () => {
    const facts = (name: string) => ({
      nativeId: name,
      name,
      node: 'n',
      type: 'dir',
      active: true,
      path: null,
      capacityBytes: null,
      usedBytes: null,
      availableBytes: null,
      provisionedBytes: null,
      source: 'demo' as const,
    })
    const volume = (usedBy: string[]) => ({
      nativeId: 'v',
      name: 'v',
      path: null,
      format: 'raw',
      virtualBytes: null,
      allocatedBytes: null,
      backingFile: null,
      usedBy,
      role: 'disk' as const,
    })
    const names = storageNamesByGuest([
      { facts: facts('z'), volumes: { status: 'read', value: [volume(['g1']), volume(['g1', 'g2'])] } },
      { facts: facts('a'), volumes: { status: 'read', value: [volume(['g1'])] } },
      { facts: facts('dark'), volumes: { status: 'unread', reason: { code: 'interrupted' } } },
    ])
    expect(Object.fromEntries(names)).toEqual({ g1: ['a', 'z'], g2: ['z'] })
  })
})
