/** Reads every owned connection when it is due: on time, on a hint, on request; each bounded, none in another's way. */
import type { ConnectionId } from '@/lib/domain/ids'
import type { Collection, Scope } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, refused } from '@/lib/domain/result'
import { epochMillis, type Instant, instantAt, type Millis } from '@/lib/domain/units'
import type { Hypervisor } from '@/lib/hypervisors/port'
import type { Store } from '@/lib/store/client'
import { type ConnectionStateKept, connectionStates } from '@/lib/store/collections'
import { type ReadableConnection, readableConnections } from '@/lib/store/connections'
import type { Lease } from '@/lib/store/leases'
import {
  type CollectRequest,
  finishCollectRequests,
  openCollectRequests,
  startCollectRequests,
} from '@/lib/store/requests'
import { attemptInterval, thoroughInterval } from '../backoff'
import { faultOf, type Log } from '../log'
import { showProgress } from '../progress'
import { readGuest } from '../read-guest'
import { AdapterThrew, ConnectionReader, type ReaderLimits } from '../reader'
import { storeCollection } from '../store-collection'
import { fillHistory, fillPastWrites } from './fill-history'

/** Connections that answer, read at once: waiting costs nothing, but parsing shares one thread and memory. */
const MAX_COLLECTING = 16
/** Connections that failed last time have places of their own, so that hung hosts never hold up the others. */
const MAX_RETRYING = 16
/** Hints of one change come in a row; reading at the first would read half of it. */
const HINT_DEBOUNCE: Millis = 300
const TROUBLE_INTERVAL: Millis = 60_000
/** A storage that is added waits no longer for its past. */
const PAST_INTERVAL: Millis = 10 * 60_000
/** The same input would throw again; the host and the log are spared. */
const REST_AFTER_BUG: Millis = 60_000
/** Twice the longest rest of a host that does not answer. */
const FARTHEST_DUE: Millis = 2 * 60_000

export type CollectorInput = {
  store: Store
  log: Log
  open: (connectionId: ConnectionId) => Promise<Outcome<Hypervisor>>
  now: () => Instant
  limits?: ReaderLimits
  /** keeps what a connection told of further servers, for after a restart */
  keepServers?: (connectionId: ConnectionId, servers: readonly string[]) => Promise<void>
  /** told when a reading was stored */
  onStored?: (connectionId: ConnectionId) => void
}

type Slot = {
  reader: ConnectionReader
  lease: Lease
  /** ms on our clock */
  dueAt: Millis
  /** how long it was left alone on purpose */
  rest: Millis
  failures: number
  lastThoroughAt: Millis
  everAnswered: boolean
  running: Promise<void> | null
  requests: CollectRequest[]
  /** requests that the reading under way answers */
  answering: ReadonlySet<string>
  /** when hints that came are read */
  hintsAt: Millis
  /** when storages are next looked through for one whose past nobody asked for; 0 = after the next reading */
  pastAt: Millis
  /** further servers as kept last, by this worker */
  serversKept: string
  /** guests were asked for theirs: once is enough, whatever came of it */
  writesAsked: boolean
}

export class Collector {
  private readonly slots = new Map<ConnectionId, Slot>()
  private readonly ending = new Set<Promise<void>>()
  private trouble: { text: string; at: Millis } | null = null
  private timer: NodeJS.Timeout | null = null
  private closed = false

  constructor(private readonly input: CollectorInput) {}

  /** Whether a reading of this connection is under way. */
  readonly isBusy = (connectionId: ConnectionId): boolean => (this.slots.get(connectionId)?.running ?? null) !== null

  /** Connections with a reader. */
  get ids(): ConnectionId[] {
    return [...this.slots.keys()]
  }

  /** The adapter of an owned connection, null when this worker does not own it. */
  async use(connectionId: ConnectionId): Promise<Outcome<Hypervisor> | null> {
    return (await this.slots.get(connectionId)?.reader.use()) ?? null
  }

  /** The lease under which a connection is held, null when this worker does not own it. */
  leaseOf(connectionId: ConnectionId): Lease | null {
    return this.slots.get(connectionId)?.lease ?? null
  }

