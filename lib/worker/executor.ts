/**
 * Carries out one operation, from wherever it stands. It does not remember a line: it asks the world. Whatever dies
 * at whatever moment, the next executor finds a step that is waiting (nothing was sent), asking (it may have been
 * sent: the hypervisor is asked whether it took it), following (it was taken) or verifying (it ended), and goes on.
 * A destructive command is never sent twice unless the hypervisor proves that it never took the first.
 */
import type { Recall, TaskEnd } from '@/lib/domain/command'
import type { OperationId } from '@/lib/domain/ids'
import type { KnownGuest } from '@/lib/domain/known'
import { isStepOver } from '@/lib/domain/operation'
import type { Reason } from '@/lib/domain/reason'
import type { Outcome } from '@/lib/domain/result'
import { unreachable } from '@/lib/domain/result'
import type { Instant, Millis } from '@/lib/domain/units'
import { conclude } from '@/lib/engine/operation/conclusion'
import { attentionOf, whyNotAsked } from '@/lib/engine/operation/evidence'
import { holds } from '@/lib/engine/plan/conditions'
import type { Commands } from '@/lib/hypervisors/port'
import type { Store } from '@/lib/store/client'
import type { Lease } from '@/lib/store/leases'
import { writeNoteOf } from '@/lib/store/operation-note'
import {
  adoptStep,
  beginRun,
  cancelAsked,
  loadRun,
  type Run,
  type RunStep,
  releaseSlots,
  settleParent,
  showStep,
  takeSlots,
} from '@/lib/store/operation-steps'
import { lockFamily } from '@/lib/store/operations'
import { type Tx, withTransaction } from '@/lib/store/tx'
import { followTask, type Shown } from './operation/follow'
import { mayStillAsk } from './operation/may-ask'
import { LEASE_SAFE, MOST_ASKED, type Patience } from './operation/patience'
import { type LastStep, LeaseLost, RunWriter } from './operation/run-writer'
import { SpaceWatch } from './operation/space-watch'

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
  /** resolves after so many ms; `wakeable` = also when a storage may have become free */
  pause: (millis: Millis, signal: AbortSignal, wakeable: boolean) => Promise<void>
}

/** `waiting` = it could not begin now: its guest or storage is somebody else's. `left` = it goes on elsewhere. */
export type RunResult = 'ended' | 'waiting' | 'left'

/** Runs an operation to its end, or as far as it can. Throws what the database throws when it is away. */
export async function runOperation(input: ExecutorInput, id: OperationId): Promise<RunResult> {
  const run = await loadRun(input.store, id)
  if (run === null || (run.state !== 'queued' && run.state !== 'running')) return 'ended'
  try {
    return await new Execution(input, run).carryOut()
  } catch (error) {
    if (error instanceof LeaseLost) return 'left'
    if (error instanceof Left) return 'left'
    throw error
  }
}

/** We were told to stop. */
class Left extends Error {
  override readonly name = 'Left'
}

type Stop = { state: 'failed' | 'cancelled' | 'needs-attention'; why: Reason; to: 'failed' | 'unsure' | 'skipped' }
/** Null = the step is over and the next one may come. */
type Verdict = Stop | null

class Execution {
  private readonly writer: RunWriter
  private readonly space: SpaceWatch
  /** the guest as last read by us; undefined = not yet */
  private guest: KnownGuest | null | undefined = undefined
  /** of a step that failed and was gone on after */
  private failure: Reason | null = null
  private ended = false
  /** it took the storages of its first step when it began, moments ago */
  private hasSlots = false

  constructor(
    private readonly input: ExecutorInput,
    private readonly run: Run,
  ) {
    this.writer = new RunWriter(input.store, input.lease, run, input.now)
    this.space = new SpaceWatch(input.store, run)
  }

