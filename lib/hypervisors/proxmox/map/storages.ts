/** Storages as Proxmox VE shows them: a shared one once, a local one on every node that has it. */
import type { CollectedStorage, Section, StorageFacts, Volume, VolumeRole } from '@/lib/domain/inventory'
import type { StorageDefinition, ThinPool, VolumeRow } from '../wire'
import { compareNames } from './drives'

/** One storage on one node, or a shared one as its best node sees it. */
export type StorageSeen = {
  nativeId: string
  storage: string
  /** '' for a shared one */
  node: string
  type: string
  content: string[]
  shared: boolean
  active: boolean
  total: number | null
  used: number | null
  avail: number | null
}

/** `local` is another storage on each node; a shared one is the same everywhere. */
export const storageNativeId = (node: string, storage: string, shared: boolean): string =>
  shared ? storage : `${node}/${storage}`

/** Who holds which volume, as far as guests were read. */
export type VolumeUsers = {
  usersOf: (volid: string) => string[]
  /** whether nothing unread could name a volume of this vmid: it is then used, or an orphan */
  everythingRead: (vmid: number | null) => boolean
  /** the snapshot whose memory a volume is */
  isMemory: (volid: string) => boolean
  isBase: (vmid: number | null) => boolean
}

export function mapStorage(
  seen: StorageSeen,
  volumes: Section<VolumeRow[]>,
  users: VolumeUsers,
  definition: StorageDefinition | null,
  pool: ThinPool | null,
): CollectedStorage {
  return {
    facts: factsOf(seen, volumes, definition, pool),
    volumes:
      volumes.status === 'unread'
        ? volumes
        : { status: 'read', value: volumes.value.map((row) => mapVolume(row, seen, users)).sort(byName) },
  }
}

const byName = (a: Volume, b: Volume): number => compareNames(a.nativeId, b.nativeId)

function factsOf(
  seen: StorageSeen,
  volumes: Section<VolumeRow[]>,
  definition: StorageDefinition | null,
  pool: ThinPool | null,
): StorageFacts {
  // An inactive storage is listed with zeros (recorded 464), which are no figures.
  const figure = (value: number | null): number | null => (seen.active && value !== null ? Math.round(value) : null)
  const metadata = metadataRatioOf(pool)
  return {
    nativeId: seen.nativeId,
    name: seen.storage,
    node: seen.node,
    type: seen.type,
    active: seen.active,
    path: definition?.path ?? definition?.pool ?? null,
    capacityBytes: figure(seen.total),
    usedBytes: figure(seen.used),
    availableBytes: figure(seen.avail),
    provisionedBytes: provisionedOf(volumes),
    ...(metadata === null ? {} : { metadataRatio: metadata }),
    source: 'proxmox-status',
  }
}

function metadataRatioOf(pool: ThinPool | null): number | null {
  if (pool === null || pool.metadata_size === null || pool.metadata_used === null || pool.metadata_size <= 0)
    return null
  return Math.min(1, Math.max(0, pool.metadata_used / pool.metadata_size))
}

/** What guests were promised; null while one volume does not tell its size. */
function provisionedOf(volumes: Section<VolumeRow[]>): number | null {
  if (volumes.status === 'unread') return null
  let sum = 0
  for (const { content, size, format } of volumes.value) {
    if (content !== 'images' && content !== 'rootdir') continue
    if (size === null || format === 'subvol') return null
    sum += size
  }
  return sum
}

function mapVolume(row: VolumeRow, seen: StorageSeen, users: VolumeUsers): Volume {
  const usedBy = users.usersOf(row.volid)
  const disk = row.content === 'images' || row.content === 'rootdir'
  return {
    nativeId: row.volid,
    name: row.volid.slice(row.volid.indexOf(':') + 1),
    path: null,
    format: row.format ?? 'unknown',
    virtualBytes: disk && row.format !== 'subvol' ? row.size : null,
    // Only disks tell what they take; a backup, an image or a template is as large as it is.
    allocatedBytes: disk ? (row.format === 'subvol' ? null : row.used) : row.size,
    backingFile: row.parent,
    usedBy,
    role: roleOf(row, usedBy, seen, users),
  }
}

/**
 * What a volume is. An orphan only where everything that could name it was read, and never on a shared storage: another
 * cluster may use it, and no API of this one would tell.
 */
function roleOf(row: VolumeRow, usedBy: readonly string[], seen: StorageSeen, users: VolumeUsers): VolumeRole {
  switch (row.content) {
    case 'iso':
      return 'iso'
    case 'backup':
      return 'backup'
    case 'images':
    case 'rootdir':
      break
    default:
      return 'template'
  }
  if (users.isMemory(row.volid)) return 'memory'
  if (usedBy.length > 0) return users.isBase(row.vmid) ? 'base' : 'disk'
  return !seen.shared && users.everythingRead(row.vmid) ? 'orphan' : 'unknown'
}

/** `vm-101-state-live_ram.raw`: the memory a snapshot saved. */
export function memoryOf(volid: string): { vmid: string; snapshot: string } | null {
  const [, vmid, snapshot] = /(?:^|[:/])vm-(\d+)-state-(.+?)(?:\.(?:raw|qcow2))?$/.exec(volid) ?? []
  return vmid === undefined || snapshot === undefined ? null : { vmid, snapshot }
}