  /**
   * Reads one guest now and stores it like any reading. Null = the hypervisor's list was read and lacks it. It does
   * not wait for the connection's turn: whoever changes something needs to know what is, not what was.
   */
  async readGuest(
    connectionId: ConnectionId,
    nativeId: string,
    withStorages: boolean,
  ): Promise<Outcome<KnownGuest | null>> {
    const slot = this.slots.get(connectionId)
    if (slot === undefined) return refused({ code: 'not-owner' })
    const opened = await slot.reader.use()
    if (!opened.ok) return opened
    return readGuest({
      store: this.input.store,
      lease: slot.lease,
      hypervisor: opened.value,
      nativeId,
      withStorages,
      nextAttemptAt: () => instantAt(Math.max(slot.dueAt, this.nowMillis())),
    })
  }

  /**
   * Brings readers in line with what is owned and with what people changed, takes in requests, and starts what is
   * due. Throws when the database is away; then nothing is lost and the next call goes on.
   */
  async refresh(owned: ReadonlyMap<ConnectionId, Lease>): Promise<void> {
    const { store } = this.input
    const connections = new Map((await readableConnections(store, [...owned.keys()])).map((each) => [each.id, each]))
    for (const [id, slot] of this.slots) {
      if (connections.get(id)?.revision !== slot.reader.connection.revision) this.drop(id, slot)
    }
    const added = [...connections.values()].filter(({ id }) => !this.slots.has(id))
    if (added.length > 0) await this.add(added, owned)
    for (const [id, slot] of this.slots) slot.lease = owned.get(id) ?? slot.lease
    for (const slot of this.slots.values()) slot.requests = []
    for (const request of await openCollectRequests(store, this.ids)) {
      const slot = this.slots.get(request.connectionId)
      if (slot?.answering.has(request.id) === false) slot.requests.push(request)
    }
    this.schedule()
  }

  /** Ends every reading and closes every adapter. */
  async close(): Promise<void> {
    this.closed = true
    if (this.timer !== null) clearTimeout(this.timer)
    for (const [id, slot] of this.slots) this.drop(id, slot)
    await Promise.all(this.ending)
  }

  private async add(
    connections: readonly ReadableConnection[],
    owned: ReadonlyMap<ConnectionId, Lease>,
  ): Promise<void> {
    const states = await connectionStates(
      this.input.store,
      connections.map(({ id }) => id),
    )
    if (this.closed) return
    for (const connection of connections) {
      const lease = owned.get(connection.id)
      if (lease === undefined) continue
      const state = states.get(connection.id)
      const reader = new ConnectionReader(connection, {
        open: () => this.input.open(connection.id),
        onHint: () => this.hinted(connection.id),
        now: this.input.now,
        ...(this.input.limits === undefined ? {} : { limits: this.input.limits }),
      })
      this.slots.set(connection.id, {
        reader,
        lease,
        // Added, changed, or taken over from another worker: in each case a person may be waiting.
        dueAt: 0,
        rest: 0,
        failures: state?.failures ?? 0,
        lastThoroughAt: millisOf(state?.lastThoroughAt),
        everAnswered: hasAnswered(state),
        running: null,
        requests: [],
        answering: NONE,
        pastAt: 0,
        writesAsked: false,
        serversKept: '',
        hintsAt: 0,
      })
    }
  }

  /** Forgets a connection. Its adapter ends in the background: a host that hangs must not hold up the leases. */
  private drop(id: ConnectionId, slot: Slot): void {
    this.slots.delete(id)
    const end = async (): Promise<void> => {
      try {
        await slot.reader.close()
        await slot.running
      } catch (error) {
        this.input.log.error({ connection: slot.reader.connection.name, fault: faultOf(error) }, 'could not be closed')
      }
    }
    const ended = end().finally(() => this.ending.delete(ended))
    this.ending.add(ended)
  }

  private hinted(id: ConnectionId): void {
    const slot = this.slots.get(id)
    if (slot === undefined || this.closed) return
    const now = this.nowMillis()
    if (slot.hintsAt < now) slot.hintsAt = now + HINT_DEBOUNCE
    if (slot.running === null) this.schedule()
  }

