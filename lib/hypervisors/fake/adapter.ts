/** The fake behind the port: reads a `FakeWorld` the way an adapter reads a real one, faults included. */
import { setImmediate } from 'node:timers/promises'
import type { AccessFinding, Probe } from '../../domain/connection'
import type { SnapshotRef, StorageRef } from '../../domain/ids'
import type {
  CollectedGuest,
  CollectedStorage,
  Collection,
  ConfigurationMap,
  Scope,
  Section,
} from '../../domain/inventory'
import { read, unread } from '../../domain/inventory'
import type { Reason } from '../../domain/reason'
import { type Outcome, ok, refused } from '../../domain/result'
import type { StorageHistory } from '../../domain/sample'
import type { ChangeHint, Commands, Hypervisor } from '../port'
import { fakeCommands } from './commands'
import { describeGuest } from './describe'
import type { FakeGuest } from './state'
import { describeStorages, type FileUsers, findFileUsers } from './volumes'
import type { FakeWorld } from './world'

export type FakeOptions = {
  /** libvirt tells nobody of snapshots that are taken or deleted; a fake of it keeps silent too, unless asked not to */
  hints?: 'as-the-platform' | 'all'
  /** it may be changed through the port */
  operate?: boolean
}

/** Guests described between two pauses, so that a fleet of thousands never holds the event loop for long. */
const GUESTS_PER_PAUSE = 50

/** Opens a reader of the world. Several may be open on one world at a time. */
export function openFakeHypervisor(world: FakeWorld, options: FakeOptions = {}): Hypervisor {
  return new FakeHypervisor(world, options)
}

const INTERRUPTED: Reason = { code: 'interrupted' }

class FakeHypervisor implements Hypervisor {
  readonly commands?: Commands
  private readonly closing = new AbortController()
  private readonly described = new Map<string, { revision: number; skew: number; guest: CollectedGuest }>()
  private readonly stopWatching = new Set<() => void>()

  constructor(
    private readonly world: FakeWorld,
    private readonly options: FakeOptions,
  ) {
    if (options.operate === true) this.commands = fakeCommands(world, this.closing.signal)
  }

  get kind() {
    return this.world.identity.kind
  }

  async probe(signal: AbortSignal): Promise<Outcome<Probe>> {
    const whyNot = await this.connect(this.signalFor(signal))
    if (whyNot !== null) return refused(whyNot)
    const { product, version, node } = this.world.identity
    return ok({
      product,
      version,
      node,
      clockSkewMillis: this.toldSkew(),
      access: this.access(),
      guests: this.world.guests.size - this.world.faults.hidden.size,
    })
  }

  async collect(
    scope: Scope,
    options: { thorough: boolean; onProgress?: (done: number, total: number) => void },
    callerSignal: AbortSignal,
  ): Promise<Collection> {
    const signal = this.signalFor(callerSignal)
    const startedAt = this.world.now()
    const whyNot = await this.connect(signal)
    const seal = (guests: Collection['guests'], storages: Collection['storages']): Collection => ({
      scope,
      startedAt,
      finishedAt: this.world.now(),
      version: whyNot === null ? this.world.identity.version : null,
      clockSkewMillis: whyNot === null ? this.toldSkew() : null,
      guests,
      storages,
    })
    if (whyNot !== null) return seal(unread(whyNot), unread(whyNot))
    this.world.beforeRead?.(this.world.now())
    const guests = await this.readGuests(scope, options, signal)
    return seal(guests.section, this.readStorages(guests, signal))
  }

  async configurationAt(ref: SnapshotRef, callerSignal: AbortSignal): Promise<Outcome<ConfigurationMap>> {
    const whyNot = await this.connect(this.signalFor(callerSignal))
    if (whyNot !== null) return refused(whyNot)
    const guest = this.world.guests.get(ref.guest.nativeId)
    if (guest === undefined) return refused({ code: 'missing', what: 'guest', name: ref.guest.name })
    const unreadable = this.world.faults.unread.configuration?.get(ref.guest.nativeId)
    if (unreadable !== undefined) return refused(unreadable)
    const snapshot = guest.snapshots.find((each) => each.nativeId === ref.nativeId)
    if (snapshot === undefined) return refused({ code: 'missing', what: 'snapshot', name: ref.name })
    // Without the hypervisor's metadata there is data and no configuration.
    if (snapshot.unmanaged) return refused({ code: 'not-told', by: this.world.identity.product })
    return ok({ ...snapshot.saved.shown })
  }

