/** Writes storages and their volumes as merged. */
import { randomUUID } from 'node:crypto'
import type { ConnectionId } from '@/lib/domain/ids'
import type { Volume } from '@/lib/domain/inventory'
import type { KnownStorage, StorageFiguresKept } from '@/lib/domain/known'
import { cleanBytes, cleanId, MAX_NAME_LENGTH } from './clean'
import { cleanJson, cleanText } from './text'
import type { Tx } from './tx'

export type StorageToWrite = {
  storage: KnownStorage
  figures: StorageFiguresKept
  /** digest of what was read */
  fingerprint: string
}

/** One statement's text stays around a megabyte, whatever a storage holds. */
const VOLUMES_PER_STATEMENT = 2_000

/** Inserts or rewrites storages with their volumes; volumes no longer there go. Returns id by native id. */
export async function writeStorages(
  tx: Tx,
  connectionId: ConnectionId,
  storages: readonly StorageToWrite[],
): Promise<Map<string, string>> {
  if (storages.length === 0) return new Map()
  const rows = storages.map((each) => cleanJson(storageRow(each)))
  const written = await tx.query<{ id: string; nativeId: string }>(WRITE_STORAGES, [
    connectionId,
    `[${rows.join(',')}]`,
  ])
  const ids = new Map(written.map((row) => [row.nativeId, row.id]))
  for (const { storage } of storages) {
    if (storage.volumes.unread !== null || storage.volumes.value === null) continue
    const id = ids.get(cleanId(storage.facts.nativeId))
    if (id === undefined) throw new Error(`storage ${storage.facts.nativeId} was not written`)
    await writeVolumes(tx, id, storage.volumes.value)
  }
  return ids
}

/** Removes storages that are gone, with their volumes. Returns their ids. */
export async function removeStorages(
  tx: Tx,
  connectionId: ConnectionId,
  nativeIds: readonly string[],
): Promise<string[]> {
  if (nativeIds.length === 0) return []
  const rows = await tx.query<{ id: string }>(
    'DELETE FROM storages WHERE connection_id = $1 AND native_id = ANY($2) RETURNING id',
    [connectionId, nativeIds],
  )
  return rows.map((row) => row.id)
}

async function writeVolumes(tx: Tx, storageId: string, volumes: readonly Volume[]): Promise<void> {
  await tx.query('DELETE FROM volumes WHERE storage_id = $1 AND native_id <> ALL ($2::text[])', [
    storageId,
    volumes.map((volume) => cleanId(volume.nativeId)),
  ])
  for (let from = 0; from < volumes.length; from += VOLUMES_PER_STATEMENT) {
    const rows = volumes.slice(from, from + VOLUMES_PER_STATEMENT).map((volume) => cleanJson(volumeRow(volume)))
    await tx.query(WRITE_VOLUMES, [storageId, `[${rows.join(',')}]`])
  }
}

const storageRow = ({ storage, figures, fingerprint }: StorageToWrite): Record<string, unknown> => ({
  id: randomUUID(),
  native_id: cleanId(storage.facts.nativeId),
  name: cleanText(storage.facts.name, MAX_NAME_LENGTH),
  node: cleanText(storage.facts.node, MAX_NAME_LENGTH),
  type: storage.facts.type,
  active: storage.facts.active,
  path: storage.facts.path,
  capacity_bytes: cleanBytes(storage.facts.capacityBytes),
  used_bytes: cleanBytes(storage.facts.usedBytes),
  available_bytes: cleanBytes(storage.facts.availableBytes),
  provisioned_bytes: cleanBytes(storage.facts.provisionedBytes),
  usable_bytes: cleanBytes(storage.facts.usableBytes ?? null),
  metadata_ratio: storage.facts.metadataRatio ?? null,
  inodes_total: storage.facts.inodes?.total ?? null,
  inodes_free: storage.facts.inodes?.free ?? null,
  snapshot_bytes: cleanBytes(figures.snapshotBytes),
  orphan_count: figures.orphanCount,
  orphan_bytes: cleanBytes(figures.orphanBytes),
  source: storage.facts.source,
  volumes_at: storage.volumes.at,
  volumes_unread: storage.volumes.unread,
  fingerprint,
  collected_at: storage.collectedAt,
})

const volumeRow = (volume: Volume): Record<string, unknown> => ({
  id: randomUUID(),
  native_id: cleanId(volume.nativeId),
  name: cleanText(volume.name, MAX_NAME_LENGTH),
  path: volume.path,
  format: volume.format,
  virtual_bytes: cleanBytes(volume.virtualBytes),
  allocated_bytes: cleanBytes(volume.allocatedBytes),
  backing_file: volume.backingFile,
  backing_unread: volume.backingUnread ?? false,
  used_by: volume.usedBy,
  role: volume.role,
})

const STORAGE_COLUMNS = `id text, native_id text, name text, node text, type text, active boolean, path text,
  capacity_bytes bigint, used_bytes bigint, available_bytes bigint, provisioned_bytes bigint, usable_bytes bigint,
  metadata_ratio real, inodes_total bigint, inodes_free bigint, snapshot_bytes bigint,
  orphan_count integer, orphan_bytes bigint, source text, volumes_at timestamptz, volumes_unread jsonb,
  fingerprint text, collected_at timestamptz`
const VOLUME_COLUMNS = `id text, native_id text, name text, path text, format text, virtual_bytes bigint,
  allocated_bytes bigint, backing_file text, backing_unread boolean, used_by text[], role text`

/** That a file system has a number of inodes stays true while it cannot be asked. */
const KEPT_WHERE_NOT_TOLD = ['inodes_total']

const namesIn = (columns: string): string[] => columns.split(',').map((column) => column.trim().split(' ')[0] ?? '')
const update = (columns: string): string =>
  namesIn(columns)
    .filter((name) => name !== 'id' && name !== 'native_id')
    .map(
      (name) =>
        `${name} = ${KEPT_WHERE_NOT_TOLD.includes(name) ? `coalesce(excluded.${name}, storages.${name})` : `excluded.${name}`}`,
    )
    .join(', ')

const WRITE_STORAGES = `INSERT INTO storages (connection_id, ${namesIn(STORAGE_COLUMNS).join(', ')})
  SELECT $1, r.* FROM jsonb_to_recordset($2::jsonb) AS r(${STORAGE_COLUMNS})
  ON CONFLICT (connection_id, native_id) DO UPDATE SET ${update(STORAGE_COLUMNS)}
  RETURNING id, native_id AS "nativeId"`

const WRITE_VOLUMES = `INSERT INTO volumes (storage_id, ${namesIn(VOLUME_COLUMNS).join(', ')})
  SELECT $1, r.* FROM jsonb_to_recordset($2::jsonb) AS r(${VOLUME_COLUMNS})
  ON CONFLICT (storage_id, native_id) DO UPDATE SET ${update(VOLUME_COLUMNS)}`