  /** Starts what is due, as far as there are places, and sets the alarm for what comes next. */
  private schedule(): void {
    if (this.closed) return
    const now = this.nowMillis()
    for (const slot of this.slots.values()) bringForward(slot, now)
    const waiting = [...this.slots.values()].filter((slot) => slot.running === null)
    const running = [...this.slots.values()].filter((slot) => slot.running !== null)
    let places = {
      healthy: MAX_COLLECTING - running.filter((slot) => slot.failures === 0).length,
      failing: MAX_RETRYING - running.filter((slot) => slot.failures > 0).length,
    }
    const due = waiting.filter((slot) => slot.requests.length > 0 || startOf(slot) <= now)
    // Whoever waits for an answer goes first, then who is due longest.
    due.sort((a, b) => Number(b.requests.length > 0) - Number(a.requests.length > 0) || a.dueAt - b.dueAt)
    for (const slot of due) {
      const lane = slot.failures > 0 ? 'failing' : 'healthy'
      if (places[lane] <= 0) continue
      places = { ...places, [lane]: places[lane] - 1 }
      slot.running = this.run(slot).finally(() => {
        slot.running = null
        slot.answering = NONE
        slot.hintsAt = Math.max(slot.hintsAt, this.nowMillis() + HINT_DEBOUNCE)
        this.schedule()
      })
    }
    const next = Math.min(...waiting.filter((slot) => slot.running === null).map(startOf))
    if (Number.isFinite(next) && next > now) this.sleepUntil(next)
  }

  private sleepUntil(at: Millis): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = setTimeout(() => this.schedule(), Math.max(0, at - this.nowMillis()))
  }

  /** One reading of one connection, stored. Never throws: what goes wrong is logged and tried again. */
  private async run(slot: Slot): Promise<void> {
    const { store, log } = this.input
    const { connection } = slot.reader
    const began = this.nowMillis()
    const requests = slot.requests
    slot.requests = []
    slot.answering = new Set(requests.map(({ id }) => id))
    const hints = slot.reader.takeHints()
    const scope = chooseScope(slot, requests, hints, began)
    const thorough = requests.length > 0 || began - slot.lastThoroughAt >= thoroughInterval(connection.kind)
    if (scope.whole) slot.dueAt = began + attemptInterval(slot.failures)
    try {
      if (requests.length > 0) {
        await startCollectRequests(
          store,
          requests.map(({ id }) => id),
        )
      }
      const collection = await this.read(slot, scope, scope.whole ? thorough : requests.length > 0)
      if (this.closed || this.slots.get(connection.id) !== slot) return
      if (collection === null) {
        slot.dueAt = Math.max(slot.dueAt, began + REST_AFTER_BUG)
        await finishCollectRequests(
          store,
          requests.map(({ id }) => id),
          null,
        )
        return
      }
      const stored = await storeCollection(store, {
        lease: slot.lease,
        collection,
        thorough: scope.whole && thorough,
        requests: requests.map(({ id }) => id),
        nextAttemptAt: (failure, before) =>
          instantAt(
            scope.whole || failure !== null
              ? began + attemptInterval(failure === null ? 0 : before + 1, failure)
              : Math.max(slot.dueAt, began),
          ),
      })
      if (!stored.ok) {
        log.warn({ connection: connection.name, why: stored.why }, 'not stored: another worker owns the connection')
        return
      }
      this.settle(slot, stored.value, scope, thorough, began)
      await this.keepServers(slot, collection)
      await this.fillPast(slot, scope, stored.value)
    } catch (error) {
      slot.dueAt = Math.max(slot.dueAt, began + attemptInterval(1))
      this.logTrouble(connection.name, error)
    }
  }

  /** A reading, with its progress shown while it is the first. Null when the adapter threw, which is our bug. */
  private async read(slot: Slot, scope: Scope, thorough: boolean): Promise<Collection | null> {
    const { connection } = slot.reader
    const progress = slot.everAnswered
      ? null
      : showProgress({ store: this.input.store, log: this.input.log, connection })
    try {
      return await slot.reader.collect(scope, {
        thorough,
        ...(progress === null ? {} : { onProgress: progress.show }),
      })
    } catch (error) {
      if (!(error instanceof AdapterThrew)) throw error
      const stack = error.cause instanceof Error ? error.cause.stack : undefined
      this.input.log.error(
        { connection: connection.name, fault: faultOf(error.cause), stack },
        'an adapter threw: a bug',
      )
      return null
    } finally {
      await progress?.shown()
    }
  }

  /** A restart must find the way to a cluster whose entered server is down. Written when they are others than before. */
  private async keepServers(slot: Slot, { servers }: Collection): Promise<void> {
    if (servers === undefined || this.input.keepServers === undefined) return
    const text = JSON.stringify(servers)
    if (text === slot.serversKept) return
    await this.input.keepServers(slot.reader.connection.id, servers)
    slot.serversKept = text
  }

  /** Asks for the past of storages that are new here, where the hypervisor remembers one. */
  private async fillPast(slot: Slot, scope: Scope, stored: { failure: Reason | null }): Promise<void> {
    if (!scope.whole || stored.failure !== null) return
    const now = this.nowMillis()
    if (now < slot.pastAt) return
    const opened = await slot.reader.use()
    if (!opened.ok) return
    const filled = await fillHistory(this.input.store, slot.reader.connection.id, opened.value, this.input.now())
    slot.pastAt = now + PAST_INTERVAL
    if (!filled.ok) {
      this.input.log.warn({ connection: slot.reader.connection.name, why: filled.why }, 'its past could not be read')
    }
    if (slot.writesAsked) return
    slot.writesAsked = true
    const told = await fillPastWrites(this.input.store, slot.reader.connection.id, opened.value, this.input.now())
    if (!told.ok) {
      this.input.log.warn({ connection: slot.reader.connection.name, why: told.why }, "its guests' past was not told")
    }
  }

  /** A database that is away or full fails every reading alike: the log says so once a minute. */
  private logTrouble(connection: string, error: unknown): void {
    const fault = faultOf(error)
    const text = `${fault.code}: ${fault.text}`
    const now = this.nowMillis()
    if (this.trouble?.text === text && now - this.trouble.at < TROUBLE_INTERVAL) return
    this.trouble = { text, at: now }
    this.input.log.error({ connection, fault }, 'a reading could not be stored; trying again')
  }

  private settle(
    slot: Slot,
    stored: { failure: Reason | null; failures: number; changes: number; nextAttemptAt: Instant },
    scope: Scope,
    thorough: boolean,
    began: Millis,
  ): void {
    const { connection } = slot.reader
    if ((stored.failure === null) !== (slot.failures === 0) || (stored.failure === null && !slot.everAnswered)) {
      const facts = { connection: connection.name, why: stored.failure ?? undefined, changes: stored.changes }
      if (stored.failure === null) this.input.log.info(facts, 'the connection answers')
      else this.input.log.warn(facts, 'the connection does not answer')
    }
    slot.failures = stored.failures
    slot.dueAt = epochMillis(stored.nextAttemptAt)
    slot.rest = slot.dueAt - began
    if (stored.failure !== null) return
    slot.everAnswered = true
    if (scope.whole && thorough) slot.lastThoroughAt = began
    this.input.onStored?.(connection.id)
  }

  private nowMillis(): Millis {
    return epochMillis(this.input.now())
  }
}

