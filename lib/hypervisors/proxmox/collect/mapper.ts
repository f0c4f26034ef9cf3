/**
 * What is known, as a collection. A guest or storage of which nothing changed is given as the same object again: the
 * store knows by that, without looking, that there is nothing to write.
 */
import type { Capabilities } from '@/lib/domain/capability'
import type { CollectedGuest, CollectedStorage, RunningTask, Scope, Section } from '@/lib/domain/inventory'
import { read, unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import { epochMillis, type Instant, instantAt, MINUTE, type Millis } from '@/lib/domain/units'
import { type GuestListed, mapGuest, unreadGuest } from '../map/guest'
import { hiddenIn, mayOn, seesBackups } from '../map/rights'
import { mapStorage, memoryOf, type StorageSeen } from '../map/storages'
import type { VolumeRow } from '../wire'
import type { ClusterMemory, GuestEntry, StoragePlace } from './memory'

/** A lock is there a moment before its task shows, and after: only one that stays was left behind. */
const LOCK_PATIENCE: Millis = MINUTE

/** Answers that name a disk or a device are many; then sharing begins anew. */
const MOST_ANSWERS = 500

type Kept<Thing> = { inputs: readonly unknown[]; thing: Thing }

export type MapRequest = {
  scope: Scope
  now: Instant
  clockSkewMillis: Millis
  tasks: ReadonlyMap<string, RunningTask[]>
  troubleOf: (node: string) => Reason | null
  pace: () => Promise<void>
}

export class Mapper {
  readonly #guests = new Map<string, Kept<CollectedGuest>>()
  readonly #storages = new Map<string, Kept<CollectedStorage>>()
  readonly #answers = new Map<string, Capabilities>()
  #epoch = { text: '', number: 0 }

  constructor(private readonly memory: ClusterMemory) {}

  async map(
    request: MapRequest,
  ): Promise<{ guests: Section<CollectedGuest[]>; storages: Section<CollectedStorage[]> }> {
    const { memory } = this
    this.#turnEpoch()
    const { scope } = request
    const asked = scope.whole ? null : new Set(scope.guests)
    const entries = [...memory.guests.values()]
      .filter(({ listed }) => asked === null || asked.has(listed.vmid))
      .sort((a, b) => Number(a.listed.vmid) - Number(b.listed.vmid))
    const guests: CollectedGuest[] = []
    for (const entry of entries) {
      guests.push(this.#guest(entry, request))
      await request.pace()
    }
    forgetAllBut(this.#guests, (vmid) => memory.guests.has(vmid))
    forgetAllBut(this.#storages, (id) => memory.storages.has(id))
    const definitions = memory.circumstances?.definitionsUnread ?? null
    if (definitions !== null) return { guests: read(guests), storages: unread(definitions) }
    const everyGuest = this.#seesEveryGuest()
    const storages: CollectedStorage[] = []
    for (const place of [...memory.storages.values()].sort((a, b) => (a.nativeId < b.nativeId ? -1 : 1))) {
      storages.push(this.#storage(place, everyGuest))
      await request.pace()
    }
    return { guests: read(guests), storages: read(storages) }
  }

  /** What decides about every guest: when it moves, everything is mapped again. */
  #turnEpoch(): void {
    const { circumstances } = this.memory
    const text = JSON.stringify([
      circumstances?.rights,
      [...(circumstances?.definitions ?? [])],
      [...(circumstances?.ha ?? ['?'])].sort(),
      [...(circumstances?.replicated ?? ['?'])].sort(),
    ])
    if (text !== this.#epoch.text) this.#epoch = { text, number: this.#epoch.number + 1 }
  }

  #guest(entry: GuestEntry, request: MapRequest): CollectedGuest {
    const { memory } = this
    const { content } = entry
    const listed = listedNow(entry)
    const { vmid, node } = listed
    const tasks = this.#tasksOf(vmid, node, request.tasks)
    const left = this.#lockIsLeft(entry, tasks, epochMillis(request.now))
    const lastBackup = this.#lastBackup(vmid)
    const down = memory.nodes.get(node) === false
    const reason: Reason | null = down
      ? { code: 'node-unreachable', node }
      : content === null
        ? (request.troubleOf(node) ?? { code: 'interrupted' })
        : null
    const storageIds = content?.lastConfig == null ? [] : storagesNamed(content.lastConfig)
    const inputs = [
      listed,
      entry.listed.status,
      content?.config,
      content?.snapshots,
      this.#epoch.number,
      tasks === null || tasks.length === 0 ? (tasks?.length ?? null) : JSON.stringify(tasks),
      left,
      lastBackup?.at,
      lastBackup === null,
      reason === null ? null : JSON.stringify(reason),
      memory.contents.memoryVolumes(vmid),
      ...storageIds.map((storage) => memory.contents.rowsOf(memory.storageIdOf(node, storage))),
    ]
    return keep(this.#guests, vmid, inputs, () => {
      if (reason !== null || content === null) {
        // What a node that is down last said of its guest is not what the guest does now.
        const place = { ...entry.listed, name: listed.name }
        return unreadGuest(place, reason ?? { code: 'interrupted' }, tasks)
      }
      const mapped = mapGuest(
        { listed, ...content },
        {
          storageOf: (storage) => this.#storageOf(node, storage),
          storageIdOf: (storage) => memory.storageIdOf(node, storage),
          volumeOf: (volid) =>
            memory.contents.volume(memory.storageIdOf(node, volid.slice(0, volid.indexOf(':'))), volid),
          memoryVolumes: memory.contents.memoryVolumes(vmid),
          rights: memory.circumstances?.rights ?? null,
          ha: memory.circumstances?.ha?.has(vmid) ?? null,
          replicated: memory.circumstances?.replicated?.has(vmid) ?? null,
          lastBackup,
          tasks,
          lockIsLeft: left,
          now: request.now,
          clockSkewMillis: request.clockSkewMillis,
        },
      )
      return { ...mapped, capabilities: this.#alike(mapped.capabilities) }
    })
  }

  /** Thousands of guests can do the same things: they share one answer. */
  #alike(capabilities: Capabilities): Capabilities {
    const text = JSON.stringify(capabilities)
    const known = this.#answers.get(text)
    if (known !== undefined) return known
    if (this.#answers.size >= MOST_ANSWERS) this.#answers.clear()
    this.#answers.set(text, capabilities)
    return capabilities
  }

  /** Tasks of others are seen with Sys.Audit only: without it none seen is not none there. */
  #tasksOf(vmid: string, node: string, running: ReadonlyMap<string, RunningTask[]>): RunningTask[] | null {
    const own = running.get(vmid) ?? []
    const rights = this.memory.circumstances?.rights ?? null
    const seesAll = rights !== null && mayOn(rights, `/nodes/${node}`, 'Sys.Audit')
    return own.length > 0 || seesAll ? own : null
  }

  #lockIsLeft(entry: GuestEntry, tasks: RunningTask[] | null, now: Millis): boolean {
    const config = entry.content?.config
    const lock = config?.status === 'read' ? config.value.lock : undefined
    const alone = lock !== undefined && lock !== 'suspended' && tasks !== null && tasks.length === 0
    entry.lockSince = alone ? (entry.lockSince ?? now) : null
    return entry.lockSince !== null && now - entry.lockSince >= LOCK_PATIENCE
  }

  /** The newest backup in any storage. None found is none there only where every storage and backup is shown to us. */
  #lastBackup(vmid: string): { at: Instant | null } | null {
    const { memory } = this
    const newest = memory.contents.newestBackup(vmid)
    if (newest !== null) return { at: instantAt(newest * 1000) }
    const rights = memory.circumstances?.rights ?? null
    for (const { nativeId, storage, content } of memory.storages.values()) {
      if (!content.includes('backup')) continue
      if (memory.contents.rowsOf(nativeId)?.status !== 'read' || !seesBackups(rights, storage, vmid)) return null
    }
    return { at: null }
  }

  #storageOf(node: string, storage: string): { type: string; chained: boolean } | null {
    const definition = this.memory.circumstances?.definitions?.get(storage)
    const seen = this.memory.storages.get(this.memory.storageIdOf(node, storage))
    const type = definition?.type ?? seen?.type ?? null
    // Without its definition nobody knows whether it keeps volume chains: nothing is claimed.
    if (definition === undefined || type === null) return null
    return { type, chained: definition['snapshot-as-volume-chain'] }
  }

  #storage(place: StoragePlace, everyGuest: boolean): CollectedStorage {
    const { memory } = this
    const { nodes: _nodes, ...seen } = place
    const volumes = this.#volumesOf(seen)
    const pool = memory.pools.get(seen.nativeId) ?? null
    const definition = memory.circumstances?.definitions?.get(seen.storage) ?? null
    const inputs = [
      JSON.stringify(seen),
      volumes.status === 'read' ? volumes.value : JSON.stringify(volumes),
      pool,
      definition,
      memory.changesOn(seen.nativeId),
      everyGuest,
    ]
    return keep(this.#storages, seen.nativeId, inputs, () =>
      mapStorage(
        seen,
        volumes,
        {
          usersOf: (volid) => this.#usersOf(seen.nativeId, volid),
          everythingRead: (vmid) => everyGuest && this.#namesNothingMore(vmid),
          isMemory: (volid) => memoryOf(volid) !== null && this.#usersOf(seen.nativeId, volid).length > 0,
          isBase: (vmid) => vmid !== null && (memory.guests.get(String(vmid))?.listed.template ?? false),
        },
        definition,
        pool,
      ),
    )
  }

  #volumesOf(seen: StorageSeen): Section<VolumeRow[]> {
    const rows = this.memory.contents.rowsOf(seen.nativeId) ?? unread<VolumeRow[]>({ code: 'interrupted' })
    const hidden = hiddenIn(this.memory.circumstances?.rights ?? null, seen.storage, seen.content)
    if (rows.status === 'unread' || hidden === null) return rows
    return unread({ code: 'not-permitted', privilege: hidden, path: '/vms' })
  }

  /** Guests whose configuration or snapshots name a volume, in this cluster. */
  #usersOf(storageId: string, volid: string): string[] {
    const named = this.memory.usersOf(storageId, volid)
    const memory = memoryOf(volid)
    if (memory === null || named.length > 0) return named
    const snapshots = this.memory.contentOf(memory.vmid)?.snapshots
    const there = snapshots?.status === 'read' && snapshots.value.some(({ name }) => name === memory.snapshot)
    return there ? [memory.vmid] : []
  }

  #seesEveryGuest(): boolean {
    const rights = this.memory.circumstances?.rights ?? null
    if (rights === null || !mayOn(rights, '/vms', 'VM.Audit')) return false
    for (const { content } of this.memory.guests.values()) if (content?.lastConfig == null) return false
    return true
  }

  /** A snapshot may hold a volume its guest no longer has; which, only its own configuration tells. */
  #namesNothingMore(vmid: number | null): boolean {
    if (vmid === null) return true
    const snapshots = this.memory.contentOf(String(vmid))?.snapshots
    if (!this.memory.guests.has(String(vmid))) return true
    return snapshots?.status === 'read' && snapshots.value.length <= 1
  }
}

