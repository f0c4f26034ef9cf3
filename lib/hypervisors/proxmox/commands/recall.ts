/**
 * After a crash or a lost answer: was this command taken? A UPID names kind, guest and who asked, but no snapshot; so a
 * task counts as the one asked for only when it is the only such task of ours since then and the guest agrees.
 */
import type { Command, Recall } from '@/lib/domain/command'
import type { GuestKind } from '@/lib/domain/inventory'
import { type Outcome, ok } from '@/lib/domain/result'
import { epochMillis, type Instant, type Millis } from '@/lib/domain/units'
import type { ProxmoxClient } from '../client'
import { CURRENT } from '../map/snapshots'
import { guestPath, type Place } from '../place'
import { agentResultSchema, configSchema, guestStatusSchema, parseOne, snapshotRowSchema } from '../wire'
import { isFileLockText } from './exit-status'
import type { CommandPatience } from './patience'
import { nextLook, rest } from './rest'
import { type ListedTask, readTasks } from './task-list'
import { doneRef } from './upid'

export type RecallContext = {
  client: Pick<ProxmoxClient, 'get' | 'send'>
  patience: CommandPatience
  now: () => Millis
  /** who we are in a UPID */
  by: string
  signal: AbortSignal
}

const NOT_TAKEN: Recall = { recalled: 'not-taken' }
const UNSURE: Recall = { recalled: 'unsure' }

/** Of the two clocks only whole seconds are told, so that a second on either side is anybody's. */
const SECONDS_BETWEEN_CLOCKS = 1

/** `place`: where the guest is now. */
export async function recall(
  command: Command,
  place: Place,
  since: Instant,
  context: RecallContext,
): Promise<Outcome<Recall>> {
  switch (command.do) {
    case 'guest.set-tags':
    case 'guest.unlock':
      return recallConfiguration(command, place, context)
    case 'guest.thaw':
      return recallThaw(place, context)
    case 'snapshot.take':
    case 'snapshot.delete':
    case 'snapshot.rollback':
    case 'guest.power':
      return recallTask(command, place, since, context)
    // Nothing of these was ever sent.
    default:
      return ok(NOT_TAKEN)
  }
}

type OfTask = Extract<
  Command,
  { do: 'snapshot.take' } | { do: 'snapshot.delete' } | { do: 'snapshot.rollback' } | { do: 'guest.power' }
>

async function recallTask(
  command: OfTask,
  place: Place,
  since: Instant,
  context: RecallContext,
): Promise<Outcome<Recall>> {
  const { patience, signal, now } = context
  const began = performance.now()
  for (;;) {
    const decided = await decide(command, place, since, context)
    if (!decided.ok || decided.value.recalled === 'taken') return decided
    // What was sent may still be on its way through pveproxy.
    if (now() - epochMillis(since) >= patience.settle) return decided
    await rest(nextLook(patience, performance.now() - began), signal)
  }
}

async function decide(command: OfTask, place: Place, since: Instant, context: RecallContext): Promise<Outcome<Recall>> {
  const { client, signal, now, by } = context
  const nodes = [...new Set([place.node, command.guest.node].filter((node) => node !== ''))]
  const types = typesOf(command, place.kind)
  const ours: { task: ListedTask; mayBeEarlier: boolean }[] = []
  for (const node of nodes) {
    // The node's clock is told with every answer; where it is not, ours has to do, and a minute of doubt with it.
    const clock = await client.get(['version'], {}, signal)
    if (!clock.ok) return clock
    const told = clock.value.serverTime
    const asked = (epochMillis(since) + (told === null ? 0 : epochMillis(told) - now())) / 1000
    const doubt = told === null ? 60 : SECONDS_BETWEEN_CLOCKS
    const from = Math.floor(asked) - doubt
    const list = await readTasks(client, { node, vmid: place.vmid, sinceSeconds: from }, signal)
    if (!list.ok) return list
    for (const task of list.value.tasks) {
      if (!types.includes(task.is.type) || task.is.by !== by || task.is.startedSeconds < from) continue
      ours.push({ task, mayBeEarlier: task.is.startedSeconds <= Math.ceil(asked) + doubt })
    }
  }
  // One that waited for the file lock in vain did nothing (file-lock.ts).
  const acted = ours.filter(({ task }) => !isFileLockText(task.exitstatus ?? ''))
  if (acted.length === 0) return ok(NOT_TAKEN)
  const seen = await look(place, context)
  if (!seen.ok) return seen
  const judged = acted.map((each) => ({ ...each, agrees: agrees(command, each.task, seen.value) }))
  // Done, and not to be seen: not this command's, but that of a step right before it, which ended before this was asked.
  const left = judged.filter(
    ({ task, mayBeEarlier, agrees: does }) => does || !mayBeEarlier || task.exitstatus === null,
  )
  const [only] = left
  if (only === undefined) return ok(NOT_TAKEN)
  if (left.length > 1 || !only.agrees) return ok(UNSURE)
  const { upid, is } = only.task
  return ok({ recalled: 'taken', task: { kind: 'proxmox', node: is.node, upid } })
}