  async history(storages: readonly StorageRef[], callerSignal: AbortSignal): Promise<Outcome<StorageHistory[]>> {
    const whyNot = await this.connect(this.signalFor(callerSignal))
    if (whyNot !== null) return refused(whyNot)
    const { remembers } = this.world
    const now = this.world.now()
    const described = describeStorages(this.world, findFileUsers(this.world), true)
    return ok(
      storages.map(({ nativeId }): StorageHistory => {
        const storage = this.world.storages.get(nativeId)
        const used = described.find(({ facts }) => facts.nativeId === nativeId)?.facts.usedBytes ?? null
        if (storage === undefined || used === null || remembers === null) {
          return { nativeId, points: unread({ code: 'not-told', by: this.world.identity.product }) }
        }
        return { nativeId, points: read(remembers(storage, used, now)) }
      }),
    )
  }

  watch(onHint: (hint: ChangeHint) => void): () => void {
    const silent = this.kind === 'libvirt' && this.options.hints !== 'all'
    const stop = this.world.onChange(({ guest, what }) => {
      if (what !== 'data' && !(silent && what === 'snapshots')) onHint({ guest })
    })
    this.stopWatching.add(stop)
    return () => {
      stop()
      this.stopWatching.delete(stop)
    }
  }

  async close(): Promise<void> {
    for (const stop of this.stopWatching) stop()
    this.stopWatching.clear()
    this.described.clear()
    this.closing.abort()
  }

