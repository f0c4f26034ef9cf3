/** One operation under way: what it works with, what is known of its guest, and the small moves all its parts need. */
import type { SnapshotRef } from '@/lib/domain/ids'
import type { ConfigurationMap } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import type { Reason } from '@/lib/domain/reason'
import type { Outcome } from '@/lib/domain/result'
import type { Instant, Millis } from '@/lib/domain/units'
import type { Commands } from '@/lib/hypervisors/port'
import type { Store } from '@/lib/store/client'
import type { Lease } from '@/lib/store/leases'
import { cancelAsked, type Run, type RunStep, showStep } from '@/lib/store/operation-steps'
import { withTransaction } from '@/lib/store/tx'
import type { Reach } from '../probe/ask-service'
import type { Shown } from './follow'
import type { Patience } from './patience'
import { LeaseLost, RunWriter } from './run-writer'
import { SpaceWatch } from './space-watch'

export type ExecutorInput = {
  store: Store
  lease: Lease
  now: () => Instant
  patience: Patience
  /** this worker ends, or lost the connection: stop where you are, nothing is undone */
  signal: AbortSignal
  /** how the hypervisor is changed; refused when it cannot be opened, or only observes */
  commands: () => Promise<Outcome<Commands>>
  /** a fresh reading of one guest, stored like any other; null = it is gone */
  readGuest: (nativeId: string, withStorages: boolean) => Promise<Outcome<KnownGuest | null>>
  /** the configuration a snapshot saved */
  configurationAt: (snapshot: SnapshotRef) => Promise<Outcome<ConfigurationMap>>
  /** resolves after so many ms; `wakeable` = also when a storage may have become free */
  pause: (millis: Millis, signal: AbortSignal, wakeable: boolean) => Promise<void>
  /** where services of guests may be; absent = not on this machine and not at metadata services */
  reach?: Reach
}

/** We were told to stop. */
export class Left extends Error {
  override readonly name = 'Left'
}

export type Stop = {
  state: 'failed' | 'cancelled' | 'needs-attention'
  why: Reason
  to: 'failed' | 'unsure' | 'skipped'
}
/** Null = the step is over and the next one may come. */
export type Verdict = Stop | null

export class Execution {
  readonly writer: RunWriter
  readonly space: SpaceWatch
  /** the guest as last read by us; undefined = not yet */
  guest: KnownGuest | null | undefined = undefined
  /** of a step that failed and was gone on after */
  failure: Reason | null = null
  ended = false
  /** it took the storages of its first step when it began, moments ago */
  hasSlots = false

  constructor(
    readonly input: ExecutorInput,
    readonly run: Run,
  ) {
    this.writer = new RunWriter(input.store, input.lease, run, input.now)
    this.space = new SpaceWatch(input.store, run)
  }

  /** Who asked for its end, null when nobody did. */
  cancelledBy(): Promise<string | null> {
    return cancelAsked(this.input.store, this.run.id)
  }

  /** Whether anything was done or may have been done before this step. */
  anythingDone(until?: RunStep): boolean {
    return this.run.steps.some((step) => step !== until && (step.state === 'done' || step.state === 'verifying'))
  }

  /** A fresh reading of the guest, stored. */
  async look(withStorages = false): Promise<Outcome<KnownGuest | null>> {
    this.leaveIfTold()
    const read = await this.input.readGuest(this.run.guestNativeId, withStorages)
    this.leaveIfTold()
    if (read.ok) this.guest = read.value
    if (withStorages) await this.space.look()
    return read
  }

  async show(step: RunStep, { progress, why, lines }: Shown): Promise<void> {
    step.progress = progress
    const { epoch } = this.input.lease
    const shown = { at: this.input.now(), epoch, progress, why, lines }
    const mine = await withTransaction(this.input.store, (tx) => showStep(tx, this.run.id, step, shown))
    if (!mine) throw new LeaseLost(this.run.id)
  }

  /** Tells what a step waits for, beside what is known of its progress. */
  showWhy(step: RunStep, why: Reason): Promise<void> {
    return this.show(step, { progress: step.progress, why, lines: [] })
  }

  rest(tries: number): Promise<void> {
    const { first, longest } = this.input.patience.pause
    return this.input.pause(Math.min(first * 2 ** Math.min(tries, 10), longest), this.input.signal, false)
  }

  leaveIfTold(): void {
    if (this.input.signal.aborted) throw new Left()
  }
}
