import type { Clock } from './clock'
import type { Chance } from './random'

/** Worker processes: real UPIDs, logs, exit states and interrupts. A 200 with a UPID only means "forked". */

export interface Task {
  upid: string
  node: string
  pid: number
  /** Hundredths of a second since the node booted. */
  pstart: number
  /** UTC in seconds. */
  starttime: number
  endtime: number | undefined
  type: string
  id: string
  /** user@realm or user@realm!token */
  authid: string
  status: 'running' | 'stopped'
  exitstatus: string | undefined
  /** Counts up with each task that ends: the archive is written at the end. */
  endOrder: number
  log: string[]
}

/** A worker's failure; its message becomes the exit state. */
export class TaskFailure extends Error {}

export interface WorkerTools {
  log: (line: string) => void
  /** A line that turns `OK` into `WARNINGS: n`. */
  warn: (text: string) => void
  task: Task
}

/** Yields how long it is busy, in ms; throws a TaskFailure to fail. An interrupt is thrown into it. */
export type Worker = (tools: WorkerTools) => Generator<number, void, void>

/** What a scripted fault does to a worker. */
export interface WorkerFault {
  /** Milliseconds added before it begins. */
  delayMs?: number
  /** Fails with this text before its first step. */
  failWith?: string
  hangs?: boolean
}

export interface TaskTable {
  all: Task[]
  fork(request: { node: string; type: string; id: string; authid: string; bootMs: number; worker: Worker }): string
  find(upid: string): Task | undefined
  /** Sends an interrupt; nothing happens to a finished task. */
  interrupt(upid: string): void
  /** Leaves no trace of it: its work goes on, its status, log and list entry are gone. */
  forget(upid: string): void
  /** Adds a task that ended in the past. */
  record(task: Omit<Task, 'upid'>): void
}

interface RunningWorker {
  steps: Generator<number, void, void>
  warnings: number
  turn: number
  end: (failure?: Error) => void
}

const hex8 = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0')

export function createTaskTable(options: {
  clock: Clock
  chance: Chance
  /** 1 = as fast as the recorded server; 0 = every step at once. */
  pace: () => number
  faultFor: (type: string, id: string) => WorkerFault | undefined
}): TaskTable {
  const { clock } = options
  const all: Task[] = []
  const byUpid = new Map<string, Task>()
  const running = new Map<string, RunningWorker>()
  let nextPid = 483
  let ended = 0

  const upidOf = (task: Omit<Task, 'upid'>): string =>
    `UPID:${task.node}:${hex8(task.pid)}:${hex8(task.pstart)}:${hex8(task.starttime)}:${task.type}:${task.id}:${task.authid}:`

  const fork: TaskTable['fork'] = ({ node, type, id, authid, bootMs, worker }) => {
    const pid = nextPid
    nextPid += options.chance.whole(1, 14)
    const body: Omit<Task, 'upid'> = {
      node,
      pid,
      pstart: Math.max(1, Math.floor((clock.now() - bootMs) / 10)),
      starttime: Math.floor(clock.now() / 1000),
      endtime: undefined,
      type,
      id,
      authid,
      status: 'running',
      exitstatus: undefined,
      endOrder: 0,
      log: [],
    }
    const task: Task = { ...body, upid: upidOf(body) }
    all.push(task)
    byUpid.set(task.upid, task)
    const entry: RunningWorker = {
      warnings: 0,
      turn: 0,
      steps: worker({
        task,
        log: (line) => task.log.push(line),
        warn: (text) => {
          entry.warnings += 1
          task.log.push(`WARN: ${text}`)
        },
      }),
      end: (failure?: Error) => {
        running.delete(task.upid)
        const outcome = failure?.message ?? (entry.warnings > 0 ? `WARNINGS: ${entry.warnings}` : 'OK')
        task.log.push(failure === undefined ? `TASK ${outcome}` : `TASK ERROR: ${outcome}`)
        task.status = 'stopped'
        task.exitstatus = outcome
        task.endOrder = ++ended
        task.endtime = Math.floor(clock.now() / 1000)
      },
    }
    running.set(task.upid, entry)
    const fault = options.faultFor(type, id)
    clock.after(20 * options.pace() + (fault?.delayMs ?? 0), () => {
      if (!running.has(task.upid) || fault?.hangs === true) return
      if (fault?.failWith !== undefined) entry.end(new TaskFailure(fault.failWith))
      else resume(task.upid, () => entry.steps.next())
    })
    return task.upid
  }

  /** Runs a worker to its next pause. Bugs are thrown on; failures end the task. */
  const resume = (upid: string, step: () => IteratorResult<number, void>): void => {
    const entry = running.get(upid)
    if (entry === undefined) return
    // An interrupt may come during a pause: the pause's own continuation is then void.
    entry.turn += 1
    const turn = entry.turn
    try {
      const result = step()
      if (result.done === true) entry.end()
      else {
        clock.after(result.value * options.pace(), () => {
          if (entry.turn === turn) resume(upid, () => entry.steps.next())
        })
      }
    } catch (error) {
      if (!(error instanceof TaskFailure)) throw error
      entry.end(error)
    }
  }

  return {
    all,
    fork,
    find: (upid) => byUpid.get(upid),
    interrupt: (upid) => {
      const entry = running.get(upid)
      if (entry !== undefined) resume(upid, () => entry.steps.throw(new TaskFailure('received interrupt')))
    },
    forget: (upid) => {
      byUpid.delete(upid)
      const place = all.findIndex((task) => task.upid === upid)
      if (place >= 0) all.splice(place, 1)
    },
    record: (past) => {
      const task: Task = { ...past, upid: upidOf(past) }
      all.push(task)
      byUpid.set(task.upid, task)
    },
  }
}

/** The parts of a UPID, or undefined when it is none. */
export function parseUpid(upid: string): { node: string } | undefined {
  const match =
    /^UPID:([a-zA-Z0-9][a-zA-Z0-9-]*):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/.exec(
      upid,
    )
  return match === null ? undefined : { node: match[1] ?? '' }
}
