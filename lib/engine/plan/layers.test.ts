import { describe, expect, it } from 'vitest'
import type { ChainImage, Disk } from '@/lib/domain/snapshot'
import { MIB } from '@/lib/domain/units'
import { layersOf, pullGrowthOf } from './layers'

const image = (file: string, allocatedMiB: number, changes: Partial<ChainImage> = {}): ChainImage => ({
  file,
  format: 'qcow2',
  allocatedBytes: allocatedMiB * MIB,
  virtualBytes: 2048 * MIB,
  madeBySnapshot: null,
  unexplained: false,
  ...changes,
})
const pullAll = (...chain: ChainImage[]) => {
  const layers = layersOf({ target: 'vda', virtualBytes: 2048 * MIB, chain } as Disk)
  if (layers === null) throw new Error('no chain')
  return pullGrowthOf(layers, 0, null)
}
/** The base has everything already but 10 MiB. */
const growthBelow = [{ min: 10 * MIB, max: 10 * MIB }]

describe('pulling everything into the active image', () => {
  it('brings what today’s state has below, and not what the base holds for its own snapshots', () => {
    const active = image('active', 40, { growthBelow, mappedBytes: 40 * MIB })
    const { min, max } = pullAll(active, image('base', 200, { mappedBytes: 120 * MIB }))
    // 120 + 10 below and above, 40 of it are there: 90, and nobody told how much of the rest is the state's too.
    expect(min).toBeLessThanOrEqual(90 * MIB)
    expect(min).toBeGreaterThan(89 * MIB)
    expect(max).toBeGreaterThanOrEqual(90 * MIB)
  })

  it('is told to the table where no image holds anything else', () => {
    const active = image('active', 40, { growthBelow, mappedBytes: 40 * MIB })
    const { min, max } = pullAll(active, image('base', 120, { mappedBytes: 120 * MIB }))
    expect(min).toBeGreaterThan(89 * MIB)
    expect(max).toBeLessThan(91 * MIB)
  })

  it('is told of a raw base, which holds one state only', () => {
    const { min, max } = pullAll(
      image('active', 40, { growthBelow, mappedBytes: 40 * MIB }),
      image('base', 120, { format: 'raw' }),
    )
    expect(min).toBeGreaterThan(89 * MIB)
    expect(max).toBeLessThan(91 * MIB)
  })

  it('may be next to nothing where nobody looked which state the base holds', () => {
    const { min, max } = pullAll(image('active', 40, { growthBelow }), image('base', 200))
    expect(min).toBe(0)
    expect(max).toBeGreaterThanOrEqual(170 * MIB)
  })

  it('takes an active image’s own snapshots for no part of what it has already', () => {
    const active = image('active', 100, { growthBelow, mappedBytes: 40 * MIB })
    const { max } = pullAll(active, image('base', 120, { mappedBytes: 120 * MIB }))
    expect(max).toBeGreaterThanOrEqual(90 * MIB)
  })
})
