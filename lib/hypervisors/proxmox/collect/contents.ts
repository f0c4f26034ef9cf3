/** What lies in storages: read at first contact, after tasks that move volumes, and slowly otherwise. */
import type { Section } from '@/lib/domain/inventory'
import { unread } from '@/lib/domain/inventory'
import { MINUTE, type Millis } from '@/lib/domain/units'
import { memoryOf, type StorageSeen } from '../map/storages'
import { type VolumeRow, volumeSchema } from '../wire'
import type { Session } from './session'

/** Listing a pool makes the node look at every volume of it; after a task it is not done more often than this. */
const AFTER_TASK: Millis = MINUTE
/** Nor for more than a twentieth of the time, however long one listing takes. */
const REST_FACTOR = 20
/** Without any task. */
const SLOW: Millis = 30 * MINUTE

type Content = {
  rows: Section<VolumeRow[]>
  readAt: Millis
  tookMillis: Millis
  asked: boolean
}

export class Contents {
  readonly #known = new Map<string, Content>()
  #index: Index | null = null

  /** As last read; null = never. */
  rowsOf(nativeId: string): Section<VolumeRow[]> | null {
    return this.#known.get(nativeId)?.rows ?? null
  }

  volume(nativeId: string, volid: string): VolumeRow | null {
    return this.#indexed().byVolume.get(`${nativeId}\n${volid}`) ?? null
  }

  /** Volumes that hold the memory of a guest's snapshots, by snapshot. */
  memoryVolumes(vmid: string): ReadonlyMap<string, VolumeRow> {
    return this.#indexed().memory.get(vmid) ?? NONE
  }

  /** When a guest's newest backup was made, in seconds; null = none seen. */
  newestBackup(vmid: string): number | null {
    return this.#indexed().backups.get(vmid) ?? null
  }

  /** Something moved volumes there: it is read again as soon as it may. */
  ask(nativeId: string): void {
    const known = this.#known.get(nativeId)
    if (known !== undefined) known.asked = true
  }

  /** Those to be read now, longest waiting first. */
  due<Storage extends StorageSeen>(storages: readonly Storage[], now: Millis): Storage[] {
    return storages
      .map((storage) => ({ storage, at: this.#dueAt(storage.nativeId) }))
      .filter(({ at }) => at <= now)
      .sort((a, b) => a.at - b.at)
      .map(({ storage }) => storage)
  }

  /** Reads one storage by one of its nodes. An answer that differs in nothing keeps the identity of the one before. */
  async read(session: Session, storage: StorageSeen, node: string, clock: () => Millis): Promise<void> {
    const before = this.#known.get(storage.nativeId)
    if (!storage.active) {
      this.#keep(storage.nativeId, before, unread({ code: 'storage-inactive', storage: storage.storage }), clock(), 0)
      return
    }
    const began = clock()
    // What is asked for from here on is not answered by a list that may have been made before it.
    if (before !== undefined) before.asked = false
    const rows = await session.list(volumeSchema, ['nodes', node, 'storage', storage.storage, 'content'])
    this.#keep(storage.nativeId, before, rows, clock(), clock() - began)
  }

  /** What cannot be read now, and why; nothing is asked. */
  mark(nativeId: string, rows: Section<VolumeRow[]>, now: Millis): void {
    this.#keep(nativeId, this.#known.get(nativeId), rows, now, 0)
  }

  forgetAllBut(nativeIds: ReadonlySet<string>): void {
    for (const nativeId of this.#known.keys()) {
      if (nativeIds.has(nativeId)) continue
      this.#known.delete(nativeId)
      this.#index = null
    }
  }

  #dueAt(nativeId: string): Millis {
    const known = this.#known.get(nativeId)
    if (known === undefined) return 0
    if (known.rows.status === 'unread') return known.readAt + AFTER_TASK
    return known.readAt + Math.max(known.asked ? AFTER_TASK : SLOW, known.tookMillis * REST_FACTOR)
  }

  #keep(nativeId: string, before: Content | undefined, rows: Section<VolumeRow[]>, readAt: Millis, tookMillis: Millis) {
    const sorted = sortRows(rows)
    const same = before !== undefined && JSON.stringify(before.rows) === JSON.stringify(sorted)
    this.#known.set(nativeId, { rows: same ? before.rows : sorted, readAt, tookMillis, asked: before?.asked ?? false })
    if (!same) this.#index = null
  }

  #indexed(): Index {
    if (this.#index !== null) return this.#index
    const index: Index = { byVolume: new Map(), memory: new Map(), backups: new Map() }
    for (const [nativeId, { rows }] of this.#known) {
      if (rows.status === 'unread') continue
      for (const row of rows.value) addRow(index, nativeId, row)
    }
    this.#index = index
    return index
  }
}

type Index = {
  byVolume: Map<string, VolumeRow>
  memory: Map<string, Map<string, VolumeRow>>
  backups: Map<string, number>
}

const NONE: ReadonlyMap<string, VolumeRow> = new Map()

function addRow({ byVolume, memory, backups }: Index, nativeId: string, row: VolumeRow): void {
  byVolume.set(`${nativeId}\n${row.volid}`, row)
  if (row.content === 'backup') {
    if (row.vmid === null || row.ctime === null) return
    const vmid = String(row.vmid)
    backups.set(vmid, Math.max(backups.get(vmid) ?? 0, row.ctime))
    return
  }
  const saved = memoryOf(row.volid)
  if (saved === null) return
  const known = memory.get(saved.vmid)
  if (known === undefined) memory.set(saved.vmid, new Map([[saved.snapshot, row]]))
  else known.set(saved.snapshot, row)
}

/** Lists come in a random order; ours is that of the names. */
const sortRows = (section: Section<VolumeRow[]>): Section<VolumeRow[]> =>
  section.status === 'unread'
    ? section
    : { status: 'read', value: [...section.value].sort((a, b) => (a.volid < b.volid ? -1 : a.volid > b.volid ? 1 : 0)) }
