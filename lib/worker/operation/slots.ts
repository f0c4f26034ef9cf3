/** An operation's turn: its guest, and the storages of its next step. */
import { beginRun, type RunStep, settleParent, takeSlots } from '@/lib/store/operation-steps'
import { lockFamily } from '@/lib/store/operations'
import type { Execution } from './execution'

/** Begins a queued operation with its guest and first storages. False = somebody else has one of them. */
export async function beginTurn(execution: Execution): Promise<boolean> {
  const { run, input, writer } = execution
  const storages = run.steps[0]?.storages ?? []
  const at = input.now()
  try {
    await writer.fenced(async (tx) => {
      await lockFamily(tx, run.id)
      if (!(await beginRun(tx, run, storages, at))) throw new Taken()
      await settleParent(tx, run, at)
    })
  } catch (error) {
    if (error instanceof Taken || isUniqueViolation(error)) return false
    throw error
  }
  run.state = 'running'
  execution.hasSlots = true
  return true
}

/**
 * False = not yet. Back to the beginning of the step then: hours may pass before a storage is free, and a wish to cancel,
 * a hold or a role that was withdrawn is looked at again each time.
 */
export async function waitForSlots(execution: Execution, step: RunStep): Promise<boolean> {
  const { input } = execution
  const taken = execution.hasSlots
  execution.hasSlots = false
  if (taken || step.storages.length === 0 || (await tryForSlots(execution, step))) return true
  execution.leaveIfTold()
  await input.pause(input.patience.slot, input.signal, true)
  return false
}

async function tryForSlots({ writer, run }: Execution, step: RunStep): Promise<boolean> {
  try {
    await writer.fenced(async (tx) => {
      if (!(await takeSlots(tx, run.id, step.storages))) throw new Taken()
    })
    return true
  } catch (error) {
    if (error instanceof Taken) return false
    throw error
  }
}

class Taken extends Error {
  override readonly name = 'Taken'
}

/** PostgreSQL's `unique_violation`: two workers began operations of one guest in the same moment. */
const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23505'
