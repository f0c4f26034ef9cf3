/** The past at first contact: what the cluster remembers of its storages, and of thin pools' metadata now. */
import { expect, test } from 'vitest'
import { epochMillis, HOUR, MINUTE } from '@/lib/domain/units'
import { generatedCluster } from '../../../e2e/labs/proxmox/generated'
import { readHistory } from './history'
import { SURVEYED, startReading } from './testing/reading'

const never = new AbortController().signal
const size = { nodes: 2, guests: 20, snapshotsEach: 1 }

test('a storage has a past in the first minute: finer the nearer, in order, none in the future', async () => {
  const reading = startReading((options) => generatedCluster({ ...options, size }))
  for (const node of reading.cluster.state.nodes.values()) node.bootMs = SURVEYED - 40 * 24 * HOUR
  const storages = [
    { nativeId: 'ceph1', name: 'ceph1', node: '' },
    { nativeId: 'node02/thin1', name: 'thin1', node: 'node02' },
  ]
  const told = await readHistory(reading.client, storages, SURVEYED, never)
  if (!told.ok) throw new Error(told.why.code)
  expect(told.value.map(({ nativeId }) => nativeId)).toEqual(['ceph1', 'node02/thin1'])
  for (const { points } of told.value) {
    if (points.status === 'unread') throw new Error(points.reason.code)
    const times = points.value.map(({ at }) => at)
    expect(times).toEqual([...new Set(times)].sort())
    expect(epochMillis(times.at(-1) ?? '')).toBeLessThanOrEqual(SURVEYED)
    expect(SURVEYED - epochMillis(times[0] ?? '')).toBeGreaterThan(30 * 24 * HOUR)
    expect(points.value[0]?.spanMillis).toBe(6 * HOUR)
    expect(points.value.at(-1)?.spanMillis).toBe(MINUTE)
    for (const { usedBytes, capacityBytes } of points.value) {
      expect(Number.isSafeInteger(usedBytes) && Number.isSafeInteger(capacityBytes)).toBe(true)
    }
  }
})

test('a storage that has no past says why, and the others are read', async () => {
  const reading = startReading()
  const storages = [
    { nativeId: 'pve1/offline1', name: 'offline1', node: 'pve1' },
    { nativeId: 'pve1/dir1', name: 'dir1', node: 'pve1' },
  ]
  const told = await readHistory(reading.client, storages, SURVEYED, never)
  expect(told.ok && told.value.map(({ nativeId, points }) => [nativeId, points.status])).toEqual([
    ['pve1/dir1', 'read'],
    ['pve1/offline1', 'unread'],
  ])
})

test('a thin pool tells how full its metadata is', async () => {
  const reading = startReading((options) => generatedCluster({ ...options, size }))
  const { storages } = await reading.collect()
  if (storages.status === 'unread') throw new Error('no storages')
  const thin = storages.value.filter(({ facts }) => facts.type === 'lvmthin')
  expect(thin).toHaveLength(2)
  for (const { facts } of thin) expect(facts.metadataRatio).toBeCloseTo(0.31)
})