  private signalFor(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.closing.signal])
  }

  /** What keeps us out, or null. A hung world answers when the caller gives up. */
  private async connect(signal: AbortSignal): Promise<Reason | null> {
    await setImmediate()
    if (signal.aborted) return INTERRUPTED
    if (this.world.faults.hangs) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      return INTERRUPTED
    }
    return this.world.faults.refuse
  }

  private async readGuests(
    scope: Scope,
    options: { thorough: boolean; onProgress?: (done: number, total: number) => void },
    signal: AbortSignal,
  ): Promise<GuestsRead> {
    const { faults } = this.world
    if (faults.unread.guests !== undefined)
      return { section: unread(faults.unread.guests), brokenBy: null, complete: false }
    // A shorter list after rights were lost looks like guests that are gone; saying so keeps them.
    if (faults.hidden.size > 0) return { section: unread({ code: 'rights-shrunk' }), brokenBy: null, complete: false }
    const listed = [...this.world.guests.values()].filter((guest) => isInScope(scope, guest))
    const shared = sharedBases(findFileUsers(this.world))
    const guests: CollectedGuest[] = []
    let brokenBy: Reason | null = null
    for (const [index, guest] of listed.entries()) {
      if (index % GUESTS_PER_PAUSE === 0) await setImmediate()
      if (brokenBy === null && faults.slowMillis > 0) await this.world.clock.wait(faults.slowMillis, signal)
      if (signal.aborted) brokenBy = INTERRUPTED
      else if (faults.diesAfterGuests !== null && index >= faults.diesAfterGuests) {
        brokenBy = { code: 'unreachable', address: this.world.identity.address, cause: 'closed' }
      }
      if (faults.vanishing.has(guest.facts.nativeId)) this.world.removeGuest(guest.facts.nativeId)
      if (!this.world.guests.has(guest.facts.nativeId)) continue
      guests.push(
        brokenBy === null ? this.readGuest(guest, shared, options.thorough) : unreadGuest(guest, this.world, brokenBy),
      )
      options.onProgress?.(guests.length, listed.length)
    }
    return { section: read(guests), brokenBy, complete: guests.every(isComplete) }
  }

  private readGuest(guest: FakeGuest, shared: SharedBases, thorough: boolean): CollectedGuest {
    const { nativeId } = guest.facts
    const { unread: cannot, clockSkewMillis: skew } = this.world.faults
    const known = this.described.get(nativeId)
    const fresh = known !== undefined && known.revision === guest.revision && known.skew === skew && !thorough
    const described = fresh ? known.guest : describeGuest(this.world, guest, skew)
    if (!fresh) this.described.set(nativeId, { revision: guest.revision, skew, guest: described })
    const told = structuredClone(described)
    for (const section of ['snapshots', 'disks', 'configuration'] as const) {
      const reason = cannot[section]?.get(nativeId)
      if (reason !== undefined) told[section] = unread(reason)
    }
    for (const { file, others } of shared.get(nativeId) ?? []) {
      told.findings.push({ finding: 'shared-base', file, otherGuests: this.namesOf(others) })
    }
    return told
  }

  private namesOf(guests: string[]): string[] {
    return guests.map((nativeId) => this.world.guests.get(nativeId)?.facts.name ?? nativeId).sort()
  }

  private readStorages(guests: GuestsRead, signal: AbortSignal): Section<CollectedStorage[]> {
    const { unread: cannot } = this.world.faults
    const reason = signal.aborted ? INTERRUPTED : (guests.brokenBy ?? cannot.storages)
    if (reason !== undefined) return unread(reason)
    const storages = describeStorages(this.world, findFileUsers(this.world), guests.complete)
    return read(
      storages.map((storage) => {
        const whyNot = cannot.volumes?.get(storage.facts.nativeId)
        return whyNot === undefined ? storage : { ...storage, volumes: unread(whyNot) }
      }),
    )
  }

  /** libvirt has no way to ask its clock. */
  private toldSkew(): number | null {
    return this.kind === 'libvirt' ? null : this.world.faults.clockSkewMillis
  }

  private access(): AccessFinding[] {
    const { unread: cannot, hidden } = this.world.faults
    const granted = (reason: Reason | undefined): Pick<AccessFinding, 'granted' | 'why'> =>
      reason === undefined ? { granted: 'yes' } : { granted: 'no', why: reason }
    const shrunk: Reason | undefined = hidden.size > 0 ? { code: 'rights-shrunk' } : undefined
    return [
      { ability: 'read-guests', ...granted(cannot.guests ?? shrunk) },
      { ability: 'read-snapshots', ...granted(undefined) },
      { ability: 'read-storage', ...granted(cannot.storages) },
      { ability: 'read-volumes', ...granted(undefined) },
      { ability: 'watch-events', ...granted(undefined) },
      { ability: 'take-snapshot', granted: 'unknown' },
      { ability: 'roll-back', granted: 'unknown' },
      { ability: 'delete-snapshot', granted: 'unknown' },
      { ability: 'power', granted: 'unknown' },
    ]
  }
}

type GuestsRead = {
  section: Section<CollectedGuest[]>
  /** what ended the reading early */
  brokenBy: Reason | null
  /** everything that could name a file was read, so a file nobody names is an orphan */
  complete: boolean
}

const isComplete = (guest: CollectedGuest): boolean =>
  guest.disks.status === 'read' && guest.snapshots.status === 'read'

const isInScope = (scope: Scope, guest: FakeGuest): boolean =>
  scope.whole || scope.guests.includes(guest.facts.nativeId)

/** In the list, and then the connection broke: its facts stand there, everything else is unread. */
function unreadGuest(guest: FakeGuest, world: FakeWorld, reason: Reason): CollectedGuest {
  const { facts, capabilities } = describeGuest(world, guest, 0)
  return {
    facts,
    disks: unread(reason),
    snapshots: unread(reason),
    configuration: unread(reason),
    capabilities,
    findings: [],
  }
}

type SharedBases = Map<string, { file: string; others: string[] }[]>

/** By guest: the files it reads through that other guests read through too. */
function sharedBases({ users }: FileUsers): SharedBases {
  const shared: SharedBases = new Map()
  for (const [file, guests] of users) {
    if (guests.size < 2) continue
    for (const guest of guests) {
      const others = [...guests].filter((other) => other !== guest)
      shared.set(guest, [...(shared.get(guest) ?? []), { file, others }])
    }
  }
  return shared
}
