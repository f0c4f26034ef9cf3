/** Starts what is left to do on owned connections, as guests and storages are free, and goes on with what was begun. */
import type { ConnectionId, OperationId, SnapshotRef, StorageId } from '@/lib/domain/ids'
import type { ConfigurationMap } from '@/lib/domain/inventory'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant, Millis } from '@/lib/domain/units'
import type { Commands } from '@/lib/hypervisors/port'
import type { Store } from '@/lib/store/client'
import { busyStorages, type Open, openOperations } from '@/lib/store/operation-steps'
import { type RunResult, runOperation } from '../executor'
import { faultOf, type Log } from '../log'
import { PATIENCE, type Patience } from '../operation/patience'
import type { Collector } from './collect'

/** Operations of one worker at a time; most of them only wait for their tasks. */
const MAX_RUNNING = 64
/** … and of one connection: a host answers a handful of calls at once (libvirt: five for one client). */
const MAX_RUNNING_PER_CONNECTION = 24
/** After a failure of the database or a mistake of ours, the same operation is tried again after this. */
const REST_AFTER_TROUBLE: Millis = 5_000
/** What a snapshot saved is one call; a host that is silent for longer leaves the check unknown. */
const CONFIGURATION_LIMIT: Millis = 20_000

export type OperationRunnerInput = {
  store: Store
  log: Log
  collector: Pick<Collector, 'ids' | 'use' | 'leaseOf' | 'readGuest'>
  now: () => Instant
  /** called when something ended, so that what waited for it can begin */
  onEnded: () => void
  patience?: Patience
}

type Running = { open: Open; leave: AbortController; done: Promise<void> }

export class OperationRunner {
  private readonly running = new Map<OperationId, Running>()
  private readonly resting = new Map<OperationId, Millis>()
  private readonly sleepers = new Set<() => void>()
  private stopped = false

  constructor(private readonly input: OperationRunnerInput) {}

  /** Whether an operation of this connection is under way here: its lease is not given away meanwhile. */
  readonly isBusy = (connectionId: ConnectionId): boolean =>
    [...this.running.values()].some(({ open }) => open.connectionId === connectionId)

  /** One round. Throws when the database is away; the next round goes on. */
  async tick(): Promise<void> {
    const { store, collector } = this.input
    for (const wake of [...this.sleepers]) wake()
    for (const { open, leave } of this.running.values()) {
      if (collector.leaseOf(open.connectionId) === null) leave.abort()
    }
    if (this.stopped) return
    const known = await openOperations(store, collector.ids)
    const waiting = known.filter(({ id }) => !this.running.has(id))
    if (waiting.length === 0) return
    // Read after the operations: whatever is told to run there has its storages among these, or gave them back.
    const busy = new Turn(this.running, known, await busyStorages(store))
    // Told to stop while the database answered: what began now would be stopped by nobody.
    if (this.stopped) return
    for (const open of waiting) {
      if (this.running.size >= MAX_RUNNING) break
      if ((this.resting.get(open.id) ?? 0) > performance.now() || !busy.admits(open)) {
        busy.passOver(open)
        continue
      }
      this.start(open)
      busy.take(open)
    }
  }

  /** Stops where everything stands; another worker goes on. */
  async stop(): Promise<void> {
    this.stopped = true
    for (const { leave } of this.running.values()) leave.abort()
    for (const wake of [...this.sleepers]) wake()
    await Promise.all([...this.running.values()].map(({ done }) => done))
  }

  private start(open: Open): void {
    const leave = new AbortController()
    const done = this.run(open, leave.signal).finally(() => {
      this.running.delete(open.id)
      this.input.onEnded()
    })
    this.running.set(open.id, { open, leave, done })
  }

