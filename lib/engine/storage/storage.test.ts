import { describe, expect, it } from 'vitest'
import type { HistoryStep } from '@/lib/domain/storage'
import { HOUR, instantAt, MINUTE } from '@/lib/domain/units'
import type { StorageRow } from '@/lib/domain/view'
import { effectiveSpace, quotaTold } from './effective'
import { eventsBetween, eventsOfSteps } from './events'
import { runsOf } from './gaps'
import { guestGrowth } from './growth'
import { suitabilityOf } from './suitability'

const START = Date.UTC(2026, 5, 1)
const steps = (used: readonly (number | null)[]): HistoryStep[] =>
  used.map((usedBytes, hour) => ({
    at: instantAt(START + hour * HOUR),
    usedBytes,
    usedMaxBytes: usedBytes,
    capacityBytes: 1000,
    snapshotBytes: null,
    provisionedBytes: null,
    metadataRatio: null,
    remembered: false,
  }))
const stand = (usedBytes: number | null, capacityBytes: number | null, path = '/a', at = START) => ({
  at: instantAt(at),
  usedBytes,
  capacityBytes,
  path,
})

describe('events of a storage', () => {
  it('name what turned between two samples', () => {
    const names = (...pair: Parameters<typeof eventsBetween>) => eventsBetween(...pair).map(({ event }) => event)
    expect(names(stand(5, 10), stand(6, 10))).toEqual([])
    expect(names(stand(5, 10), stand(5, 20))).toEqual(['grown'])
    expect(names(stand(5, 10), stand(5, 8))).toEqual(['shrunk'])
    expect(names(stand(8, 10), stand(1, 20))).toEqual(['replaced'])
    expect(names(stand(5, 10), stand(5, 10, '/b'))).toEqual(['moved'])
    expect(names(stand(5, 10), stand(5, 10, '/a', START - 5 * MINUTE))).toEqual(['clock-back'])
    expect(names(stand(5, null), stand(null, 10))).toEqual([])
  })

  it('find a clean-up once, also when it falls into the middle of a step', () => {
    const sudden = eventsOfSteps(steps([500, 501, 502, 503, 470, 440, 441, 442, 443]), HOUR)
    expect(sudden).toEqual([{ event: 'clean-up', at: instantAt(START + 4 * HOUR), bytes: 63 }])
    expect(eventsOfSteps(steps([500, 501, 502, 560, 561, 562]), HOUR)).toMatchObject([{ event: 'jump', bytes: 58 }])
  })

  it('say nothing of ordinary growth, and call a gap a gap', () => {
    expect(eventsOfSteps(steps([500, 520, 540, 560, 580]), HOUR)).toEqual([])
    const gap = [1, 2, 3, null, null, null, null, 8, 9]
    expect(eventsOfSteps(steps(gap), HOUR)).toMatchObject([{ event: 'gap', until: instantAt(START + 7 * HOUR) }])
  })

  it('take a coarse memory for what it is: no gaps between its steps, but one where it has a hole', () => {
    const remembered = (hours: readonly number[]): HistoryStep[] =>
      hours.flatMap((hour) =>
        steps([500 + hour * 3]).map((step) => ({ ...step, at: instantAt(START + hour * HOUR), remembered: true })),
      )
    const coarse = remembered([0, 168, 336, 504, 516, 528, 540, 541, 542, 543])
    const live = remembered([544, 545, 546]).map((step) => ({ ...step, remembered: false }))
    expect(eventsOfSteps([...coarse, ...live], HOUR)).toEqual([])
    expect(runsOf([...coarse, ...live], HOUR)).toHaveLength(1)
    const holed = remembered([0, 12, 24, 36, 84, 96, 108])
    expect(eventsOfSteps(holed, HOUR)).toMatchObject([{ event: 'gap', until: instantAt(START + 84 * HOUR) }])
    // One reading of ours between two silences stays alone.
    const alone = [
      ...steps([1, 2, 3]),
      ...steps(Array.from({ length: 40 }, (_, hour) => (hour === 20 || hour > 37 ? 9 : null))),
    ]
    expect(
      runsOf(
        alone.map((step, hour) => ({ ...step, at: instantAt(START + hour * HOUR) })),
        HOUR,
      ),
    ).toHaveLength(3)
  })
})

