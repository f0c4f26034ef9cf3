/** Changing a fake world through the port: submit, follow, recall, and everything that can go wrong with them. */
import { setImmediate } from 'node:timers/promises'
import type { Command, Recall, TaskRef, TaskUpdate } from '../../domain/command'
import type { Reason } from '../../domain/reason'
import { ok, refused } from '../../domain/result'
import { GIB, type Instant, type Millis } from '../../domain/units'
import type { Commands } from '../port'
import { applyCommand } from './apply'
import { type CommandFault, type FakeTask, guestOf, tell } from './tasks'
import type { FakeWorld } from './world'

const INTERRUPTED: Reason = { code: 'interrupted' }
const NEVER = new AbortController().signal
/** Notices of progress in one task. */
const STEPS = 8

/** The way to change this world. `closing` = the adapter it belongs to is closed; its tasks go on without it. */
export function fakeCommands(world: FakeWorld, closing: AbortSignal): Commands {
  return {
    submit: async (command, signal) => {
      const away = await reach(world, AbortSignal.any([signal, closing]))
      if (away !== null) return refused(away)
      const fault = takeFault(world, command)
      if (fault?.fault === 'refuse') return refused(fault.why)
      if (fault?.fault === 'lose-request') return refused({ code: 'unsure', asked: command.do })
      const no = whyNot(world, command)
      if (no !== null) return refused(no)
      const task = begin(world, command, fault)
      if (fault?.fault === 'lose-answer') return refused({ code: 'unsure', asked: command.do })
      return ok({ kind: 'fake', id: task.id })
    },
    follow: (task, signal) => follow(world, task, AbortSignal.any([signal, closing])),
    recall: async (command, since, signal) => {
      const away = await reach(world, AbortSignal.any([signal, closing]))
      return away === null ? ok(recall(world, command, since)) : refused(away)
    },
  }
}

/** What keeps us out, or null. A hung world answers when the caller gives up. */
async function reach(world: FakeWorld, signal: AbortSignal): Promise<Reason | null> {
  await setImmediate()
  if (signal.aborted) return INTERRUPTED
  if (world.faults.hangs) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    return INTERRUPTED
  }
  return world.faults.refuse
}

function takeFault(world: FakeWorld, command: Command): CommandFault | null {
  const place = world.commandFaults.findIndex(({ on }) => on === 'any' || on === command.do)
  return place < 0 ? null : (world.commandFaults.splice(place, 1)[0] ?? null)
}

/** What a platform says before it begins anything. */
function whyNot(world: FakeWorld, command: Command): Reason | null {
  const nativeId = guestOf(command)
  if (nativeId === null || command.do === 'volume.delete') return null
  const guest = world.guests.get(nativeId)
  if (guest === undefined) return { code: 'missing', what: 'guest', name: command.guest.name }
  const running = [...world.tasks.values()].find((task) => task.guest === nativeId && task.end === null && !task.gone)
  if (running !== undefined) return { code: 'guest-busy', task: running.command.do }
  const { lock } = guest.facts
  if (lock === null || command.do === 'guest.unlock') return null
  return { code: 'guest-locked', lock: lock === 'backup' || lock === 'migrate' ? lock : 'other', text: lock }
}

function begin(world: FakeWorld, command: Command, fault: CommandFault | null): FakeTask {
  const task: FakeTask = {
    id: `task-${world.tasks.size + 1}`,
    command,
    guest: guestOf(command),
    startedAt: world.now(),
    bytes: GIB,
    updates: [],
    end: null,
    gone: false,
    listeners: new Set(),
  }
  world.tasks.set(task.id, task)
  void run(world, task, fault)
  return task
}

async function run(world: FakeWorld, task: FakeTask, fault: CommandFault | null): Promise<void> {
  tell(task, { tells: 'log', line: `${task.command.do} begins` })
  if (fault?.fault === 'hang') return
  await work(world, task, fault?.fault === 'slow' ? fault.millis : world.taskMillis(task.command))
  if (fault?.fault === 'abort') {
    tell(task, { tells: 'end', end: { ended: 'failed', why: { code: 'task-failed', text: 'received interrupt' } } })
    return
  }
  if (fault?.fault === 'fail') {
    if (fault.half) leaveHalf(world, task.command)
    tell(task, { tells: 'end', end: { ended: 'failed', why: fault.why } })
    return
  }
  const done = applyCommand(world, task.command)
  if (fault?.fault === 'vanish') {
    task.gone = true
    tell(task, { tells: 'end', end: { ended: 'lost', why: INTERRUPTED } })
    return
  }
  if (done.ok) tell(task, { tells: 'end', end: { ended: 'succeeded', warnings: [] } })
  else tell(task, { tells: 'end', end: { ended: 'failed', why: done.why } })
}

async function work(world: FakeWorld, task: FakeTask, millis: Millis): Promise<void> {
  if (millis <= 0) {
    await setImmediate()
    return
  }
  const heavy = task.command.do === 'snapshot.delete' || task.command.do === 'chain.merge'
  for (let step = 1; step <= STEPS; step += 1) {
    await world.clock.wait(millis / STEPS, NEVER)
    const done = heavy ? Math.round((task.bytes * step) / STEPS) : (100 * step) / STEPS
    tell(task, {
      tells: 'progress',
      done,
      total: heavy ? task.bytes : 100,
      unit: heavy ? 'bytes' : 'percent',
    })
  }
}

/** As a real one is left: locked, and with an entry that is never a target. */
function leaveHalf(world: FakeWorld, command: Command): void {
  const nativeId = guestOf(command)
  if (nativeId === null) return
  if (command.do === 'snapshot.delete') world.leaveIncomplete(nativeId, command.snapshot.nativeId)
  const lock = command.do === 'snapshot.rollback' ? 'rollback' : 'snapshot-delete'
  world.edit(nativeId, { facts: { lock } })
}

async function* follow(world: FakeWorld, ref: TaskRef, signal: AbortSignal): AsyncGenerator<TaskUpdate> {
  const task = ref.kind === 'fake' ? world.tasks.get(ref.id) : undefined
  if (task === undefined || task.gone) {
    yield { tells: 'end', end: { ended: 'lost', why: INTERRUPTED } }
    return
  }
  for (let told = 0; ; ) {
    while (told < task.updates.length) {
      const update = task.updates[told]
      told += 1
      if (update === undefined || signal.aborted) return
      yield update
      if (update.tells === 'end') return
    }
    if (signal.aborted) return
    await changed(task, told, signal)
  }
}

function changed(task: FakeTask, told: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (task.updates.length > told) return resolve()
    const wake = (): void => {
      task.listeners.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    task.listeners.add(wake)
    signal.addEventListener('abort', wake, { once: true })
  })
}

/** The fake tells every task by exactly what was asked, so that it is sure unless it was told to forget. */
function recall(world: FakeWorld, command: Command, since: Instant): Recall {
  if (world.forgets) return { recalled: 'unsure' }
  const asked = JSON.stringify(command)
  const task = [...world.tasks.values()].findLast(
    (each) => !each.gone && each.startedAt >= since && JSON.stringify(each.command) === asked,
  )
  if (task !== undefined) return { recalled: 'taken', task: { kind: 'fake', id: task.id } }
  const gone = [...world.tasks.values()].some((each) => each.gone && JSON.stringify(each.command) === asked)
  return gone ? { recalled: 'unsure' } : { recalled: 'not-taken' }
}
