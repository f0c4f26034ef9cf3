/** A guest's snapshot list, with Proxmox VE's `current` pseudo-entry taken out of it. */
import type { SnapshotsOfGuest } from '@/lib/domain/inventory'
import type { MemoryState, Size, Snapshot, SnapshotDisk, SnapshotKind } from '@/lib/domain/snapshot'
import { type Bytes, type Instant, instantAt } from '@/lib/domain/units'
import type { SnapshotRow, VolumeRow } from '../wire'
import type { Drive } from './drives'
import { SIZE_SOURCES, type StorageRule } from './storage-rules'

/** "You are here!": the live state, which the API lists as if it were a snapshot. The name is reserved. */
export const CURRENT = 'current'

export type DriveOnStorage = { drive: Drive; rule: StorageRule | null; volume: VolumeRow | null }

export type SnapshotContext = {
  vmid: string
  drives: readonly DriveOnStorage[]
  /** volumes of saved memory, by the snapshot's name */
  memoryVolumes: ReadonlyMap<string, VolumeRow>
}

export type MappedSnapshots = SnapshotsOfGuest & {
  /** the live state names a parent that is not there */
  currentParentMissing: string | null
}

/** Maps the list. Its order is random at every call: ours is by time, then by name. */
export function mapSnapshots(rows: readonly SnapshotRow[], context: SnapshotContext): MappedSnapshots {
  const current = rows.find(({ name }) => name === CURRENT)
  const real = rows.filter(({ name }) => name !== CURRENT).sort(byTime)
  const names = new Set(real.map(({ name }) => name))
  const live = current?.parent ?? null
  const items = real.map((row) => mapSnapshot(row, names, row.name === live, context))
  const there = live !== null && names.has(live)
  // Its entry without a parent says: on none. An entry that is not listed, or a parent that is not, says nothing.
  const unknown = items.length > 0 && (current === undefined || (live !== null && !there))
  return {
    items,
    currentParent: there ? live : null,
    ...(unknown ? { currentUnknown: true } : {}),
    currentParentMissing: there ? null : live,
  }
}

const byTime = (a: SnapshotRow, b: SnapshotRow): number =>
  (a.snaptime ?? 0) - (b.snaptime ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

function mapSnapshot(
  row: SnapshotRow,
  names: ReadonlySet<string>,
  isNewest: boolean,
  context: SnapshotContext,
): Snapshot {
  const parent = row.parent ?? null
  const known = parent !== null && names.has(parent)
  const memory: MemoryState = row.vmstate ? 'saved' : 'none'
  const volume = memory === 'saved' ? context.memoryVolumes.get(row.name) : undefined
  const disks = isNewest ? chainDisks(context.drives) : []
  return {
    nativeId: row.name,
    name: row.name,
    parent: known ? parent : null,
    parentMissing: known ? null : parent,
    createdAt: createdAt(row.snaptime),
    // A container's comes with a line break that nobody wrote (recorded 375).
    description: (row.description ?? '').replace(/\n$/, ''),
    memory,
    powerThen: memory === 'saved' ? 'running' : 'unknown',
    consistency: 'unknown',
    kind: kindOf(context.drives),
    unmanaged: false,
    incomplete: row.snapstate !== null,
    disks,
    memoryFile: volume === undefined ? null : { file: volume.volid, bytes: volume.used },
    size: sizeOf(disks, volume?.used ?? null, memory, context.drives),
  }
}

const createdAt = (seconds: number | null): Instant | null => {
  const millis = seconds === null ? Number.NaN : seconds * 1000
  return millis > 0 && millis < 8.64e15 ? instantAt(millis) : null
}

const kindOf = (drives: readonly DriveOnStorage[]): SnapshotKind =>
  drives.length > 0 && drives.every(({ rule }) => rule?.kept === 'internal') ? 'internal' : 'native'

/**
 * The disks a snapshot surely holds. The list does not name them, and a disk may have come later: only a volume chain's
 * top file says by its backing file that the newest snapshot covers it.
 */
function chainDisks(drives: readonly DriveOnStorage[]): SnapshotDisk[] {
  return drives
    .filter(({ rule, volume }) => rule?.kept === 'chain' && volume?.parent != null)
    .map(({ drive, volume }) => ({
      name: drive.key,
      mode: 'native' as const,
      file: volume?.volid ?? null,
      bytes: volume?.used ?? null,
    }))
}

/**
 * Never the provisioned size. A volume chain's newest snapshot costs the file on top; saved memory costs its volume;
 * blocks shared inside an image or a pool are told by nobody.
 */
function sizeOf(
  disks: readonly SnapshotDisk[],
  memoryBytes: Bytes | null,
  memory: MemoryState,
  drives: readonly DriveOnStorage[],
): Size {
  const overlays = disks.flatMap(({ bytes }) => (bytes === null ? [] : [bytes]))
  const others = drives.find(({ rule }) => rule !== null && rule.kept !== 'chain')?.rule ?? null
  const complete =
    others === null &&
    disks.length > 0 &&
    overlays.length === drives.length &&
    (memory === 'none' || memoryBytes !== null)
  const parts = memoryBytes === null ? overlays : [...overlays, memoryBytes]
  if (parts.length === 0) {
    const kept = drives.find(({ rule }) => rule !== null)?.rule?.kept
    return { bytes: null, confidence: 'unknown', source: kept === undefined ? 'not-told' : SIZE_SOURCES[kept] }
  }
  return {
    bytes: parts.reduce((sum, bytes) => sum + bytes, 0),
    confidence: complete ? 'exact' : 'at-least',
    source:
      overlays.length === 0
        ? 'memory-reported'
        : memoryBytes === null
          ? 'overlay-allocation-live'
          : 'overlay-and-memory',
  }
}
