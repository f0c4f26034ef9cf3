/**
 * Readings of one cluster. The first is an inventory of everything; after it a cycle asks for the cluster's resources and
 * tasks, reads again what they say has changed, and a little of what the slow sweep is at.
 */
import { setMaxListeners } from 'node:events'
import type { Collection, Scope } from '@/lib/domain/inventory'
import { unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import { epochMillis, type Instant, type Millis } from '@/lib/domain/units'
import type { ProxmoxClient } from '../client'
import type { GuestListed } from '../map/guest'
import { isQuorate } from '../standing'
import { resourceSchema, type StatusRow, statusRowSchema, taskSchema } from '../wire'
import { type GuestContent, readGuest, unreadContent } from './guests'
import {
  type Circumstances,
  orBefore,
  readCircumstances,
  readNodeGuests,
  readNodeStorages,
  seenInResources,
  sortResources,
} from './lists'
import { Mapper } from './mapper'
import { ClusterMemory } from './memory'
import { NodeTroubles, Session } from './session'
import { SweepBudget } from './sweep'
import { createTurns, forEachAtOnce } from './turns'

/** Guests read at once; the client lets fewer through. */
const WIDTH = 16
/** Privileges, storages' definitions, HA and replication. */
const CIRCUMSTANCES_EVERY: Millis = 5 * 60_000
/** Whether there is quorum. A node that comes or goes is news at once; a lost vote of a third device is not seen so. */
const STANDING_EVERY: Millis = 60_000
/** People wait for it to come back. */
const LOST_QUORUM_EVERY: Millis = 20_000
/** Rows without names are looked up at their node, not more often than this. */
const NAMES_EVERY: Millis = 60_000
/** A node's storages are read again for what the cluster's resources do not tell: the room for new data. */
const NODE_LISTS_EVERY: Millis = 20 * 60_000
/** Tasks of one node read at once after a gap; what lies beyond is left to the sweep. */
const GAP_PAGE = 500

export type CollectorOptions = { client: Pick<ProxmoxClient, 'get'>; now: () => Instant }
export type CollectRequest = {
  scope: Scope
  thorough: boolean
  onProgress: (done: number, total: number) => void
  signal: AbortSignal
}

export class Collector {
  readonly #troubles: NodeTroubles
  readonly #memory = new ClusterMemory()
  readonly #mapper: Mapper
  readonly #sweep = new SweepBudget()

  constructor(private readonly options: CollectorOptions) {
    this.#troubles = new NodeTroubles(() => this.#clock())
    this.#mapper = new Mapper(this.#memory)
  }

  /** Reads. Never rejects for what the world does. */
  async collect({ scope, thorough, onProgress, signal: caller }: CollectRequest): Promise<Collection> {
    const startedAt = this.options.now()
    const { signal, release } = followSignal(caller)
    const full = (thorough && scope.whole) || !this.#memory.complete
    const { client } = this.options
    const session = new Session({ client, signal, pace: createTurns(), troubles: this.#troubles, patient: full })
    try {
      return await this.#collect(session, { scope, full, thorough, startedAt, onProgress })
    } finally {
      release()
    }
  }

  async #collect(session: Session, run: Run): Promise<Collection> {
    const memory = this.#memory
    // Tasks come first: what happens while we read the rest is then still news at the next poll.
    const tasks = await session.list(taskSchema, ['cluster', 'tasks'])
    const [{ rows, serverTime }, ahead] = await Promise.all([
      session.dated(resourceSchema, ['cluster', 'resources']),
      this.#readAhead(session, run),
    ])
    if (rows.status === 'unread') return this.#nothing(run, rows.reason)
    const skew = skewOf(serverTime, this.#clock())
    const resources = await sortResources(rows.value, () => session.pace())
    const circumstances = await this.#circumstances(session, run, resources.guests)
    await this.#readStanding(session, run, resources.nodes)
    const news = await memory.takeTasks(session, tasks, [...resources.nodes.keys()], GAP_PAGE)
    const storages = seenInResources(resources.storages)
    await memory.takeResources(resources, storages, circumstances, this.#clock(), () => session.pace())
    run.onProgress(0, memory.guests.size)

    await this.#readNodes(session, run, circumstances)
    const chosen = this.#choose(run, news.changed)
    if (run.scope.whole || run.full) {
      await this.#readGuests(session, run, chosen, ahead)
      await this.#readContents(session, run, news)
    } else {
      // Somebody waits for these few; a node that hangs is waited for by both at once.
      await Promise.all([this.#readGuests(session, run, chosen, ahead), this.#readContents(session, run, news)])
    }
    if (run.full && !session.aborted) memory.complete = true

    const finishedAt = this.options.now()
    const mapped = await this.#mapper.map({
      scope: run.scope,
      now: finishedAt,
      clockSkewMillis: skew ?? 0,
      tasks: memory.watch.running(),
      troubleOf: (node) => this.#troubles.of(node),
      pace: () => session.pace(),
    })
    return {
      scope: run.scope,
      startedAt: run.startedAt,
      finishedAt,
      version: circumstances.version,
      clockSkewMillis: skew,
      ...mapped,
      writes: resources.writes,
      changesRefused: memory.standing !== null && isQuorate(memory.standing) === false ? { code: 'no-quorum' } : null,
      ...(circumstances.rights === null ? {} : { rights: circumstances.rights }),
      ...(news.destroyed.size === 0 ? {} : { destroyed: [...news.destroyed].sort() }),
    }
  }

  #nothing({ scope, startedAt }: Run, reason: Reason): Collection {
    return {
      scope,
      startedAt,
      finishedAt: this.options.now(),
      version: null,
      clockSkewMillis: null,
      guests: unread(reason),
      storages: unread(reason),
    }
  }

  /** Read at first contact, every few minutes, and whenever somebody is missing: rights may have been taken away. */
  async #circumstances(session: Session, run: Run, listed: ReadonlyMap<string, GuestListed>): Promise<Circumstances> {
    const memory = this.#memory
    const missing = [...memory.guests.keys()].some((vmid) => !listed.has(vmid))
    const old = this.#clock() - memory.circumstancesAt >= CIRCUMSTANCES_EVERY
    if (memory.circumstances !== null && !run.full && !missing && !old) return memory.circumstances
    const circumstances = await readCircumstances(session, memory.circumstances)
    memory.circumstances = circumstances
    memory.circumstancesAt = this.#clock()
    return circumstances
  }

  /** What the cluster says of itself. Without Sys.Audit it does not tell, and nothing is claimed. */
  async #readStanding(session: Session, run: Run, nodes: ReadonlyMap<string, boolean>): Promise<void> {
    const memory = this.#memory
    const lost = memory.standing !== null && isQuorate(memory.standing) === false
    const old = this.#clock() - memory.standingAt >= (lost ? LOST_QUORUM_EVERY : STANDING_EVERY)
    const seen = JSON.stringify([...nodes].sort())
    if (!run.full && !old && seen === memory.standingOf) return
    memory.standingAt = this.#clock()
    memory.standingOf = seen
    memory.standing = orBefore(
      await session.list(statusRowSchema, ['cluster', 'status']),
      (rows): StatusRow[] => rows,
      memory.standing,
    )
  }

  /** What the cluster last said of itself; null = it does not tell us. */
  get standing(): readonly StatusRow[] | null {
    return this.#memory.standing
  }

  /** Lists of nodes: all of them in an inventory; in a cycle where names are missing, and one now and then. */
  async #readNodes(session: Session, run: Run, circumstances: Circumstances): Promise<void> {
    const memory = this.#memory
    const now = this.#clock()
    const online = [...memory.nodes].filter(([, up]) => up).map(([node]) => node)
    const nameless = online.filter((node) => memory.isNameless(node) && now - memory.namesAt(node) >= NAMES_EVERY)
    const oldest = online
      .filter((node) => now - memory.storagesAt(node) >= NODE_LISTS_EVERY)
      .sort((a, b) => memory.storagesAt(a) - memory.storagesAt(b))
    const hasThin = (node: string): boolean => memory.hasThin(node)
    await Promise.all([
      ...(run.full ? online : nameless).map(async (node) => {
        memory.takeNodeGuests(node, await readNodeGuests(session, node), now)
        run.onProgress(0, memory.guests.size)
      }),
      ...(run.full ? online : oldest.slice(0, 1)).map(async (node) => {
        memory.takeNodeStorages(node, await readNodeStorages(session, node, hasThin(node)), circumstances, now)
        run.onProgress(0, memory.guests.size)
      }),
    ])
  }

  #choose(run: Run, changed: ReadonlySet<string>): GuestListed[] {
    const memory = this.#memory
    const now = this.#clock()
    const asked = run.scope.whole ? null : new Set(run.scope.guests)
    const due = run.full ? 0 : this.#sweep.take(now)
    return memory.choose({ full: run.full, thorough: run.thorough, asked, changed, sweep: due, now })
  }

  /** Guests that are asked for are read beside the cluster's list, where they were last: somebody waits for them. */
  async #readAhead(session: Session, run: Run): Promise<Ahead> {
    const ahead: Ahead = new Map()
    if (run.scope.whole || run.full) return ahead
    const entries = run.scope.guests.flatMap((vmid) => this.#memory.guests.get(vmid) ?? [])
    const up = entries.filter(({ listed }) => this.#memory.nodes.get(listed.node) === true)
    await forEachAtOnce(up, WIDTH, async ({ listed, content }) => {
      ahead.set(listed.vmid, { listed, content: await readGuest(session, listed, run.thorough ? null : content) })
    })
    return ahead
  }

  async #readGuests(session: Session, run: Run, chosen: readonly GuestListed[], ahead: Ahead): Promise<void> {
    const memory = this.#memory
    const elsewhere: GuestListed[] = []
    let done = 0
    const tell = (): void => {
      done += 1
      run.onProgress(done, chosen.length)
    }
    if (chosen.length === 0) run.onProgress(0, 0)
    await forEachAtOnce(chosen, WIDTH, async (listed) => {
      const known = run.thorough ? null : memory.contentOf(listed.vmid)
      const early = ahead.get(listed.vmid)
      const isThere = early !== undefined && early.listed.node === listed.node && early.listed.kind === listed.kind
      const content = isThere ? early.content : await readGuest(session, listed, known)
      if (content === null) elsewhere.push(listed)
      else memory.takeContent(listed.vmid, content, this.#clock())
      tell()
      await session.pace()
    })
    if (elsewhere.length > 0) await this.#lookAgain(session, elsewhere)
  }

  /** Guests that were not where the list said: moved to another node meanwhile, or destroyed. */
  async #lookAgain(session: Session, lost: readonly GuestListed[]): Promise<void> {
    const memory = this.#memory
    const { rows } = await session.dated(resourceSchema, ['cluster', 'resources'])
    const listed = rows.status === 'read' ? (await sortResources(rows.value, () => session.pace())).guests : null
    for (const guest of lost) {
      const now = listed?.get(guest.vmid)
      const moved = now !== undefined && (now.node !== guest.node || now.kind !== guest.kind)
      const known = memory.contentOf(guest.vmid)
      if (moved) memory.place(now)
      // A list that was not read, or a guest that moves on and on, says nothing of its being destroyed.
      if (rows.status === 'unread') memory.takeContent(guest.vmid, unreadContent(known, rows.reason), this.#clock())
      else if (!moved) memory.forgetGuest(guest.vmid)
      else {
        const content = await readGuest(session, now, known)
        memory.takeContent(guest.vmid, content ?? unreadContent(known, { code: 'interrupted' }), this.#clock())
      }
    }
  }

  async #readContents(
    session: Session,
    run: Run,
    news: { backups: boolean; changed: ReadonlySet<string> },
  ): Promise<void> {
    const memory = this.#memory
    if (news.backups) memory.askBackups()
    for (const vmid of news.changed) memory.askContentsOf(vmid)
    const now = this.#clock()
    const storages = [...memory.storages.values()]
    const wanted = run.full && run.thorough ? storages : memory.contents.due(storages, now)
    // In a cycle a few at a time: the sweep keeps its promise to the server.
    const turn = run.full ? wanted : wanted.slice(0, CONTENTS_A_CYCLE)
    await Promise.all(
      turn.map(async (storage) => {
        const node = storage.nodes.find((each) => memory.nodes.get(each) === true && session.troubleOf(each) === null)
        if (node === undefined && storage.active) {
          const [name = storage.node] = storage.nodes
          memory.contents.mark(
            storage.nativeId,
            unread(session.troubleOf(name) ?? { code: 'node-unreachable', node: name }),
            now,
          )
        } else await memory.contents.read(session, storage, node ?? '', () => this.#clock())
      }),
    )
  }

  #clock(): Millis {
    return epochMillis(this.options.now())
  }
}

type Run = {
  scope: Scope
  /** everything is read */
  full: boolean
  thorough: boolean
  startedAt: Instant
  onProgress: (done: number, total: number) => void
}

/** Guests as read beside the list, each with the place it was read at; null = it was not there. */
type Ahead = Map<string, { listed: GuestListed; content: GuestContent | null }>

const CONTENTS_A_CYCLE = 3

/** The server tells whole seconds: less than two of them are no difference. */
function skewOf(serverTime: string | null, now: Millis): Millis | null {
  if (serverTime === null) return null
  const skew = epochMillis(serverTime) - now
  return Math.abs(skew) < 2_000 ? 0 : Math.round(skew / 1000) * 1000
}

/** A signal of our own that ends with the caller's: every waiting request listens to it, which Node warns about above 10. */
function followSignal(caller: AbortSignal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  const abort = (): void => controller.abort(caller.reason)
  if (caller.aborted) abort()
  caller.addEventListener('abort', abort, { once: true })
  return { signal: controller.signal, release: () => caller.removeEventListener('abort', abort) }
}
