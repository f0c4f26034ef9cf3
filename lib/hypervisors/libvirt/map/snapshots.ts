/** A guest's snapshots: libvirt's metadata joined with what the images hold. */
import type { SnapshotsOfGuest } from '@/lib/domain/inventory'
import type { Consistency, Snapshot, SnapshotDisk } from '@/lib/domain/snapshot'
import { instantAt } from '@/lib/domain/units'
import { compare } from '../order'
import type { Qcow2Snapshot } from '../qcow2'
import type { ImageMaps, ImageTables } from '../readings'
import type { SnapshotXml } from '../xml/snapshot'
import { frozenDisks } from './explain'
import type { DiskChain, HostImages } from './images'
import { externalSize, internalSize } from './sizes'

/** What the mapping of one guest's snapshots needs to know about the guest. */
export type SnapshotContext = {
  uuid: string
  items: readonly SnapshotXml[]
  current: string | null
  chains: readonly DiskChain[]
  images: HostImages
  tables: ImageTables
  maps: ImageMaps
  /** somebody may be writing: what tables tell is a little behind */
  running: boolean
}

/** A snapshot with data missing on some of its disks. */
export type Torn = { snapshot: string; disks: string[] }

export type MappedSnapshots = { section: SnapshotsOfGuest; torn: Torn[] }

/** Maps metadata and unmanaged snapshots. Order: by the host's time, then name; then the unmanaged ones. */
export function mapSnapshots(context: SnapshotContext): MappedSnapshots {
  const names = new Set(context.items.map((item) => item.name))
  const branches = countBranches(context)
  const torn: Torn[] = []
  const managed = [...context.items].sort(byTime).map((item) => {
    const missing = missingData(item, context)
    if (missing.length > 0) torn.push({ snapshot: item.name, disks: missing })
    return mapOne(item, names, branches.get(item.name) ?? 0, missing.length > 0, context)
  })
  const unmanaged = findUnmanaged(context, names)
  for (const { snapshot, missing } of unmanaged) {
    if (missing.length > 0) torn.push({ snapshot: snapshot.name, disks: missing })
  }
  const unread = context.chains.flatMap(({ images }) => images.flatMap((file) => context.tables.unread.get(file) ?? []))
  const current = context.current !== null && names.has(context.current) ? context.current : null
  const items = [...managed, ...unmanaged.map(({ snapshot }) => snapshot)]
  const section: SnapshotsOfGuest = { items, currentParent: current, ...untold(items, current) }
  return { section: unread[0] === undefined ? section : { ...section, imagesUnread: unread[0] }, torn }
}

/**
 * libvirt says "has no current snapshot" alike when the current one, a root, was deleted (the guest then stands on none),
 * when metadata came back without its mark (`--redefine` without `--current`: adopted, or moved from another host), and
 * of snapshots it does not manage. So of a guest that has some, it tells nothing.
 */
const untold = (items: readonly Snapshot[], current: string | null): Pick<SnapshotsOfGuest, 'currentUnknown'> =>
  current === null && items.length > 0 ? { currentUnknown: true } : {}

const byTime = (a: SnapshotXml, b: SnapshotXml) =>
  (a.createdSeconds ?? 0) - (b.createdSeconds ?? 0) || compare(a.name, b.name)

/** By snapshot: how many overlays must stand on it, one per child and one for the current state. */
function countBranches({ items, current }: SnapshotContext): Map<string, number> {
  const branches = new Map<string, number>()
  const add = (name: string) => branches.set(name, (branches.get(name) ?? 0) + 1)
  for (const item of items) if (item.parent !== null) add(item.parent)
  if (current !== null) add(current)
  return branches
}

function mapOne(
  item: SnapshotXml,
  names: ReadonlySet<string>,
  branches: number,
  incomplete: boolean,
  context: SnapshotContext,
): Snapshot {
  const { images, uuid } = context
  const kind = kindOf(item)
  const known = item.parent !== null && names.has(item.parent)
  return {
    nativeId: item.name,
    name: item.name,
    parent: known ? item.parent : null,
    parentMissing: known ? null : item.parent,
    createdAt: createdAt(item.createdSeconds),
    description: item.description,
    memory: item.memory === 'no' ? 'none' : 'saved',
    powerThen: powerOf(item.state),
    consistency: consistencyOf(item),
    kind,
    unmanaged: false,
    incomplete,
    disks: item.disks.map(
      (disk): SnapshotDisk => ({
        name: disk.name,
        mode: disk.mode === 'no' || disk.mode === 'manual' ? 'excluded' : disk.mode,
        file: disk.file,
        bytes: disk.file === null ? null : images.facts(disk.file).bytesOnDisk,
        // What libvirt itself goes by: it removes this image when it deletes a leaf beside the live chain.
        frozen: item.imagesThen.get(disk.name) ?? null,
      }),
    ),
    memoryFile:
      item.memoryFile === null ? null : { file: item.memoryFile, bytes: images.facts(item.memoryFile).bytesOnDisk },
    size:
      kind === 'external'
        ? externalSize(item, images, uuid, branches)
        : internalSize(item.name, internalFiles(item), context),
  }
}