  /** Never throws: what goes wrong is logged and tried again. */
  private async run(open: Open, signal: AbortSignal): Promise<void> {
    const { store, log, collector, now } = this.input
    const lease = collector.leaseOf(open.connectionId)
    if (lease === null) return
    try {
      const result: RunResult = await runOperation(
        {
          store,
          lease,
          now,
          signal,
          patience: this.input.patience ?? PATIENCE,
          commands: () => this.commandsOf(open.connectionId),
          readGuest: (nativeId, withStorages) => collector.readGuest(open.connectionId, nativeId, withStorages),
          configurationAt: (snapshot) => this.configurationAt(open.connectionId, snapshot),
          pause: (millis, stop, wakeable) => this.pause(millis, stop, wakeable),
        },
        open.id,
      )
      if (result === 'left') log.info({ operation: open.id }, 'an operation goes on elsewhere')
      // Somebody else has its guest or storage; the end of that wakes us.
      if (result === 'waiting')
        this.resting.set(open.id, performance.now() + (this.input.patience ?? PATIENCE).pause.first)
      else this.resting.delete(open.id)
    } catch (error) {
      this.resting.set(open.id, performance.now() + REST_AFTER_TROUBLE)
      const stack = error instanceof Error ? error.stack : undefined
      log.error({ operation: open.id, fault: faultOf(error), stack }, 'an operation was interrupted; trying again')
    }
  }

  private async commandsOf(connectionId: ConnectionId): Promise<Outcome<Commands>> {
    const opened = await this.input.collector.use(connectionId)
    if (opened === null) return refused({ code: 'not-owner' })
    if (!opened.ok) return opened
    return opened.value.commands === undefined ? refused({ code: 'observe-only' }) : ok(opened.value.commands)
  }

  private async configurationAt(connectionId: ConnectionId, snapshot: SnapshotRef): Promise<Outcome<ConfigurationMap>> {
    const opened = await this.input.collector.use(connectionId)
    if (opened === null) return refused({ code: 'not-owner' })
    if (!opened.ok) return opened
    return opened.value.configurationAt(snapshot, AbortSignal.timeout(CONFIGURATION_LIMIT))
  }

  /** Waits, and ends early when something happened that may be what is waited for. */
  private pause(millis: Millis, signal: AbortSignal, wakeable: boolean): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        this.sleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, millis)
      if (signal.aborted) return wake()
      signal.addEventListener('abort', wake, { once: true })
      if (wakeable) this.sleepers.add(wake)
    })
  }
}

/** Whose turn it is: an operation that runs already goes on; others wait for guest, storages and a place. */
class Turn {
  private readonly guests = new Set<string>()
  /** storages that a part of a batch waits for, each with its batch: its later parts wait behind it */
  private readonly promised = new Set<string>()
  private readonly places = new Map<ConnectionId, number>()

  constructor(
    running: ReadonlyMap<OperationId, Running>,
    known: readonly Open[],
    private readonly storages: Set<StorageId>,
  ) {
    const now = new Map(known.map((open) => [open.id, open]))
    for (const { open } of running.values()) this.take(now.get(open.id) ?? { ...open, storages: [] })
  }

  admits(open: Open): boolean {
    if ((this.places.get(open.connectionId) ?? 0) >= MAX_RUNNING_PER_CONNECTION) return false
    if (open.state === 'running') return true
    return (
      !this.guests.has(guestKey(open)) &&
      open.storages.every((storage) => !this.storages.has(storage) && !this.promised.has(promise(open, storage)))
    )
  }

  /** What does not begin now keeps its place before the later parts of its batch, wherever they meet. */
  passOver(open: Open): void {
    for (const storage of open.storages) this.promised.add(promise(open, storage))
  }

  /** Of operations of one guest only the first may begin, so that they keep the order they were asked for in. */
  take(open: Open): void {
    this.guests.add(guestKey(open))
    this.places.set(open.connectionId, (this.places.get(open.connectionId) ?? 0) + 1)
    if (open.state === 'queued') for (const storage of open.storages) this.storages.add(storage)
  }
}

const guestKey = ({ connectionId, guestNativeId }: Open): string => `${connectionId} ${guestNativeId}`

const promise = ({ id, parentId }: Open, storage: StorageId): string => `${parentId ?? id} ${storage}`