const NONE: ReadonlySet<string> = new Set()

/** Nothing is due so far ahead, unless the clock of this machine was set back: then it is due now. */
function bringForward(slot: Slot, now: Millis): void {
  if (slot.dueAt > now + Math.max(slot.rest, FARTHEST_DUE)) slot.dueAt = now
  if (slot.hintsAt > now + FARTHEST_DUE) slot.hintsAt = now
  if (slot.lastThoroughAt > now) slot.lastThoroughAt = 0
  if (slot.pastAt > now + PAST_INTERVAL) slot.pastAt = now
}

/** When a connection is read next without being asked: on time, or some moments after a hint. */
const startOf = (slot: Slot): Millis =>
  slot.reader.hinted && slot.failures === 0 ? Math.min(slot.dueAt, slot.hintsAt) : slot.dueAt

/** Everything when it is due or asked for; otherwise the guests that hints and requests name. */
function chooseScope(slot: Slot, requests: readonly CollectRequest[], hints: Scope | null, now: Millis): Scope {
  const scopes = [...requests.map(({ scope }) => scope), ...(hints === null ? [] : [hints])]
  if (slot.dueAt <= now || scopes.length === 0 || scopes.some((scope) => scope.whole)) return { whole: true }
  return { whole: false, guests: [...new Set(scopes.flatMap((scope) => (scope.whole ? [] : scope.guests)))] }
}

const millisOf = (instant: Instant | null | undefined): Millis => (instant == null ? 0 : epochMillis(instant))
const hasAnswered = (state: ConnectionStateKept | undefined): boolean =>
  state !== undefined && state.lastAnswerAt !== null
