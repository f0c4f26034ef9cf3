/** Random histories of a guest and the tree they must leave: the suite's own idea of what snapshots are. */
import fc from 'fast-check'

export type HistoryStep = { do: 'take' | 'rollback' | 'delete'; snapshot: string }

/** A step before it is known what exists: `pick` chooses among the snapshots there are then. */
export type DrawnStep = { do: HistoryStep['do']; pick: number }

const anyStep: fc.Arbitrary<DrawnStep> = fc.record({
  // Taking weighs most, or trees stay bare.
  do: fc.constantFrom('take', 'take', 'take', 'rollback', 'rollback', 'delete'),
  pick: fc.nat(1000),
})

/** The same histories at every run: a failure can be looked at again. */
const SEED = 20261121

/** Draws so many histories of up to `steps` steps. */
export function sampleHistories(count: number, steps: number): DrawnStep[][] {
  return fc.sample(fc.array(anyStep, { minLength: Math.ceil(steps / 2), maxLength: steps }), {
    numRuns: count,
    seed: SEED,
  })
}

/** A tree by names: each snapshot's parent, and what the current state stands on. */
export type NamedTree = { parents: Record<string, string | null>; current: string | null }

/** Parents by name and what the current state stands on. */
export class TreeModel {
  private readonly parents = new Map<string, string | null>()
  private current: string | null = null
  private taken = 0

  /** Makes a drawn step concrete; null when there is nothing to roll back to or delete. */
  choose(step: DrawnStep): HistoryStep | null {
    if (step.do === 'take') {
      this.taken += 1
      return { do: 'take', snapshot: `s${this.taken}-${step.pick}` }
    }
    const names = [...this.parents.keys()]
    const snapshot = names[step.pick % Math.max(1, names.length)]
    return snapshot === undefined ? null : { do: step.do, snapshot }
  }

  apply(step: HistoryStep): void {
    switch (step.do) {
      case 'take':
        this.parents.set(step.snapshot, this.current)
        this.current = step.snapshot
        return
      case 'rollback':
        this.current = step.snapshot
        return
      case 'delete': {
        const above = this.parents.get(step.snapshot) ?? null
        this.parents.delete(step.snapshot)
        for (const [child, parent] of this.parents) if (parent === step.snapshot) this.parents.set(child, above)
        if (this.current === step.snapshot) this.current = above
        return
      }
    }
  }

  tree(): NamedTree {
    return { parents: Object.fromEntries(this.parents), current: this.current }
  }
}