  async carryOut(): Promise<RunResult> {
    if (this.run.state === 'queued' && !(await this.begin())) return 'waiting'
    await this.space.begin()
    for (const step of this.run.steps) {
      if (isStepOver(step.state)) {
        if (step.state === 'failed') this.failure = step.why
        continue
      }
      const stop = await this.carryOutStep(step)
      if (stop === null) continue
      if (stop.state === 'failed' && step.onFail === 'continue') {
        await this.writer.move(step, 'failed', { why: stop.why, within: (tx) => releaseSlots(tx, this.run.id) })
        this.failure = stop.why
        continue
      }
      await this.stop(step, stop)
      return 'ended'
    }
    if (!this.ended) await this.conclude(null)
    return 'ended'
  }

  private async begin(): Promise<boolean> {
    const storages = this.run.steps[0]?.storages ?? []
    const at = this.input.now()
    try {
      await this.writer.fenced(async (tx) => {
        await lockFamily(tx, this.run.id)
        if (!(await beginRun(tx, this.run, storages, at))) throw new Taken()
        await settleParent(tx, this.run, at)
      })
    } catch (error) {
      if (error instanceof Taken || isUniqueViolation(error)) return false
      throw error
    }
    this.run.state = 'running'
    this.hasSlots = true
    return true
  }

  private async carryOutStep(step: RunStep): Promise<Verdict> {
    // Whoever asked is gone, or was us before: what it wrote is ours to go on with.
    if (step.state !== 'waiting') await this.adopt(step)
    for (;;) {
      this.leaveIfTold()
      switch (step.state) {
        case 'waiting': {
          const stop = await this.ask(step)
          if (stop !== null) return stop
          break
        }
        case 'asking': {
          const stop = await this.reconcile(step)
          if (stop !== null) return stop
          break
        }
        case 'following': {
          const stop = await this.follow(step)
          if (stop !== null) return stop
          break
        }
        case 'verifying': {
          const stop = await this.prove(step)
          if (stop !== null) return stop
          break
        }
        case 'done':
        case 'already-so':
        case 'skipped':
        case 'failed':
        case 'unsure':
          return null
        default:
          return unreachable(step.state)
      }
    }
  }

  /** waiting → asking → following; or it is so already; or it must not be asked. */
  private async ask(step: RunStep): Promise<Verdict> {
    const by = await cancelAsked(this.input.store, this.run.id)
    if (by !== null) return { state: 'cancelled', why: { code: 'cancelled', by }, to: 'skipped' }
    const denied = await mayStillAsk(this.input.store, this.run, step)
    if (denied !== null) return { state: 'failed', why: denied, to: 'failed' }
    const commands = await this.input.commands()
    if (!commands.ok && commands.why.code === 'observe-only')
      return { state: 'failed', why: commands.why, to: 'failed' }
    if (!(await this.waitForSlots(step))) return null
    const ready = await this.untilReady(step)
    if (ready !== 'ask') return ready === 'so' ? null : ready
    if (!commands.ok) return { state: 'failed', why: commands.why, to: 'failed' }
    await this.writer.move(step, 'asking', { asked: true, task: null })
    // The write above renewed the lease; should this process have slept since, another worker may own it.
    if (performance.now() - this.writer.provenAt > LEASE_SAFE) return null
    const taken = await commands.value.submit(step.command, this.input.signal)
    if (taken.ok) {
      await this.writer.move(step, 'following', { task: taken.value })
      return null
    }
    // Lost or cut off on the way: the hypervisor may have taken it. It is asked, the command is not sent again.
    if (taken.why.code === 'unsure' || taken.why.code === 'interrupted') return null
    return { state: this.anythingDone() ? 'needs-attention' : 'failed', why: taken.why, to: 'failed' }
  }

