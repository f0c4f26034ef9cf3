/** Reading storages: pools and datastores, and what is in them. */
import { asId, type GuestId, type StorageId, type VolumeId } from '@/lib/domain/ids'
import type { VolumeRole } from '@/lib/domain/inventory'
import type { Bytes, Instant } from '@/lib/domain/units'
import type { StorageDetail, StorageRow } from '@/lib/domain/view'
import type { Db } from './client'
import { freshness } from './inventory-guests'
import {
  collectedSql,
  oneOf,
  STORAGE_TABLES,
  type StorageColumns,
  storageColumns,
  storageRowFrom,
} from './inventory-rows'

/** Every storage, the first to be full first. */
export async function listStorages(db: Db, now: Instant): Promise<StorageRow[]> {
  const rows = await db.query<StorageColumns>(
    `SELECT ${storageColumns('$1')} FROM ${STORAGE_TABLES} ORDER BY ${BY_TIME_TO_FULL}`,
    [now],
  )
  return rows.map(storageRowFrom)
}

/** The storages that are full first, at most `limit`. */
export async function soonestFullStorages(db: Db, now: Instant, limit: number): Promise<StorageRow[]> {
  const rows = await db.query<StorageColumns>(
    `SELECT ${storageColumns('$1')} FROM ${STORAGE_TABLES}
     ORDER BY ${BY_TIME_TO_FULL} LIMIT $2`,
    [now, limit],
  )
  return rows.map(storageRowFrom)
}

/** One storage without its volumes; null when there is none of that id. */
export async function storageRow(db: Db, id: StorageId, now: Instant): Promise<StorageRow | null> {
  const [row] = await db.query<StorageColumns>(
    `SELECT ${storageColumns('$2')} FROM ${STORAGE_TABLES} WHERE t.id = $1`,
    [id, now],
  )
  return row === undefined ? null : storageRowFrom(row)
}

/** What can be used in all: measured on the file system where it was, else the capacity told. */
export const EFFECTIVE_CAPACITY = 'coalesce(t.used_bytes + t.usable_bytes, t.capacity_bytes)'
/** Used share of a storage, NULL when either figure is not known. */
export const FULLNESS = `t.used_bytes::float8 / nullif(${EFFECTIVE_CAPACITY}, 0)`

/** At this share there is no time left, whatever the trend says. */
const NO_TIME_LEFT = 0.95
/** The first to be full first; those of which nobody can say when, the fullest first; not known at all last. */
const BY_TIME_TO_FULL = `(${FULLNESS} >= ${NO_TIME_LEFT}) DESC NULLS LAST, f.full_at NULLS LAST,
  ${FULLNESS} DESC NULLS LAST, lower(t.name), t.id`

/** One storage with its volumes, the largest first; null when there is none of that id. */
export async function storageDetail(db: Db, id: StorageId, now: Instant): Promise<StorageDetail | null> {
  const [storages, volumes] = await Promise.all([
    db.query<StorageColumns & { volumesAt: Instant | null; volumesUnread: unknown }>(
      `SELECT ${storageColumns('$2')}, t.volumes_unread AS "volumesUnread",
         CASE WHEN t.volumes_unread IS NULL THEN ${collectedSql('t.volumes_at', 's.storages_at')} ELSE t.volumes_at END
           AS "volumesAt"
       FROM ${STORAGE_TABLES} WHERE t.id = $1`,
      [id, now],
    ),
    db.query<VolumeColumns>(
      `SELECT v.id, v.name, v.path, v.format, v.virtual_bytes AS "virtualBytes", v.allocated_bytes AS "allocatedBytes",
         v.backing_file AS "backingFile", v.role,
         coalesce((SELECT jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name) ORDER BY g.name)
           FROM guests g WHERE g.connection_id = t.connection_id AND g.native_id = ANY(v.used_by)), '[]') AS guests
       FROM volumes v JOIN storages t ON t.id = v.storage_id WHERE v.storage_id = $1
       ORDER BY v.allocated_bytes DESC NULLS LAST, v.name, v.id`,
      [id],
    ),
  ])
  const [row] = storages
  if (row === undefined) return null
  return {
    ...storageRowFrom(row),
    volumes: volumes.map((volume) => ({
      ...volume,
      id: asId<VolumeId>(volume.id),
      role: volumeRoleOf(volume.role),
      guests: volume.guests.map((guest) => ({ id: asId<GuestId>(guest.id), name: guest.name })),
    })),
    volumesFreshness: freshness(row.volumesAt, row.volumesUnread),
  }
}

type VolumeColumns = {
  id: string
  name: string
  path: string | null
  format: string
  virtualBytes: Bytes | null
  allocatedBytes: Bytes | null
  backingFile: string | null
  role: string
  guests: { id: string; name: string }[]
}

export const volumeRoleOf = oneOf<VolumeRole>('role of a volume', {
  disk: true,
  overlay: true,
  base: true,
  memory: true,
  iso: true,
  template: true,
  backup: true,
  orphan: true,
  unknown: true,
})
