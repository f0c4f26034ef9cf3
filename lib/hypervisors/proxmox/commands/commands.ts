/** The commands of one Proxmox VE cluster: asked once, followed by their task, and recalled by it. */
import type { Command, Recall, TaskRef, TaskUpdate } from '@/lib/domain/command'
import type { GuestRef } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant, Millis } from '@/lib/domain/units'
import type { ProxmoxCredentials } from '../../credentials'
import type { Commands } from '../../port'
import type { ProxmoxClient } from '../client'
import { type Place, readPlaces } from '../place'
import { isFileLockText } from './exit-status'
import { watchBeginning } from './file-lock'
import { followTask } from './follow'
import { COMMAND_PATIENCE, type CommandPatience } from './patience'
import { recall } from './recall'
import { type Request, requestOf } from './request'
import { rest } from './rest'
import { doneRef, isDoneRef, parseUpid } from './upid'

export type ProxmoxCommandsOptions = {
  client: ProxmoxClient
  login: ProxmoxCredentials
  now: () => Millis
  patience?: Partial<CommandPatience>
}

/** Time limits kept for whoever follows; one that is gone falls back to the common one. */
const MOST_LIMITS = 500

export class ProxmoxCommands implements Commands {
  readonly #client: ProxmoxClient
  readonly #now: () => Millis
  readonly #patience: CommandPatience
  readonly #by: string
  readonly #isRoot: boolean
  /** where guests were last; one that moved is looked for again when its node says that it is not there */
  #places = new Map<string, Place>()
  readonly #limits = new Map<string, Millis>()

  constructor({ client, login, now, patience }: ProxmoxCommandsOptions) {
    this.#client = client
    this.#now = now
    this.#patience = { ...COMMAND_PATIENCE, ...patience }
    this.#by = login.method === 'token' ? login.tokenId : `${login.username}@${login.realm}`
    this.#isRoot = login.method === 'password' && this.#by === 'root@pam'
  }

  async submit(command: Command, signal: AbortSignal): Promise<Outcome<TaskRef>> {
    const guest = guestOf(command)
    if (guest === null) return refused(NO_VOLUMES)
    const known = this.#places.get(guest.nativeId)
    const place = known === undefined ? await this.#find(guest, signal) : ok(known)
    if (!place.ok) return place
    const first = await this.#ask(command, place.value, signal)
    if (first.ok || known === undefined || !isNotThere(first.why)) return first
    // It moved. That node has no such guest (recorded 60), so nothing began there, and the other one is asked.
    this.#places.delete(guest.nativeId)
    const moved = await this.#find(guest, signal)
    if (!moved.ok || (moved.value.node === known.node && moved.value.kind === known.kind)) return first
    return this.#ask(command, moved.value, signal)
  }

  async *follow(task: TaskRef, signal: AbortSignal): AsyncIterable<TaskUpdate> {
    if (task.kind !== 'proxmox') {
      yield { tells: 'end', end: { ended: 'lost', why: { code: 'unsure', asked: task.kind } } }
    } else if (isDoneRef(task.upid)) {
      yield { tells: 'end', end: { ended: 'succeeded', warnings: [] } }
    } else {
      const limitMillis = this.#limits.get(task.upid) ?? null
      yield* followTask(task, { client: this.#client, patience: this.#patience, signal, limitMillis })
    }
  }

  async recall(command: Command, since: Instant, signal: AbortSignal): Promise<Outcome<Recall>> {
    const guest = guestOf(command)
    if (guest === null) return ok({ recalled: 'not-taken' })
    const places = await this.#readPlaces(signal)
    if (!places.ok) return places
    const place = places.value.get(guest.nativeId)
    // Destroyed since: its tasks are listed, but no state of it says which of them was meant.
    if (place === undefined) return ok({ recalled: 'unsure' })
    const context = { client: this.#client, patience: this.#patience, now: this.#now, by: this.#by, signal }
    return recall(command, place, since, context)
  }

  async #find(guest: GuestRef, signal: AbortSignal): Promise<Outcome<Place>> {
    const places = await this.#readPlaces(signal)
    if (!places.ok) return places
    const place = places.value.get(guest.nativeId)
    return place === undefined ? refused({ code: 'missing', what: 'guest', name: guest.name }) : ok(place)
  }

  async #readPlaces(signal: AbortSignal): Promise<Outcome<Map<string, Place>>> {
    const places = await readPlaces(this.#client, signal)
    if (places.ok) this.#places = places.value
    return places
  }

  /** Asks once; again only while the guest's file lock is held, each time on proof that nothing began (file-lock.ts). */
  async #ask(command: Command, place: Place, signal: AbortSignal): Promise<Outcome<TaskRef>> {
    const asked = requestOf(command, place, { isRoot: this.#isRoot })
    if (!asked.ok) return refused(asked.why)
    const until = performance.now() + this.#patience.fileLock
    for (;;) {
      const taken = await this.#send(command, asked.request, place, signal)
      const mayAskAgain = !signal.aborted && performance.now() < until
      if (!taken.ok) {
        if (!mayAskAgain || !isFileLockText(taken.native?.text ?? '') || taken.why.code === 'unsure') return taken
        await rest(this.#patience.poll.longest, signal)
        if (signal.aborted) return taken
        continue
      }
      if (!mayAskAgain || !waitsForFileLock(taken.value)) return taken
      const context = { client: this.#client, patience: this.#patience, signal }
      const beginning = await watchBeginning(taken.value, place, context)
      if (beginning !== 'nothing-began') return taken
    }
  }

  async #send(
    command: Command,
    { method, path, parameters, answers }: Request,
    { node }: Place,
    signal: AbortSignal,
  ): Promise<Outcome<ProxmoxTask>> {
    const what = command.do
    const sent = await this.#client.send(method, path, parameters, signal)
    if (!sent.ok) {
      const { mayHaveBegun, why, native } = sent
      return refused(mayHaveBegun ? { code: 'unsure', asked: what } : why, native)
    }
    if (answers === 'done') return ok({ kind: 'proxmox', node, upid: doneRef(what) })
    const { data } = sent.value
    // A yes without the task it forked: it may be there all the same.
    if (typeof data !== 'string' || parseUpid(data) === null) return refused({ code: 'unsure', asked: what })
    if ('timeLimitMillis' in command) this.#remember(data, command.timeLimitMillis)
    return ok({ kind: 'proxmox', node, upid: data })
  }

  #remember(upid: string, limit: Millis): void {
    this.#limits.set(upid, limit)
    for (const oldest of this.#limits.keys()) {
      if (this.#limits.size <= MOST_LIMITS) return
      this.#limits.delete(oldest)
    }
  }
}

type ProxmoxTask = Extract<TaskRef, { kind: 'proxmox' }>

/** Kinds of tasks that begin under the file lock of a machine, and were recorded giving up on it. */
const waitsForFileLock = ({ upid }: ProxmoxTask): boolean =>
  /^qm(?:snapshot|delsnapshot|rollback)$/.test(parseUpid(upid)?.type ?? '')

const guestOf = (command: Command): GuestRef | null => ('guest' in command ? command.guest : null)

const isNotThere = (why: { code: string; what?: string }): boolean => why.code === 'missing' && why.what === 'guest'

const NO_VOLUMES = {
  code: 'unsupported',
  feature: 'snapshot.delete',
  because: { cause: 'driver', driver: 'Proxmox VE' },
} as const