  /** Looks at the guest until it is told whether the step may be asked, or is so already. */
  private async untilReady(step: RunStep): Promise<'ask' | 'so' | Stop> {
    const until = performance.now() + this.input.patience.before
    for (let tries = 0; ; tries += 1) {
      const read = await this.look()
      if (read.ok) {
        if (step.proof === 'state' && holds(step.after, read.value) === 'yes') {
          await this.writer.move(step, 'already-so', { within: (tx) => releaseSlots(tx, this.run.id) })
          return 'so'
        }
        const before = holds(step.before, read.value)
        if (before === 'yes') return 'ask'
        const locked = read.value !== null && read.value.facts.lock !== null
        // A lock of somebody else's short task goes by itself; anything else that differs was decided by somebody.
        if (before === 'no' && !locked) return this.notAsked(step, whyNotAsked(step, read.value, this.plannedAt()))
      }
      if (performance.now() >= until) {
        return this.notAsked(step, read.ok ? whyNotAsked(step, read.value, this.plannedAt()) : read.why)
      }
      await this.rest(tries)
      const by = await cancelAsked(this.input.store, this.run.id)
      if (by !== null) return { state: 'cancelled', why: { code: 'cancelled', by }, to: 'skipped' }
    }
  }

  /** Nothing of this step was sent. After earlier steps the guest stands in between, and a person should know. */
  private notAsked(step: RunStep, why: Reason): Stop {
    return { state: this.anythingDone(step) ? 'needs-attention' : 'failed', why, to: 'failed' }
  }

  /** asking → following, waiting or verifying, by what the hypervisor says it took. */
  private async reconcile(step: RunStep): Promise<Verdict> {
    const recalled = await this.recall(step)
    if ('state' in recalled) return recalled
    if (recalled.recalled === 'taken') {
      await this.writer.move(step, 'following', { task: recalled.task })
      return null
    }
    if (recalled.recalled === 'not-taken') {
      if (step.askedTimes >= MOST_ASKED) return this.notAsked(step, { code: 'interrupted' })
      await this.writer.move(step, 'waiting', { task: null })
      return null
    }
    if (await this.isProvenByState(step)) return null
    return { state: 'needs-attention', why: { code: 'unsure', asked: step.command.do }, to: 'unsure' }
  }

  /** Asks the hypervisor until it answers, or a person has to look. */
  private async recall(step: RunStep): Promise<Recall | Stop> {
    const since = step.askedAt ?? this.input.now()
    const until = performance.now() + this.input.patience.host
    for (let tries = 0; ; tries += 1) {
      this.leaveIfTold()
      const commands = await this.input.commands()
      const answer = commands.ok ? await commands.value.recall(step.command, since, this.input.signal) : commands
      if (answer.ok) return answer.value
      this.leaveIfTold()
      await this.show(step, { progress: step.progress, why: answer.why, lines: [] })
      const cancelled = await cancelAsked(this.input.store, this.run.id)
      if (cancelled !== null || performance.now() >= until) {
        return { state: 'needs-attention', why: { code: 'unsure', asked: step.command.do }, to: 'unsure' }
      }
      await this.rest(tries)
    }
  }

  /** following → verifying, or its end is a failure. */
  private async follow(step: RunStep): Promise<Verdict> {
    const { task } = step
    if (task === null) throw new Error(`${step.key} of ${this.run.id} follows no task`)
    const commands = await this.input.commands()
    if (!commands.ok) return this.waitForHost(step, commands.why)
    const followed = await followTask({
      commands: commands.value,
      task,
      patience: this.input.patience,
      signal: this.input.signal,
      show: (shown) => this.show(step, shown),
      goOn: async () => (await cancelAsked(this.input.store, this.run.id)) === null,
    })
    if (followed.how === 'left') throw new Left()
    if (followed.how === 'given-up') return { state: 'needs-attention', why: followed.why, to: 'unsure' }
    step.progress = followed.progress
    return this.taskEnded(step, followed.end)
  }

