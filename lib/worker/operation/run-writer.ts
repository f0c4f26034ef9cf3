/** Writes of an executor, each in one transaction that first proves its lease: a worker that lost it writes nothing. */
import type { Actor } from '@/lib/domain/actor'
import type { StepState } from '@/lib/domain/operation'
import type { Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'
import { record } from '@/lib/store/audit'
import type { Store } from '@/lib/store/client'
import { fenceLease, type Lease } from '@/lib/store/leases'
import { endRun, moveStep, type Run, type RunEnd, type RunStep, type StepChange } from '@/lib/store/operation-steps'
import { type Tx, withTransaction } from '@/lib/store/tx'

/** The operation is another worker's now. Nothing more is asked or written; that one asks the world how far it is. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** The step an operation ends with, moved in the same transaction. */
export type LastStep = {
  step: RunStep
  to: 'done' | 'failed' | 'unsure' | 'skipped'
  why: Reason | null
  within?: (tx: Tx) => Promise<void>
}

const WORKER: Actor = { kind: 'system', part: 'worker', role: 'admin' }

export class RunWriter {
  /** when the lease was last proven, on the process's own clock */
  provenAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly store: Store,
    readonly lease: Lease,
    private readonly run: Run,
    readonly now: () => Instant,
  ) {}

  /** Runs `work` in a transaction under the lease. @throws LeaseLost */
  async fenced<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const began = performance.now()
    const done = await withTransaction(this.store, async (tx) => {
      const fence = await fenceLease(tx, this.lease)
      if (!fence.ok) throw new LeaseLost(this.run.id)
      return work(tx)
    })
    this.provenAt = began
    return done
  }

  /** Moves a step on, in memory and in the store alike. @throws LeaseLost also when somebody else moved it */
  async move(
    step: RunStep,
    to: StepState,
    also: Pick<StepChange, 'task' | 'asked' | 'why' | 'warnings'> & { within?: (tx: Tx) => Promise<void> } = {},
  ): Promise<void> {
    const { within, ...change } = also
    const at = this.now()
    await this.fenced(async (tx) => {
      await this.moveIn(tx, step, to, at, change)
      await within?.(tx)
    })
    this.remember(step, to, at, change)
  }

  /** Ends the operation, with the step that ended it, in one transaction. */
  async end(end: RunEnd, last: LastStep | null): Promise<void> {
    await this.fenced(async (tx) => {
      if (last !== null) {
        await this.moveIn(tx, last.step, last.to, end.at, { why: last.why })
        await last.within?.(tx)
      }
      if (!(await endRun(tx, this.run.id, end))) throw new LeaseLost(this.run.id)
      const detail = {
        state: end.state,
        guest: this.run.guestName,
        intent: this.run.intent.do,
        why: end.why?.code ?? null,
        asPredicted: end.predictedMatches,
      }
      await record(tx, { actor: WORKER, action: 'operation.ended', subject: `operation:${this.run.id}`, detail })
    })
    if (last !== null) this.remember(last.step, last.to, end.at, { why: last.why })
  }

  private async moveIn(
    tx: Tx,
    step: RunStep,
    to: StepState,
    at: Instant,
    change: Pick<StepChange, 'task' | 'asked' | 'why' | 'warnings'>,
  ): Promise<void> {
    const moved = await moveStep(tx, this.run.id, step, {
      ...change,
      from: step.state,
      to,
      epoch: this.lease.epoch,
      at,
    })
    if (!moved) throw new LeaseLost(this.run.id)
    await this.audit(tx, step, to, change.why ?? null)
  }

  /** What was asked of a hypervisor and how it ended is in the log; the ways between are in the operation's events. */
  private async audit(tx: Tx, step: RunStep, to: StepState, why: Reason | null): Promise<void> {
    const subject = `guest:${this.run.guestName}`
    const shared = { operation: this.run.id, step: step.key, command: step.command.do }
    if (to === 'asking') {
      const detail = { ...shared, by: this.run.askedBy }
      await record(tx, { actor: WORKER, action: 'operation.step-asked', subject, detail })
    } else if (to === 'done' || to === 'already-so' || to === 'failed' || to === 'unsure') {
      const detail = { ...shared, end: to, why: why?.code ?? null }
      await record(tx, { actor: WORKER, action: 'operation.step-ended', subject, detail })
    }
  }

  private remember(
    step: RunStep,
    to: StepState,
    at: Instant,
    change: Omit<StepChange, 'from' | 'to' | 'epoch' | 'at'>,
  ) {
    step.state = to
    step.why = change.why ?? null
    if (change.task !== undefined) step.task = change.task
    if (change.asked === true) {
      step.askedAt = at
      step.askedTimes += 1
    }
    step.warnings = [...step.warnings, ...(change.warnings ?? [])]
  }
}
