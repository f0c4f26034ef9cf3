/** A node that does not answer is left alone for a while, so that thousands of its guests do not wait one after another. */
import { type Millis, SECOND } from '@/lib/domain/units'

/** A cluster-mate could not reach it: one more try tells whether that was a moment's trouble. */
const FAILURES = 2
/** Silence alone may come from one hanging storage: only as many as may run at once, none answered between, count. */
const SILENCES = 4
const REST: Millis = 30 * SECOND

export type Breaker = {
  /** True while the node is left alone. */
  isOpen(node: string): boolean
  note(node: string, how: 'answered' | 'unreachable' | 'silent'): void
}

export function createBreaker(now: () => Millis): Breaker {
  const troubles = new Map<string, { unreachable: number; silent: number; until: Millis }>()
  return {
    isOpen: (node) => now() < (troubles.get(node)?.until ?? Number.NEGATIVE_INFINITY),
    note(node, how) {
      if (how === 'answered') {
        troubles.delete(node)
        return
      }
      const { unreachable, silent } = troubles.get(node) ?? { unreachable: 0, silent: 0 }
      const next = {
        unreachable: unreachable + (how === 'unreachable' ? 1 : 0),
        silent: silent + (how === 'silent' ? 1 : 0),
      }
      const opens = next.unreachable >= FAILURES || next.silent >= SILENCES
      troubles.set(node, { ...next, until: opens ? now() + REST : Number.NEGATIVE_INFINITY })
    },
  }
}