/** Instants a Date can hold; what a metadata file claims beyond year 9999 is not a time. */
const createdAt = (seconds: number | null) =>
  seconds === null || seconds > 253_402_300_799 ? null : instantAt(seconds * 1000)

const kindOf = (item: SnapshotXml): Snapshot['kind'] =>
  item.memory === 'external' || item.disks.some((disk) => disk.mode === 'external') || item.state === 'disk-snapshot'
    ? 'external'
    : 'internal'

/** `disk-snapshot`: taken of a guest that was active, without its memory; running or paused is not recorded. */
function powerOf(state: string): Snapshot['powerThen'] {
  switch (state) {
    case 'running':
    case 'blocked':
      return 'running'
    case 'paused':
      return 'paused'
    case 'shutoff':
    case 'crashed':
      return 'off'
    default:
      return 'unknown'
  }
}

/**
 * What libvirt's record proves, not what is likely.
 * Guest off: nothing wrote meanwhile, so the disks hold what a power cut left at worst. Whether it had been shut down
 * in order is not recorded. With memory: disks and memory are of one instant. Disk-only of an active guest: whether its
 * file systems were frozen is not recorded either, and 'crash' would deny those that were.
 */
function consistencyOf(item: SnapshotXml): Consistency {
  return item.memory !== 'no' || powerOf(item.state) === 'off' ? 'crash' : 'unknown'
}

/** The images an internal snapshot lies in: those its disks had when it was taken. */
const internalFiles = (item: SnapshotXml): string[] =>
  item.disks.filter((disk) => disk.mode === 'internal').flatMap((disk) => item.imagesThen.get(disk.name) ?? [])

/**
 * Disks whose part of the snapshot is known to be gone: an internal one its image does not list, an external one whose
 * frozen image or memory file is not where it was. What could not be looked at counts as there.
 */
function missingData(item: SnapshotXml, { images, tables, uuid }: SnapshotContext): string[] {
  const missing = item.disks.flatMap((disk) => {
    if (disk.mode !== 'internal') return []
    const file = item.imagesThen.get(disk.name)
    const table = file === undefined ? undefined : tables.tables.get(file)
    return table !== undefined && !table.some((entry) => entry.name === item.name) ? [disk.name] : []
  })
  for (const { name, frozen } of frozenDisks(item, images, uuid)) {
    if (frozen !== null && images.isAbsent(frozen)) missing.push(name)
  }
  if (item.memoryFile !== null && images.isAbsent(item.memoryFile)) missing.push('memory')
  return missing
}

/** libvirt refuses a slash in snapshot names, so this never meets one of its own. */
const unmanagedId = (name: string) => `qcow2/${name}`

/** Snapshots that images of this guest hold and libvirt does not list. Images other guests use too are left out. */
function findUnmanaged(context: SnapshotContext, managed: ReadonlySet<string>) {
  const { chains, images, tables } = context
  const found = new Map<string, { disk: string; entry: Qcow2Snapshot }[]>()
  for (const { disk, images: files } of chains) {
    for (const file of files.filter((candidate) => images.usersOf(candidate).size <= 1)) {
      for (const entry of tables.tables.get(file) ?? []) {
        if (managed.has(entry.name)) continue
        const parts = found.get(entry.name) ?? []
        if (!parts.some((part) => part.disk === disk.target)) parts.push({ disk: disk.target, entry })
        found.set(entry.name, parts)
      }
    }
  }
  return [...found].map(([name, parts]) => {
    const missing = chains
      .filter((chain) => couldHold(chain, tables) && !parts.some((part) => part.disk === chain.disk.target))
      .map((chain) => chain.disk.target)
    return { snapshot: unmanagedSnapshot(name, parts, missing.length > 0), missing }
  })
}

/** A writable disk whose active image keeps snapshots and was looked into. */
const couldHold = ({ disk, images }: DiskChain, { tables }: ImageTables) =>
  disk.device === 'disk' && !disk.readOnly && images[0] !== undefined && tables.has(images[0])

function unmanagedSnapshot(
  name: string,
  parts: readonly { disk: string; entry: Qcow2Snapshot }[],
  incomplete: boolean,
): Snapshot {
  const memory = parts.reduce((sum, { entry }) => sum + entry.memoryBytes, 0)
  return {
    nativeId: unmanagedId(name),
    name,
    parent: null,
    parentMissing: null,
    createdAt: createdAt(parts[0]?.entry.createdSeconds ?? null),
    description: '',
    memory: memory > 0 ? 'saved' : 'none',
    powerThen: 'unknown',
    consistency: 'unknown',
    kind: 'internal',
    unmanaged: true,
    incomplete,
    disks: parts.map(({ disk }) => ({ name: disk, mode: 'internal', file: null, bytes: null })),
    memoryFile: null,
    size:
      memory > 0
        ? { bytes: memory, confidence: 'at-least', source: 'memory-reported' }
        : { bytes: null, confidence: 'unknown', source: 'internal-shared' },
  }
}
