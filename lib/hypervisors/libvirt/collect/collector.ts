/** One reading of a host: read, look into images, map. */
import { setMaxListeners } from 'node:events'
import type { CollectedGuest, Collection, Scope } from '@/lib/domain/inventory'
import { read, unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { GuestWrites } from '@/lib/domain/sample'
import type { Instant } from '@/lib/domain/units'
import type { Host } from '../connect'
import { mapGuest } from '../map/guest'
import { HostImages } from '../map/images'
import { mapStorages } from '../map/storages'
import { compare } from '../order'
import { createPace } from '../pace'
import type { GuestReading, HostReading, ImageMaps, ImageTables } from '../readings'
import type { FileSystems } from './file-systems'
import { type GuestList, listGuests, type ReadGuest, readGuest, readGuests } from './guests'
import { disagrees, joinTables, readImageTables } from './images'
import { readImageMaps } from './maps'
import { Memory } from './memory'
import { filesOfInterest, readPools } from './storages'
import { READ_TIMEOUT_MS, type Sweep } from './sweep'

export type CollectRequest = {
  scope: Scope
  thorough: boolean
  writable: boolean
  now: () => Instant
  reasonOf: (error: unknown) => Reason
  onProgress: (done: number, total: number) => void
  signal: AbortSignal
}

const NO_TABLES: ImageTables = { tables: new Map(), unread: new Map() }
const NO_MAPS: ImageMaps = { growth: new Map(), mapped: new Map(), held: new Map() }

/** A collection in which nothing could be read. */
export function unreadCollection(scope: Scope, startedAt: Instant, finishedAt: Instant, reason: Reason): Collection {
  return {
    scope,
    startedAt,
    finishedAt,
    version: null,
    clockSkewMillis: null,
    guests: unread(reason),
    storages: unread(reason),
  }
}

export class Collector {
  #memory = new Memory()
  readonly #fileSystems: FileSystems

  constructor(fileSystems: FileSystems) {
    this.#fileSystems = fileSystems
  }

  /** Reads the host. Never rejects for what the world does; libvirt tells no clock, so skew is never known. */
  async collect(host: Host, request: CollectRequest): Promise<Collection> {
    const { scope, now, reasonOf } = request
    const startedAt = now()
    const { signal, release } = followSignal(request.signal)
    // A thorough reading of everything asks libvirt for everything, which also drops what no guest has any more.
    if (request.thorough && scope.whole) this.#memory = new Memory(this.#memory)
    const sweep: Sweep = {
      client: host.client,
      options: { signal, timeoutMs: READ_TIMEOUT_MS },
      memory: this.#memory,
      thorough: request.thorough,
      everything: request.thorough && scope.whole,
      writable: request.writable,
      driver: host.driver,
      version: host.version,
      fileSystems: host.local ? this.#fileSystems : null,
      reasonOf,
      pace: createPace(),
    }
    const reading = await this.#read(sweep, host, request).finally(release)
    const finishedAt = now()
    const { guests, storages } = await map(sweep, reading, scope, finishedAt)
    const writes = writesOf(reading, scope)
    return { scope, startedAt, finishedAt, version: host.versionText, clockSkewMillis: null, guests, storages, writes }
  }

  async #read(sweep: Sweep, { node, driver, version }: Host, request: CollectRequest): Promise<HostReading> {
    const { scope, onProgress } = request
    const facts = { node, driver, version }
    try {
      const list = await listGuests(sweep)
      const domains = scope.whole ? list.domains : list.domains.filter(({ uuid }) => scope.guests.includes(uuid))
      onProgress(0, domains.length)
      const guests = await readGuests(sweep, list, domains, (done) => onProgress(done, domains.length))
      this.#forgetAllBut(new Set(list.domains.map(({ uuid }) => uuid)))
      const everyone = [...guests, ...this.#remembered(new Set(domains.map(({ uuid }) => uuid)))]
      const everyGuest = list.domains.every(({ uuid }) => this.#memory.guests.has(uuid))
      const { pools, volumes } = await readPools(sweep, node, filesOfInterest(everyone))
      if (sweep.everything && pools.status === 'read') this.#memory.forgetFilesBut(volumes)
      const readings = everyone.map(({ reading }) => reading)
      const partial: HostReading = {
        ...facts,
        guests: read(readings),
        everyGuest,
        pools,
        images: NO_TABLES,
        maps: NO_MAPS,
      }
      // The test driver's disks are names without files.
      if (pools.status === 'unread' || driver === 'TEST') return partial
      const images = new HostImages(partial)
      const asked = guests.map(({ reading, changed }) => ({ uuid: reading.uuid, changed }))
      const tables = await readImageTables(sweep, images, asked, pools.value, volumes)
      const moved = await this.#readAgain(sweep, list, guests, images, tables)
      if (moved.size === 0) {
        const maps = await readImageMaps(sweep, images, asked, pools.value, volumes, tables)
        return { ...partial, images: tables, maps }
      }
      const settled = readings.flatMap((reading) =>
        moved.has(reading.uuid) ? (moved.get(reading.uuid) ?? []) : reading,
      )
      const again: HostReading = { ...partial, guests: read(settled) }
      const changed = [...moved.keys()].map((uuid) => ({ uuid, changed: true }))
      const seen = new HostImages(again)
      const joined = joinTables(tables, await readImageTables(sweep, seen, changed, pools.value, volumes))
      const maps = await readImageMaps(sweep, seen, asked, pools.value, volumes, joined)
      return { ...again, images: joined, maps }
    } catch (error) {
      const reason = sweep.reasonOf(error)
      return {
        ...facts,
        guests: unread(reason),
        everyGuest: false,
        pools: unread(reason),
        images: NO_TABLES,
        maps: NO_MAPS,
      }
    }
  }

  /**
   * Guests whose images and metadata disagree are read once more: somebody may have taken or deleted a snapshot between
   * the two readings, and would find it called torn or unmanaged. Null: gone meanwhile.
   */
  async #readAgain(
    sweep: Sweep,
    list: GuestList,
    guests: readonly ReadGuest[],
    images: HostImages,
    { tables }: ImageTables,
  ): Promise<Map<string, GuestReading | null>> {
    const moved = new Map<string, GuestReading | null>()
    for (const { reading, changed } of guests) {
      if (!changed || !disagrees(reading, images, tables)) continue
      const domain = list.domains.find(({ uuid }) => uuid === reading.uuid)
      if (domain === undefined) continue
      const stats = { state: reading.state, images: reading.images, writtenBytes: reading.writtenBytes }
      const again = await readGuest({ ...sweep, thorough: false }, { ...list, withSnapshots: null }, domain, stats)
      if (again === null || again.changed) moved.set(reading.uuid, again?.reading ?? null)
    }
    return moved
  }

  #forgetAllBut(present: ReadonlySet<string>): void {
    for (const uuid of this.#memory.guests.keys()) if (!present.has(uuid)) this.#memory.guests.delete(uuid)
  }

  /** Guests outside the scope as last read: who else uses a file does not depend on what was asked now. */
  #remembered(asked: ReadonlySet<string>) {
    return [...this.#memory.guests]
      .filter(([uuid]) => !asked.has(uuid))
      .map(([, { reading }]) => ({ reading, changed: false }))
  }
}

/** libvirt lists in the order of its hash table; ours is the same for the same world. */
const byName = (a: GuestReading, b: GuestReading) => compare(a.name, b.name) || compare(a.uuid, b.uuid)

/** A signal of our own that ends with the caller's: every waiting call listens to it, which Node warns about above 10. */
function followSignal(caller: AbortSignal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  const abort = () => controller.abort(caller.reason)
  if (caller.aborted) abort()
  caller.addEventListener('abort', abort, { once: true })
  return { signal: controller.signal, release: () => caller.removeEventListener('abort', abort) }
}

/** Counters that were read now: one that is remembered would look as if it began again. */
function writesOf({ guests }: HostReading, scope: Scope): GuestWrites[] {
  if (guests.status === 'unread') return []
  return guests.value.flatMap(({ uuid, writtenBytes }) =>
    writtenBytes === null || !(scope.whole || scope.guests.includes(uuid)) ? [] : { nativeId: uuid, writtenBytes },
  )
}

async function map(sweep: Sweep, reading: HostReading, scope: Scope, now: Instant) {
  const images = new HostImages(reading)
  const storages = mapStorages(reading, images)
  if (reading.guests.status === 'unread') return { guests: reading.guests, storages }
  const names = new Map(reading.guests.value.map((guest) => [guest.uuid, guest.name]))
  const context = { host: reading, images, nameOf: (uuid: string) => names.get(uuid) ?? uuid, now }
  const guests: CollectedGuest[] = []
  for (const guest of [...reading.guests.value].sort(byName)) {
    if (!scope.whole && !scope.guests.includes(guest.uuid)) continue
    guests.push(mapGuest(guest, context))
    await sweep.pace()
  }
  return { guests: read(guests), storages }
}
