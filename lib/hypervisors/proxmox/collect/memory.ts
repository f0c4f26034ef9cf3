/** What is known of a cluster between two readings. Lost with the worker: a restart begins with an inventory. */
import type { Section } from '@/lib/domain/inventory'
import { MINUTE, type Millis } from '@/lib/domain/units'
import { drivesOf } from '../map/drives'
import type { GuestListed } from '../map/guest'
import { type StorageSeen, storageNativeId } from '../map/storages'
import { type StatusRow, type TaskRow, type ThinPool, taskSchema } from '../wire'
import { Contents } from './contents'
import { type GuestContent, isOfNode } from './guests'
import type { Circumstances, NodeStorages, Resources } from './lists'
import type { Session } from './session'
import { SWEEP_AGE } from './sweep'
import { type TaskNews, TaskWatch } from './tasks'

/** A guest that could not be read is tried again after this long. */
const RETRY: Millis = MINUTE

export type GuestEntry = {
  listed: GuestListed
  /** as its node itself last said, for when the cluster's list knows no name */
  atNode: GuestListed | null
  content: GuestContent | null
  readAt: Millis
  /** something said that it changed */
  dirty: boolean
  /** since when its configuration is locked without a task; null = it is not */
  lockSince: Millis | null
}

export type StoragePlace = StorageSeen & { nodes: string[] }

export class ClusterMemory {
  /** whether an inventory of everything was finished */
  complete = false
  readonly watch = new TaskWatch()
  readonly contents = new Contents()
  readonly nodes = new Map<string, boolean>()
  readonly guests = new Map<string, GuestEntry>()
  storages = new Map<string, StoragePlace>()
  circumstances: Circumstances | null = null
  circumstancesAt: Millis = 0
  standing: StatusRow[] | null = null
  standingAt: Millis = 0
  /** which nodes were online when it was told */
  standingOf = ''
  readonly pools = new Map<string, ThinPool>()
  /** native id → what of it neither guests nor files can use */
  readonly #reserved = new Map<string, number>()
  readonly #namesAt = new Map<string, Millis>()
  readonly #storagesAt = new Map<string, Millis>()
  /** `storage\nvolume` → guests whose configuration names it */
  readonly #users = new Map<string, Set<string>>()
  /** native id → how often anything of a guest on it changed */
  readonly #changes = new Map<string, number>()
  #shared = new Map<string, boolean>()

  contentOf(vmid: string): GuestContent | null {
    return this.guests.get(vmid)?.content ?? null
  }

