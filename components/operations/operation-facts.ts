/** What pages read out of an operation. Total functions over the view alone. */

import { safetySnapshotIn } from '@/components/plan/plan-facts'
import { isStepOver, type Operation, type OperationStep, type OperationView } from '@/lib/domain/operation'
import type { Predicted, SingleIntent } from '@/lib/domain/plan'

/** Index of the step that runs or comes next; -1 when none is left. */
export const currentStepIndex = (operation: Pick<Operation, 'steps'>): number =>
  operation.steps.findIndex((step) => !isStepOver(step.state))

/** 1-based number of the step before which the operation can next stop; null = it runs to its end. */
export function nextSafeStop(operation: Pick<Operation, 'steps'>): number | null {
  const at = currentStepIndex(operation)
  if (at === -1) return null
  for (let index = at; index < operation.steps.length - 1; index += 1)
    if (operation.steps[index]?.safeStop) return index + 2
  return null
}

/** 0…1 of the whole operation: steps over, and of the running one as far as it tells. */
export function operationShare(operation: Pick<Operation, 'steps' | 'state'>): number {
  if (operation.state === 'succeeded') return 1
  const { steps } = operation
  if (steps.length === 0) return 0
  const over = steps.filter((step) => isStepOver(step.state)).length
  const running = steps[over]
  return (over + (running === undefined ? 0 : stepShare(running))) / steps.length
}

/** 0…1 of one running step; 0 where it tells no end. */
export function stepShare(step: Pick<OperationStep, 'progress' | 'state'>): number {
  if (step.state === 'verifying') return 1
  if (step.progress === null) return 0
  const total = step.progress.unit === 'percent' ? 100 : step.progress.total
  return total === null || total === 0 ? 0 : Math.min(1, step.progress.done / total)
}

export const stepsDone = (operation: Pick<Operation, 'steps'>): number =>
  operation.steps.filter((step) => step.state === 'done' || step.state === 'already-so').length

/** The snapshot that keeps the state of before, once its step is done; null = none, or not yet. */
export function safetySnapshotDone(operation: Pick<Operation, 'steps' | 'intent'>): OperationStep | null {
  const name = safetySnapshotIn(operation.steps, intentsOf(operation))
  const step = operation.steps.find(
    ({ command, state }) =>
      command.do === 'snapshot.take' && command.name === name && (state === 'done' || state === 'already-so'),
  )
  return step ?? null
}

export const intentsOf = ({ intent }: Pick<Operation, 'intent'>): readonly SingleIntent[] =>
  intent.do === 'batch' ? intent.intents : [intent]

/** Name of the snapshot a rollback goes to, from its command: ids mean nothing to people. */
export function rollbackTarget(operation: Pick<Operation, 'steps'>): string | null {
  for (const { command } of operation.steps) if (command.do === 'snapshot.rollback') return command.snapshot.name
  return null
}

/** Names of predicted snapshots that are not there, and of ones nobody predicted. */
export function snapshotDifference(predicted: Predicted, actual: Predicted): { missing: string[]; extra: string[] } {
  const wanted = new Set(predicted.snapshots.map((snapshot) => snapshot.name))
  const found = new Set(actual.snapshots.map((snapshot) => snapshot.name))
  return {
    missing: [...wanted].filter((name) => !found.has(name)),
    extra: [...found].filter((name) => !wanted.has(name)),
  }
}

/** Every child of a batch that did not end well. */
export const unfinishedChildren = (operation: OperationView) =>
  operation.children.filter((child) => child.state !== 'succeeded')
