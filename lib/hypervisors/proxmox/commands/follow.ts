/** Following a task to its end, and what Proxmox VE goes on doing after it. Whoever follows never stops a task. */
import type { TaskEnd, TaskUpdate } from '@/lib/domain/command'
import type { Reason } from '@/lib/domain/reason'
import type { Millis } from '@/lib/domain/units'
import { SECOND } from '@/lib/domain/units'
import type { ProxmoxClient } from '../client'
import { guestPath, readPlaces } from '../place'
import { configSchema, guestStatusSchema, parseOne } from '../wire'
import { endOf, endsWith, isEndLine, percentIn } from './exit-status'
import type { CommandPatience } from './patience'
import { unlockCommand } from './request'
import { nextLook, rest } from './rest'
import { readTasks } from './task-list'
import { readLog, readStatus, type TaskPlace } from './task-reader'
import { parseUpid, type Upid } from './upid'

export type FollowContext = {
  client: Pick<ProxmoxClient, 'get'>
  patience: CommandPatience
  signal: AbortSignal
  /** how long HA may take; null = nobody told us */
  limitMillis: Millis | null
}

/** Told of a task until we stop: null = we were told to leave, and there is no end to tell. */
type Told = AsyncGenerator<TaskUpdate, TaskEnd | null>

export async function* followTask(task: TaskPlace, context: FollowContext): AsyncGenerator<TaskUpdate> {
  const upid = parseUpid(task.upid)
  if (upid === null) {
    yield { tells: 'end', end: { ended: 'lost', why: { code: 'unsure', asked: task.upid } } }
    return
  }
  const first = yield* followOne(task, upid, context)
  const end = first?.ended === 'succeeded' ? yield* goOn(task, upid, first, context) : first
  if (end === null) return
  if (end.ended !== 'succeeded') yield* tellLock(upid, context)
  yield { tells: 'end', end }
}

/** What cannot be helped by waiting: another certificate, a permission or a password taken away. */
const KEEPS_OUT: ReadonlySet<Reason['code']> = new Set([
  'not-permitted',
  'credentials-refused',
  'certificate-changed',
  'certificate-invalid',
  'certificate-unknown',
  'malformed',
  'not-told',
])

async function* followOne(task: TaskPlace, { type }: Upid, { client, patience, signal }: FollowContext): Told {
  const lines: string[] = []
  const began = performance.now()
  let readAt = Number.NEGATIVE_INFINITY
  let outSince: number | null = null
  for (;;) {
    // Together: a short task has often ended by the first look, and a storage waits for its end.
    const due = performance.now() - readAt >= patience.log
    const [status, beside] = await Promise.all([
      readStatus(client, task, signal),
      due ? readLog(client, task, lines.length, signal) : null,
    ])
    if (signal.aborted) return null
    if (due) readAt = performance.now()
    if (!status.ok) {
      // A node that is down or busy says nothing of the task, which goes on, or is told of when the node is back.
      outSince = KEEPS_OUT.has(status.why.code) ? (outSince ?? performance.now()) : null
      if (outSince !== null && performance.now() - outSince >= patience.keptOut) {
        return { ended: 'lost', why: status.why }
      }
    } else {
      outSince = null
      if (status.value === 'gone') return { ended: 'lost', why: { code: 'unsure', asked: type } }
      const stopped = status.value.status === 'stopped'
      const exitstatus = status.value.exitstatus ?? 'unexpected status'
      const isWhole = beside?.ok === true && endsWith(beside.value, exitstatus)
      const more = stopped && !isWhole ? await readLog(client, task, lines.length, signal) : beside
      if (signal.aborted) return null
      for (const line of more?.ok === true ? more.value : []) {
        lines.push(line)
        if (isEndLine(line)) continue
        yield { tells: 'log', line }
        const percent = percentIn(line)
        if (percent !== null) yield { tells: 'progress', done: percent, total: 100, unit: 'percent' }
      }
      if (stopped) return endOf(exitstatus, lines)
    }
    if (!(await rest(nextLook(patience, performance.now() - began), signal))) return null
  }
}

type Succeeded = Extract<TaskEnd, { ended: 'succeeded' }>