function typesOf(command: OfTask, kind: GuestKind): readonly string[] {
  const prefix = kind === 'container' ? 'vz' : 'qm'
  switch (command.do) {
    case 'snapshot.take':
      return [`${prefix}snapshot`]
    case 'snapshot.delete':
      return [`${prefix}delsnapshot`]
    case 'snapshot.rollback':
      return [`${prefix}rollback`]
    case 'guest.power':
      if (command.to === 'on') return [`${prefix}start`, 'hastart']
      if (command.to === 'resume') return [`${prefix}resume`]
      return [`${prefix}${command.to === 'off' ? 'stop' : 'shutdown'}`, 'hastop']
  }
}

type Seen = {
  /** name → half-made or half-deleted */
  snapshots: ReadonlyMap<string, boolean>
  parent: string | null
  lock: string | null
  running: boolean
}

async function look(place: Place, { client, signal }: RecallContext): Promise<Outcome<Seen>> {
  const base = guestPath(place)
  const listed = await client.get([...base, 'snapshot'], {}, signal)
  if (!listed.ok) return listed
  const rows = parseOne(snapshotRowSchema.array(), listed.value.data, 'snapshots')
  if (!rows.ok) return rows
  const config = await client.get([...base, 'config'], {}, signal)
  if (!config.ok) return config
  const read = parseOne(configSchema, config.value.data, 'configuration')
  if (!read.ok) return read
  const current = await client.get([...base, 'status', 'current'], {}, signal)
  if (!current.ok) return current
  const status = parseOne(guestStatusSchema, current.value.data, 'status')
  if (!status.ok) return status
  const own = rows.value.filter(({ name }) => name !== CURRENT)
  return ok({
    snapshots: new Map(own.map(({ name, snapstate }) => [name, snapstate !== null])),
    parent: rows.value.find(({ name }) => name === CURRENT)?.parent ?? null,
    lock: read.value.lock ?? null,
    running: status.value.status === 'running',
  })
}

/** Whether the guest looks as it would if this task were the one that was asked for. */
function agrees(command: OfTask, { exitstatus }: ListedTask, seen: Seen): boolean {
  const running = exitstatus === null
  // Its own end says what happened; nothing else of ours failed in that moment.
  if (exitstatus !== null && exitstatus !== 'OK' && !exitstatus.startsWith('WARNINGS')) return true
  switch (command.do) {
    case 'snapshot.take':
      return seen.snapshots.has(command.name)
    case 'snapshot.delete': {
      const half = seen.snapshots.get(command.snapshot.nativeId)
      return half === undefined || (running && half)
    }
    case 'snapshot.rollback':
      return running ? seen.lock === 'rollback' : seen.parent === command.snapshot.nativeId
    case 'guest.power':
      return running || command.to === 'resume' || seen.running === (command.to === 'on')
  }
}

/** Answered when it is over, and the same however often it is done: what stands there tells. */
async function recallConfiguration(
  command: Extract<Command, { do: 'guest.set-tags' } | { do: 'guest.unlock' }>,
  place: Place,
  { client, signal }: RecallContext,
): Promise<Outcome<Recall>> {
  const answer = await client.get([...guestPath(place), 'config'], {}, signal)
  if (!answer.ok) return answer
  const config = parseOne(configSchema, answer.value.data, 'configuration')
  if (!config.ok) return config
  if (command.do === 'guest.unlock') return ok(config.value.lock === undefined ? doneAt(command, place) : NOT_TAKEN)
  const tags = (config.value.tags ?? '').split(/[;,\s]+/).filter((tag) => tag !== '')
  const same = JSON.stringify([...tags].sort()) === JSON.stringify([...command.tags].sort())
  const isProtected = config.value.protection === '1'
  return ok(
    same && (command.protected === null || command.protected === isProtected) ? doneAt(command, place) : NOT_TAKEN,
  )
}

async function recallThaw(place: Place, { client, signal }: RecallContext): Promise<Outcome<Recall>> {
  const answer = await client.send('POST', [...guestPath(place), 'agent', 'fsfreeze-status'], {}, signal)
  if (!answer.ok) return ok(UNSURE)
  const status = parseOne(agentResultSchema, answer.value.data, 'agent')
  if (!status.ok) return ok(UNSURE)
  if (status.value.result === 'thawed') return ok(doneAt({ do: 'guest.thaw' }, place))
  return ok(status.value.result === 'frozen' ? NOT_TAKEN : UNSURE)
}

const doneAt = ({ do: what }: Pick<Command, 'do'>, { node }: Place): Recall => ({
  recalled: 'taken',
  task: { kind: 'proxmox', node, upid: doneRef(what) },
})
