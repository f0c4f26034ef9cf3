/** The commands of one libvirt host: asked once, followed, and recalled by what they left. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Command, Recall, TaskRef, TaskUpdate } from '@/lib/domain/command'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { epochMillis, type Instant, SECOND } from '@/lib/domain/units'
import type { Commands } from '../../port'
import type { Host } from '../connect'
import { faultOf, reasonOf, refusedBy } from '../errors'
import { TransportError } from '../rpc/errors'
import { type CommandContext, Refusal, TaskFailure } from './context'
import type { Hosts } from './hosts'
import { followJob } from './orphan-job'
import { perform } from './perform'
import { recall } from './recall'
import { Task } from './task'

/**
 * libvirt answers a change when it is over. A refusal comes within milliseconds; what has said nothing for this long
 * was taken, and its end is followed.
 */
const TAKEN_AFTER_MILLIS = 400

/** Ended tasks kept for who asks late; the executor follows at once. */
const MOST_ENDED = 500

/** A daemon that died is looked for again for so long, to thaw what it may have left frozen. */
const AGAIN_FOR_MILLIS = 30 * SECOND

export type LibvirtCommandsOptions = { hosts: Hosts; address: string; now: () => Instant }

type Flight = {
  /** what was refused, or null from the moment it is known to be taken */
  answer: Promise<Outcome<null>>
  task: Task
}

export class LibvirtCommands implements Commands {
  readonly #hosts: Hosts
  readonly #address: string
  readonly #now: () => Instant
  readonly #tasks = new Map<string, Task>()

  constructor({ hosts, address, now }: LibvirtCommandsOptions) {
    this.#hosts = hosts
    this.#address = address
    this.#now = now
  }

  async submit(command: Command, signal: AbortSignal): Promise<Outcome<TaskRef>> {
    const host = await this.#hosts.borrow(signal)
    if (!host.ok) return host
    const since = this.#now()
    const { answer, task } = this.#start(command, host.value, signal)
    const taken = await answer
    if (!taken.ok) return taken
    const ref: TaskRef =
      command.do === 'chain.merge'
        ? { kind: 'libvirt-job', guest: command.guest.nativeId, target: command.disk.target, since }
        : { kind: 'libvirt-call', id: randomUUID(), since }
    this.#keep(ref, task)
    return ok(ref)
  }

  async *follow(ref: TaskRef, signal: AbortSignal): AsyncIterable<TaskUpdate> {
    const task = this.#tasks.get(keyOf(ref)) ?? this.#taskOfOthers(ref)
    yield* task.follow(signal)
  }

  async recall(command: Command, since: Instant, signal: AbortSignal): Promise<Outcome<Recall>> {
    const host = await this.#hosts.borrow(signal)
    if (!host.ok) return host
    try {
      const found = await recall(command, { host: host.value, since, signal, now: this.#now })
      if (found.recalled !== 'taken') return ok({ recalled: found.recalled })
      if (found.job !== null) return ok({ recalled: 'taken', task: { kind: 'libvirt-job', ...found.job, since } })
      const task = new Task()
      task.finish({ ended: 'succeeded', warnings: [...found.warnings] })
      const ref: TaskRef = { kind: 'libvirt-call', id: randomUUID(), since }
      this.#keep(ref, task)
      return ok({ recalled: 'taken', task: ref })
    } catch (error) {
      return refusedBy(error, this.#address)
    } finally {
      await this.#hosts.giveBack(host.value)
    }
  }

  #start(command: Command, host: Host, signal: AbortSignal): Flight {
    const task = new Task()
    let asked = 0
    let settle: (answer: Outcome<null>) => void = () => undefined
    const answer = new Promise<Outcome<null>>((resolve) => {
      settle = resolve
    })
    const taken = () => settle(ok(null))
    const patience = new AbortController()
    const context: CommandContext = {
      host,
      signal,
      now: this.#now,
      asking: () => {
        asked += 1
        void pause(TAKEN_AFTER_MILLIS, undefined, { signal: patience.signal }).then(taken, () => undefined)
      },
      accepted: taken,
      answered: () => patience.abort(),
      log: (line) => task.log(line),
      progress: (done, total) => task.progress(done, total),
      again: (use) => this.#again(host, use),
    }
    const finished = perform(command, context).then(
      (warnings) => {
        task.finish({ ended: 'succeeded', warnings: [...warnings] })
        taken()
      },
      (error: unknown) => {
        const no = this.#explain(error, command, asked > 0)
        task.finish(no.why.code === 'unsure' ? { ended: 'lost', why: no.why } : endOf(no))
        // Once it counts as taken this is the end of the task, and the answer was given.
        settle(no)
      },
    )
    void finished.finally(() => {
      patience.abort()
      return this.#hosts.giveBack(host)
    })
    return { answer, task }
  }

  /** What went wrong. A lost answer to a change is never a no. */
  #explain(error: unknown, command: Command, asked: boolean) {
    if (error instanceof Refusal || error instanceof TaskFailure) return refused(error.why)
    if (asked && error instanceof TransportError) return refused({ code: 'unsure', asked: command.do }, faultOf(error))
    return refusedBy(error, this.#address)
  }

  async #again<T>(first: Host, use: (host: Host) => Promise<T>): Promise<T> {
    if (first.client.connection.end === null) return use(first)
    const patience = AbortSignal.timeout(AGAIN_FOR_MILLIS)
    for (;;) {
      const host = await this.#hosts.borrow(patience)
      if (host.ok) {
        try {
          return await use(host.value)
        } catch (error) {
          if (!(error instanceof TransportError) || patience.aborted) throw error
        } finally {
          await this.#hosts.giveBack(host.value)
        }
      }
      if (patience.aborted) throw new TransportError('timeout', 'the host did not come back')
      await pause(SECOND)
    }
  }

  /** A task this process did not start: a call ended with its process, a block job goes on in QEMU. */
  #taskOfOthers(ref: TaskRef): Task {
    const task = new Task()
    if (ref.kind !== 'libvirt-job') {
      task.finish({ ended: 'lost', why: { code: 'unsure', asked: ref.kind } })
      return task
    }
    this.#keep(ref, task)
    void this.#followJob(ref, task)
    return task
  }

  async #followJob(ref: Extract<TaskRef, { kind: 'libvirt-job' }>, task: Task): Promise<void> {
    const host = await this.#hosts.borrow(new AbortController().signal)
    if (!host.ok) return task.finish({ ended: 'lost', why: host.why })
    try {
      task.finish(await followJob(host.value, ref, (done, total) => task.progress(done, total)))
    } catch (error) {
      task.finish({ ended: 'lost', why: reasonOf(error, this.#address) })
    } finally {
      await this.#hosts.giveBack(host.value)
    }
  }

  #keep(ref: TaskRef, task: Task): void {
    this.#tasks.set(keyOf(ref), task)
    if (this.#tasks.size <= MOST_ENDED) return
    for (const [key, one] of this.#tasks) {
      if (one.ended && one !== task) {
        this.#tasks.delete(key)
        return
      }
    }
  }
}

const endOf = (no: ReturnType<typeof refused>) => {
  const { why, native } = no
  return native === undefined
    ? ({ ended: 'failed', why } as const)
    : ({ ended: 'failed', why, native: native.text } as const)
}

const keyOf = (ref: TaskRef): string =>
  ref.kind === 'libvirt-job' ? `${ref.guest} ${ref.target} ${epochMillis(ref.since)}` : 'id' in ref ? ref.id : ref.upid