  private async taskEnded(step: RunStep, end: TaskEnd): Promise<Verdict> {
    if (end.ended === 'succeeded') {
      await this.writer.move(step, 'verifying', {
        warnings: end.warnings,
        within: async (tx) => {
          await this.space.measure(tx, step, this.input.now())
          await releaseSlots(tx, this.run.id)
        },
      })
      return null
    }
    // What the task says and what is are two things: a guest that is as wanted is as wanted.
    if (await this.isProvenByState(step, end.ended === 'failed' ? end.why : null)) return null
    if (end.ended === 'lost') return { state: 'needs-attention', why: end.why, to: 'unsure' }
    const state =
      this.isUntouched(step) && step.proof === 'state' && !this.anythingDone(step) ? 'failed' : 'needs-attention'
    return { state, why: end.why, to: 'failed' }
  }

  /** Whether the guest is as it was before: nothing locked, nothing half-made. */
  private isUntouched(step: RunStep): boolean {
    if (this.guest == null || holds(step.before, this.guest) !== 'yes' || this.guest.facts.lock !== null) return false
    const snapshots = this.guest.snapshots.unread === null ? this.guest.snapshots.value : null
    return snapshots?.items.every(({ incomplete }) => !incomplete) ?? false
  }

  /** Whether one fresh reading proves the step without its task; then it is moved on to be verified. */
  private async isProvenByState(step: RunStep, despite: Reason | null = null): Promise<boolean> {
    const read = await this.look()
    if (!read.ok || step.proof !== 'state' || holds(step.after, read.value) !== 'yes') return false
    const warnings = despite === null ? [] : [despite.code === 'task-failed' ? despite.text : despite.code]
    await this.writer.move(step, 'verifying', { warnings, within: (tx) => releaseSlots(tx, this.run.id) })
    return true
  }

  /** verifying → done, when a fresh reading shows what was promised. */
  private async prove(step: RunStep): Promise<Verdict> {
    const began = performance.now()
    const { patience } = this.input
    for (let tries = 0; ; tries += 1) {
      const read = await this.look(step.storages.length > 0)
      if (read.ok && holds(step.after, read.value) === 'yes') {
        const within = (tx: Tx) => writeNoteOf(tx, this.run, step, this.input.now())
        // The reading that proves the last step proves the whole: both are told at once.
        if (step === this.run.steps.at(-1)) await this.conclude({ step, to: 'done', why: null, within })
        else await this.writer.move(step, 'done', { within })
        return null
      }
      const waited = performance.now() - began
      const cancelled = !read.ok && (await cancelAsked(this.input.store, this.run.id)) !== null
      if (waited >= (read.ok ? patience.after : patience.host) || cancelled) {
        const why = read.ok ? this.whyNotProven(step, read.value) : read.why
        return { state: 'needs-attention', why, to: 'unsure' }
      }
      if (!read.ok) await this.show(step, { progress: step.progress, why: read.why, lines: [] })
      await this.rest(tries)
    }
  }

  private whyNotProven(step: RunStep, guest: KnownGuest | null): Reason {
    if (guest === null) return { code: 'missing', what: 'guest', name: this.run.guestName }
    return { code: 'not-as-predicted', differences: [step.key] }
  }

  /** The connection cannot be opened while a task of ours runs behind it. */
  private async waitForHost(step: RunStep, why: Reason): Promise<Verdict> {
    await this.show(step, { progress: step.progress, why, lines: [] })
    const asked = step.askedAt ?? this.input.now()
    const waited = Date.parse(this.input.now()) - Date.parse(asked)
    const cancelled = await cancelAsked(this.input.store, this.run.id)
    if (cancelled !== null || waited >= this.input.patience.hung) {
      return { state: 'needs-attention', why, to: 'unsure' }
    }
    await this.rest(10)
    return null
  }