/** Some ends are only the beginning: a start after a rollback, and everything that is asked of HA. */
async function* goOn(task: TaskPlace, upid: Upid, first: Succeeded, context: FollowContext): Told {
  const { type } = upid
  if (type === 'hastart' || type === 'hastop') return yield* waitForHa(upid, first, context)
  if (type !== 'qmrollback' && type !== 'vzrollback') return first
  const start = await findStart(task, upid, context)
  if (context.signal.aborted) return null
  if (start === null) return first
  const parsed = parseUpid(start)
  if (parsed === null) return first
  const second = yield* followOne({ node: task.node, upid: start }, parsed, context)
  if (second?.ended !== 'succeeded') return second
  return { ended: 'succeeded', warnings: [...first.warnings, ...second.warnings] }
}

/**
 * The start that a rollback with `start` leaves behind as a task of its own (recorded 278–282): the first one of the same
 * guest, by the same hand, forked by the rollback's worker, so between its start and its end.
 */
async function findStart({ node, upid: task }: TaskPlace, upid: Upid, context: FollowContext): Promise<string | null> {
  const { client, patience, signal } = context
  const asked = { node, vmid: upid.id, sinceSeconds: upid.startedSeconds }
  const began = performance.now()
  let tasks = await readTasks(client, asked, signal)
  while (!tasks.ok) {
    const waited = performance.now() - began
    if (waited >= patience.keptOut || !(await rest(nextLook(patience, waited), signal))) return null
    tasks = await readTasks(client, asked, signal)
  }
  const listed = tasks.value.tasks
  const ended = listed.find((each) => each.upid === task)?.endtime ?? Number.POSITIVE_INFINITY
  const type = upid.type === 'qmrollback' ? 'qmstart' : 'vzstart'
  const starts = listed
    .filter(({ is }) => is.type === type && is.by === upid.by && is.pstart >= upid.pstart && is.startedSeconds <= ended)
    .sort((a, b) => a.is.pstart - b.is.pstart)
  return starts[0]?.upid ?? null
}

/** HA's tasks end when the wish is queued. It is fulfilled when the guest is so (field notes, from the source). */
async function* waitForHa(upid: Upid, first: Succeeded, context: FollowContext): Told {
  const { client, patience, signal } = context
  const wanted = upid.type === 'hastart' ? 'running' : 'stopped'
  const limit = context.limitMillis ?? patience.ha
  const began = performance.now()
  yield { tells: 'log', line: `HA was asked; waiting until the guest is ${wanted}` }
  for (;;) {
    const status = await readPower(upid, client, signal)
    if (signal.aborted) return null
    if (status === wanted) return first
    if (performance.now() - began >= limit) {
      const text = `HA was asked, and after ${Math.round(limit / SECOND)} s the guest is not ${wanted}`
      return { ended: 'failed', why: { code: 'task-failed', text } }
    }
    if (!(await rest(nextLook(patience, performance.now() - began), signal))) return null
  }
}

/** Where the guest is now: HA may move it while it starts. */
async function readPower({ id }: Upid, client: FollowContext['client'], signal: AbortSignal): Promise<string | null> {
  const places = await readPlaces(client, signal)
  const place = places.ok ? places.value.get(id) : undefined
  if (place === undefined) return null
  const answer = await client.get([...guestPath(place), 'status', 'current'], {}, signal)
  const status = answer.ok ? parseOne(guestStatusSchema, answer.value.data, 'status') : answer
  return status.ok ? status.value.status : null
}

/** A failed deletion or rollback leaves the guest locked (recorded 231–241): said beside the failure, with the way out. */
async function* tellLock({ node, type, id }: Upid, { client, signal }: FollowContext): AsyncGenerator<TaskUpdate> {
  if (!/^(?:qm|vz)(?:del)?snapshot$|^(?:qm|vz)rollback$/.test(type)) return
  const kind = type.startsWith('vz') ? 'container' : 'vm'
  const answer = await client.get([...guestPath({ node, kind, vmid: id }), 'config'], {}, signal)
  const config = answer.ok ? parseOne(configSchema, answer.value.data, 'configuration') : answer
  if (!config.ok || config.value.lock === undefined) return
  const line = `the guest is locked now (${config.value.lock}); on ${node}: ${unlockCommand({ kind, vmid: id })}`
  yield { tells: 'log', line }
}