/** The node's own words fill in what the cluster's list lacks. */
export function listedNow({ listed, atNode }: GuestEntry): GuestListed {
  if (listed.name !== null || atNode === null || atNode.node !== listed.node) return listed
  return atNode
}

function storagesNamed(config: Record<string, string>): string[] {
  const names = new Set<string>()
  for (const value of Object.values(config)) {
    const [, name] = /^(?:file=|volume=)?([A-Za-z][\w.-]*):[^,]/.exec(value) ?? []
    if (name !== undefined) names.add(name)
  }
  return [...names].sort()
}

function keep<Thing>(
  kept: Map<string, Kept<Thing>>,
  key: string,
  inputs: readonly unknown[],
  make: () => Thing,
): Thing {
  const before = kept.get(key)
  if (
    before !== undefined &&
    before.inputs.length === inputs.length &&
    inputs.every((each, at) => each === before.inputs[at])
  ) {
    return before.thing
  }
  const thing = make()
  // Inputs that moved without moving the outcome are no news.
  const same = before !== undefined && JSON.stringify(before.thing) === JSON.stringify(thing)
  const result = same ? before.thing : thing
  kept.set(key, { inputs, thing: result })
  return result
}

function forgetAllBut<Thing>(kept: Map<string, Kept<Thing>>, isThere: (key: string) => boolean): void {
  for (const key of kept.keys()) if (!isThere(key)) kept.delete(key)
}