  private async conclude(last: LastStep | null): Promise<void> {
    // The reading that proved the last step is the freshest there is; without one, the guest is read now.
    if (this.guest === undefined) await this.look()
    const at = this.input.now()
    const found = conclude(this.run.predicted, this.guest ?? null, at)
    const odd: Reason | null =
      this.failure ?? (found.matches === false ? { code: 'not-as-predicted', differences: found.differences } : null)
    await this.writer.end(
      {
        state: odd === null ? 'succeeded' : 'needs-attention',
        at,
        why: odd,
        attention: odd === null ? null : attentionOf(this.run, null, this.guest, odd),
        actual: found.actual,
        predictedMatches: found.matches,
        spaceActual: await this.space.actual(),
        verifications: found.verifications,
      },
      last,
    )
    this.ended = true
  }

  /** Ends the operation before its last step, with the truth as far as it can be read. */
  private async stop(step: RunStep, { state, why, to }: Stop): Promise<void> {
    const read = await this.look()
    const guest = read.ok ? read.value : this.guest
    const at = this.input.now()
    const found = conclude(this.run.predicted, guest ?? null, at)
    const attention =
      state === 'needs-attention' || this.anythingDone(step) ? attentionOf(this.run, step, guest, why) : null
    await this.writer.end(
      {
        state,
        at,
        why,
        attention,
        actual: read.ok ? found.actual : null,
        predictedMatches: null,
        spaceActual: await this.space.actual(),
        verifications: [],
      },
      { step, to, why },
    )
  }

  /** Whether anything was done or may have been done before this step. */
  private anythingDone(until?: RunStep): boolean {
    return this.run.steps.some((step) => step !== until && (step.state === 'done' || step.state === 'verifying'))
  }

  /** A fresh reading of the guest, stored. */
  private async look(withStorages = false): Promise<Outcome<KnownGuest | null>> {
    this.leaveIfTold()
    const read = await this.input.readGuest(this.run.guestNativeId, withStorages)
    this.leaveIfTold()
    if (read.ok) this.guest = read.value
    if (withStorages) await this.space.look()
    return read
  }

  private async waitForSlots(step: RunStep): Promise<boolean> {
    const taken = this.hasSlots
    this.hasSlots = false
    if (taken || step.storages.length === 0) return true
    for (;;) {
      const taken = await this.tryForSlots(step)
      if (taken) return true
      this.leaveIfTold()
      // Back to the beginning of the step: a wish to cancel and a role that was withdrawn are looked at again.
      await this.input.pause(this.input.patience.slot, this.input.signal, true)
      if ((await cancelAsked(this.input.store, this.run.id)) !== null) return false
    }
  }

  private async tryForSlots(step: RunStep): Promise<boolean> {
    try {
      await this.writer.fenced(async (tx) => {
        if (!(await takeSlots(tx, this.run.id, step.storages))) throw new Taken()
      })
      return true
    } catch (error) {
      if (error instanceof Taken) return false
      throw error
    }
  }

  private async adopt(step: RunStep): Promise<void> {
    const adopted = await this.writer.fenced((tx) => adoptStep(tx, this.run.id, step, this.input.lease.epoch))
    if (!adopted) throw new LeaseLost(this.run.id)
  }

  private async show(step: RunStep, { progress, why, lines }: Shown): Promise<void> {
    step.progress = progress
    const { epoch } = this.input.lease
    const shown = { at: this.input.now(), epoch, progress, why, lines }
    const mine = await withTransaction(this.input.store, (tx) => showStep(tx, this.run.id, step, shown))
    if (!mine) throw new LeaseLost(this.run.id)
  }

  private rest(tries: number): Promise<void> {
    const { first, longest } = this.input.patience.pause
    return this.input.pause(Math.min(first * 2 ** Math.min(tries, 10), longest), this.input.signal, false)
  }

  private leaveIfTold(): void {
    if (this.input.signal.aborted) throw new Left()
  }

  private plannedAt(): Instant {
    return this.run.createdAt
  }
}

class Taken extends Error {
  override readonly name = 'Taken'
}

/** PostgreSQL's `unique_violation`: two workers began operations of one guest in the same moment. */
const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23505'
