import { describe, expect, it } from 'vitest'
import { GIB } from '@/lib/domain/units'
import { aGuest, aSnapshot } from '@/lib/testing/builders'
import { aWorld, planOf, toDelete } from './testing'

describe('what each step costs', () => {
  it('is told for every step of a plan, in their order', () => {
    const plan = planOf(aWorld().withGuest(aGuest('web').withChain('a', 'b', 'c')), toDelete('web', 'a', 'b'))
    expect(plan.costs?.map(({ key }) => key)).toEqual(plan.steps.map(({ key }) => key))
    expect(plan.costs).toMatchObject([
      { needs: { min: 0, max: GIB }, frees: { min: 0, max: GIB }, time: null },
      { needs: { min: 0, max: GIB }, frees: { min: 0, max: GIB }, time: null },
    ])
  })

  it('never promises to free less at best than the plan as a whole, and needs at most what all need together', () => {
    const plan = planOf(aWorld().withGuest(aGuest('web').withChain('a', 'b', 'c')), toDelete('web', 'a', 'b', 'c'))
    const most = (of: 'needs' | 'frees') => (plan.costs ?? []).reduce((sum, cost) => sum + (cost[of].max ?? 0), 0)
    expect(most('needs')).toBeGreaterThanOrEqual(plan.space[0]?.peak.max ?? 0)
    expect(most('frees')).toBeGreaterThanOrEqual(plan.space[0]?.frees.max ?? 0)
  })

  it('is the plan’s own effect where it has one step, inside images told apart', () => {
    const world = aWorld().withGuest(aGuest('web').withSnapshots(aSnapshot('a')))
    const plan = planOf(world, toDelete('web', 'a'))
    const [space] = plan.space
    expect(plan.costs).toHaveLength(1)
    expect(plan.costs?.[0]).toMatchObject({
      needs: space?.peak,
      frees: space?.frees,
      insideImages: space?.insideImages,
    })
  })
})