describe('effective space', () => {
  const storage = {
    source: 'libvirt-pool',
    type: 'dir',
    capacityBytes: 100,
    usedBytes: 60,
    availableBytes: 40,
    usableBytes: null,
  }

  it('names its source, and is an upper bound where libvirt tells it', () => {
    expect(effectiveSpace(storage)).toMatchObject({ confidence: 'at-most', source: 'pool-upper-bound' })
    expect(effectiveSpace({ ...storage, source: 'proxmox-status' })).toMatchObject({ confidence: 'exact' })
    expect(effectiveSpace({ ...storage, usableBytes: 12 })).toEqual({
      capacityBytes: 72,
      availableBytes: 12,
      confidence: 'exact',
      source: 'file-system',
    })
    expect(effectiveSpace({ ...storage, capacityBytes: null })).toMatchObject({ confidence: 'unknown' })
  })

  it('says where libvirt tells the whole below a pool', () => {
    expect(effectiveSpace({ ...storage, type: 'zfs' })).toMatchObject({ confidence: 'at-most', source: 'whole-zpool' })
    expect(effectiveSpace({ ...storage, type: 'rbd' })).toMatchObject({ confidence: 'at-most', source: 'raw-cluster' })
    expect(effectiveSpace({ ...storage, type: 'logical' })).toMatchObject({ confidence: 'exact', source: 'told' })
  })

  it('says whether a quota is in the capacity', () => {
    const told = (source: StorageRow['source'], type: string) => quotaTold({ source, type })
    expect(told('proxmox-status', 'zfspool')).toBe('dataset')
    expect(told('proxmox-status', 'cephfs')).toBe('directory')
    expect(told('libvirt-pool', 'netfs')).toBe('directory')
    expect(told('libvirt-pool', 'zfs')).toBe('not-told')
    expect(told('proxmox-status', 'rbd')).toBe('not-told')
    expect(told('proxmox-status', 'lvmthin')).toBeNull()
    expect(told('vsphere-summary', 'VMFS 6')).toBeNull()
  })
})

describe('growth of a guest', () => {
  const known = { dataBytes: 10, snapshotBytes: 5, writtenBytes: 100 }
  const silent = { dataBytes: null, snapshotBytes: null, writtenBytes: 160 }

  it('is exact from sizes, an upper bound from writes, and unknown otherwise', () => {
    expect(guestGrowth(known, { ...known, dataBytes: 22 })).toEqual({ bytes: 12, confidence: 'exact' })
    expect(guestGrowth('absent', known)).toEqual({ bytes: 15, confidence: 'exact' })
    expect(guestGrowth(known, silent)).toEqual({ bytes: 60, confidence: 'at-most' })
    expect(guestGrowth(null, known).confidence).toBe('unknown')
    expect(guestGrowth('absent', silent).confidence).toBe('unknown')
  })
})

describe('suitability', () => {
  it('says what each kind does to snapshots, and that a stranger is not known', () => {
    expect(suitabilityOf({ connectionKind: 'proxmox', type: 'lvmthin' }).verdict).toBe('unsafe')
    expect(suitabilityOf({ connectionKind: 'proxmox', type: 'zfspool' }).because).toContain('newest-only')
    expect(suitabilityOf({ connectionKind: 'proxmox', type: 'lvm' }).verdict).toBe('impossible')
    expect(suitabilityOf({ connectionKind: 'libvirt', type: 'dir' }).verdict).toBe('slow')
    expect(suitabilityOf({ connectionKind: 'libvirt', type: 'constructor' }).verdict).toBe('unknown')
  })
})
