import { describe, expect, it } from 'vitest'
import type { OperationStep, StepState } from '@/lib/domain/operation'
import { nextSafeStop, operationShare, snapshotDifference, stepShare } from './operation-facts'

const step = (state: StepState, more: Partial<OperationStep> = {}): OperationStep =>
  ({ key: state, state, progress: null, safeStop: true, ...more }) as OperationStep

describe('where an operation can stop', () => {
  it('is after the running step, where that is safe', () => {
    expect(nextSafeStop({ steps: [step('done'), step('following'), step('waiting')] })).toBe(3)
  })

  it('is later, where the running step must be followed by another', () => {
    const steps = [step('following', { safeStop: false }), step('waiting'), step('waiting')]
    expect(nextSafeStop({ steps })).toBe(3)
  })

  it('is nowhere in the last step, and when nothing is left', () => {
    expect(nextSafeStop({ steps: [step('done'), step('following')] })).toBeNull()
    expect(nextSafeStop({ steps: [step('done')] })).toBeNull()
  })
})

describe('how far it is', () => {
  it('counts steps, and of the running one what it tells', () => {
    const half = step('following', { progress: { done: 5, total: 10, unit: 'bytes' } })
    expect(operationShare({ state: 'running', steps: [step('done'), half] })).toBe(0.75)
    expect(operationShare({ state: 'succeeded', steps: [step('done')] })).toBe(1)
  })

  it('claims nothing of a step that tells no end', () => {
    expect(stepShare(step('following', { progress: { done: 5, total: null, unit: 'bytes' } }))).toBe(0)
    expect(stepShare(step('following'))).toBe(0)
  })
})

it('names snapshots that are missing, and ones that nobody predicted', () => {
  const state = (...names: string[]) => ({
    snapshots: names.map((name) => ({ name, parentName: null })),
    currentParentName: null,
    power: 'running' as const,
  })
  expect(snapshotDifference(state('a', 'b'), state('b', 'c'))).toEqual({ missing: ['a'], extra: ['c'] })
})
