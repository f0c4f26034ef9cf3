/** What each step alone needs, frees and takes, so that the one that decides is seen before it runs. */
import type { StorageId } from '@/lib/domain/ids'
import type { Step, StepCost, StepKey } from '@/lib/domain/plan'
import type { PlanStorage } from '@/lib/domain/plan-world'
import type { ByteRange } from '@/lib/domain/units'
import type { StepMove } from './draft'
import { add, NOTHING } from './ranges'
import { spaceOf } from './space'
import { timeOf } from './time'

/**
 * One cost a step, in their order. `needs` is the worst moment of the step against the moment before it, `frees` what
 * it leaves less than before: added up they are not the plan's, whose later steps use what earlier ones gave back.
 */
export function costsOf(
  steps: readonly Step[],
  moves: readonly StepMove[],
  storages: ReadonlyMap<StorageId, PlanStorage>,
): StepCost[] {
  const byStep = new Map<StepKey, StepMove[]>()
  for (const move of moves) {
    const own = byStep.get(move.step)
    if (own === undefined) byStep.set(move.step, [move])
    else own.push(move)
  }
  return steps.map((step): StepCost => {
    const effects = spaceOf(byStep.get(step.key) ?? [])
    const sum = (of: 'peak' | 'frees' | 'insideImages'): ByteRange =>
      effects.reduce((total, effect) => add(total, effect[of]), NOTHING)
    const time = timeOf([step], storages)
    return { key: step.key, needs: sum('peak'), frees: sum('frees'), insideImages: sum('insideImages'), time }
  })
}