  /** Native id of a storage that a guest on a node names. */
  storageIdOf(node: string, storage: string): string {
    return storageNativeId(node, storage, this.#shared.get(storage) ?? false)
  }

  usersOf(storageId: string, volid: string): string[] {
    return [...(this.#users.get(`${storageId}\n${volid}`) ?? [])].sort(byNumber)
  }

  changesOn(storageId: string): number {
    return this.#changes.get(storageId) ?? 0
  }

  /** What the task lists say since the last poll; gaps in the short list are read from the nodes' own. */
  async takeTasks(
    session: Session,
    tasks: Section<TaskRow[]>,
    nodes: readonly string[],
    page: number,
  ): Promise<TaskNews> {
    const news: TaskNews = { changed: new Set(), destroyed: new Set(), backups: false }
    if (tasks.status === 'unread') return news
    const { since } = this.watch
    const poll = this.watch.poll(tasks.value, nodes)
    add(news, poll)
    for (const node of poll.gaps) {
      const rows = await session.list(taskSchema, ['nodes', node, 'tasks'], { since, limit: page, source: 'all' })
      if (rows.status === 'read') add(news, this.watch.fill(rows.value))
      // More than a page, or no answer: nobody knows what happened there.
      if (rows.status === 'unread' || rows.value.length >= page) this.suspect(node)
    }
    return news
  }

  /** Everything on a node is read again, as fast as the sweep goes. */
  suspect(node: string): void {
    for (const entry of this.guests.values()) if (entry.listed.node === node) entry.readAt = 0
  }

  async takeResources(
    resources: Resources,
    storages: Map<string, StoragePlace>,
    circumstances: Circumstances,
    now: Millis,
    pace: () => Promise<void>,
  ): Promise<void> {
    this.nodes.clear()
    for (const [node, up] of resources.nodes) this.nodes.set(node, up)
    // A guest may be listed on a node that is not: our rights on nodes are not those on guests.
    for (const { node } of resources.guests.values()) if (!this.nodes.has(node)) this.nodes.set(node, true)
    for (const vmid of this.guests.keys()) if (!resources.guests.has(vmid)) this.forgetGuest(vmid)
    for (const listed of resources.guests.values()) {
      this.#takeListed(listed)
      await pace()
    }
    this.#shared = new Map(resources.storages.map(({ storage, shared }) => [storage ?? '', shared]))
    this.storages = new Map([...storages].map(([id, seen]) => [id, this.#withRoom(seen)]))
    this.contents.forgetAllBut(new Set(storages.keys()))
    this.circumstances = circumstances
    if (this.circumstancesAt === 0) this.circumstancesAt = now
  }

  #takeListed(listed: GuestListed): void {
    const known = this.guests.get(listed.vmid)
    if (known === undefined || known.listed.kind !== listed.kind) {
      if (known !== undefined) this.forgetGuest(listed.vmid)
      this.guests.set(listed.vmid, {
        listed,
        atNode: null,
        content: null,
        readAt: 0,
        dirty: true,
        lockSince: null,
      })
      return
    }
    if (isAsListed(known.listed, listed)) return
    // A row that lost its name tells of pvestatd, not of the guest.
    if (listed.name !== null && known.listed.name !== null) known.dirty = true
    if (known.listed.node !== listed.node) {
      known.dirty = true
      known.atNode = null
      this.#moveUsers(listed.vmid, known, listed.node)
    }
    known.listed = listed
  }

  /** A guest that was found elsewhere than listed. */
  place(listed: GuestListed): void {
    this.#takeListed(listed)
  }

  isNameless(node: string): boolean {
    for (const { listed } of this.guests.values()) if (listed.node === node && listed.name === null) return true
    return false
  }

  namesAt(node: string): Millis {
    return this.#namesAt.get(node) ?? 0
  }

  storagesAt(node: string): Millis {
    return this.#storagesAt.get(node) ?? 0
  }

  hasThin(node: string): boolean {
    for (const { type, nodes } of this.storages.values()) if (type === 'lvmthin' && nodes.includes(node)) return true
    return false
  }

  takeNodeGuests(node: string, rows: Section<GuestListed[]>, now: Millis): void {
    this.#namesAt.set(node, now)
    if (rows.status === 'unread') return
    for (const listed of rows.value) {
      const known = this.guests.get(listed.vmid)
      if (known !== undefined && known.listed.node === node) known.atNode = listed
    }
  }

  takeNodeStorages(node: string, { storages, pools }: NodeStorages, circumstances: Circumstances, now: Millis): void {
    this.#storagesAt.set(node, now)
    if (storages.status === 'unread') return
    for (const { storage, shared, active, total, used, avail } of storages.value) {
      const id = storageNativeId(node, storage, shared)
      if (!active || total === null || used === null || avail === null) continue
      this.#reserved.set(id, Math.max(0, total - used - avail))
      const seen = this.storages.get(id)
      if (seen !== undefined) this.storages.set(id, { ...seen, total, used, avail })
      const pool = pools.find(({ lv, vg }) => {
        const definition = circumstances.definitions?.get(storage)
        return definition?.type === 'lvmthin' && lv === definition.thinpool && vg === definition.vgname
      })
      if (pool !== undefined) this.pools.set(id, pool)
    }
  }

  /** The cluster's list tells used and total; room for new data is less by what the file system keeps to itself. */
  #withRoom(seen: StoragePlace): StoragePlace {
    const reserved = this.#reserved.get(seen.nativeId)
    if (reserved === undefined || seen.total === null || seen.used === null) return seen
    return { ...seen, avail: Math.max(0, seen.total - seen.used - reserved) }
  }

  /** Which guests are read now, node by node in turn so that every node has work. */
  choose(want: {
    full: boolean
    thorough: boolean
    asked: ReadonlySet<string> | null
    changed: ReadonlySet<string>
    sweep: number
    now: Millis
  }): GuestListed[] {
    const { full, thorough, asked, changed, now } = want
    for (const vmid of changed) {
      const entry = this.guests.get(vmid)
      if (entry !== undefined) entry.dirty = true
    }
    const reachable = [...this.guests.values()].filter(({ listed }) => this.nodes.get(listed.node) !== false)
    if (asked !== null && !full) {
      return reachable.filter(({ listed }) => asked.has(listed.vmid)).map(({ listed }) => listed)
    }
    const chosen = new Set(
      reachable.filter(
        (entry) => (full && thorough) || entry.dirty || entry.content === null || failedAt(entry) <= now - RETRY,
      ),
    )
    const old = reachable
      .filter((entry) => !chosen.has(entry) && now - entry.readAt >= SWEEP_AGE)
      .sort((a, b) => a.readAt - b.readAt)
    for (const entry of old.slice(0, want.sweep)) chosen.add(entry)
    return inTurns([...chosen].map(({ listed }) => listed))
  }

  takeContent(vmid: string, content: GuestContent, now: Millis): void {
    const entry = this.guests.get(vmid)
    if (entry === undefined) return
    const { config, snapshots } = content
    const failed = [config, snapshots].some((section) => section.status === 'unread' && isOfNode(section.reason))
    entry.readAt = now
    entry.dirty = entry.dirty && failed
    if (entry.content !== null && sameContent(entry.content, content)) return
    this.#countChange(entry)
    this.#dropUsers(vmid, entry)
    entry.content = content
    this.#addUsers(vmid, entry)
    this.#countChange(entry)
  }

  forgetGuest(vmid: string): void {
    const entry = this.guests.get(vmid)
    if (entry === undefined) return
    this.#countChange(entry)
    this.#dropUsers(vmid, entry)
    this.guests.delete(vmid)
  }

  /** Backups were made or removed somewhere. */
  askBackups(): void {
    for (const { nativeId, content } of this.storages.values()) {
      if (content.includes('backup')) this.contents.ask(nativeId)
    }
  }

  /** Something was done to a guest: volumes of its storages may have come or gone. */
  askContentsOf(vmid: string): void {
    const entry = this.guests.get(vmid)
    if (entry === undefined) return
    for (const id of this.#storageIdsOf(entry)) this.contents.ask(id)
    // Its snapshots' memory may lie apart from its disks.
    const state = entry.content?.lastConfig?.vmstatestorage
    if (state !== undefined) this.contents.ask(this.storageIdOf(entry.listed.node, state))
  }

  #moveUsers(vmid: string, entry: GuestEntry, node: string): void {
    this.#countChange(entry)
    this.#dropUsers(vmid, entry)
    entry.listed = { ...entry.listed, node }
    this.#addUsers(vmid, entry)
    this.#countChange(entry)
  }

  #countChange(entry: GuestEntry): void {
    for (const id of this.#storageIdsOf(entry)) this.#changes.set(id, this.changesOn(id) + 1)
  }

  #storageIdsOf(entry: GuestEntry): Set<string> {
    return new Set(this.#volumesOf(entry).map(([id]) => id))
  }

  #volumesOf({ listed, content }: GuestEntry): [string, string][] {
    const config = content?.lastConfig ?? null
    if (config === null) return []
    return drivesOf(config).flatMap(({ storage, volume, cdrom }): [string, string][] =>
      // A CD in the drive is not the guest's own.
      storage === null || volume === null || (cdrom && volume.includes(':iso/'))
        ? []
        : [[this.storageIdOf(listed.node, storage), volume]],
    )
  }

  #addUsers(vmid: string, entry: GuestEntry): void {
    for (const [id, volume] of this.#volumesOf(entry)) {
      const key = `${id}\n${volume}`
      const known = this.#users.get(key)
      if (known === undefined) this.#users.set(key, new Set([vmid]))
      else known.add(vmid)
    }
  }

  #dropUsers(vmid: string, entry: GuestEntry): void {
    for (const [id, volume] of this.#volumesOf(entry)) {
      const key = `${id}\n${volume}`
      const known = this.#users.get(key)
      known?.delete(vmid)
      if (known?.size === 0) this.#users.delete(key)
    }
  }
}

/** Nothing of a row differs that tells of the guest; figures of the moment are not kept. The object stays then. */
const isAsListed = (a: GuestListed, b: GuestListed): boolean =>
  a.node === b.node &&
  a.name === b.name &&
  a.status === b.status &&
  a.tags === b.tags &&
  a.lock === b.lock &&
  a.template === b.template &&
  a.cpus === b.cpus &&
  a.memoryBytes === b.memoryBytes

const sameContent = (a: GuestContent, b: GuestContent): boolean =>
  (a.config === b.config || JSON.stringify(a.config) === JSON.stringify(b.config)) &&
  (a.snapshots === b.snapshots || JSON.stringify(a.snapshots) === JSON.stringify(b.snapshots))

/** When a guest could not be read; never for one that was. */
const failedAt = ({ content, readAt }: GuestEntry): Millis =>
  content !== null && (content.config.status === 'unread' || content.snapshots.status === 'unread')
    ? readAt
    : Number.POSITIVE_INFINITY

const byNumber = (a: string, b: string): number => Number(a) - Number(b)

function add(news: TaskNews, more: TaskNews): void {
  for (const vmid of more.changed) news.changed.add(vmid)
  for (const vmid of more.destroyed) news.destroyed.add(vmid)
  news.backups ||= more.backups
}

/** One of each node, then the next of each: a list by number often has one node's guests in a row. */
function inTurns(guests: readonly GuestListed[]): GuestListed[] {
  const queues = new Map<string, GuestListed[]>()
  for (const guest of [...guests].sort((a, b) => byNumber(a.vmid, b.vmid))) {
    const queue = queues.get(guest.node)
    if (queue === undefined) queues.set(guest.node, [guest])
    else queue.push(guest)
  }
  const longest = Math.max(0, ...[...queues.values()].map((queue) => queue.length))
  return Array.from({ length: longest }, (_, index) =>
    [...queues.values()].flatMap((queue) => queue[index] ?? []),
  ).flat()
}
