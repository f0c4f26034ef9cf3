/** Who reads which image: what decides whether an image may be written to. */
import { asId, type ConnectionId, type GuestId, type StorageId } from '@/lib/domain/ids'
import type { ImagesUnread, PlanVolume } from '@/lib/domain/plan-world'
import type { Reason } from '@/lib/domain/reason'
import type { Bytes } from '@/lib/domain/units'
import type { Db } from './client'
import { reasonSchema } from './json'

/** Deeper than any chain anybody can run; it only bounds the search. */
const MOST_LAYERS = 64

/** Volumes that are one of these files or read through one of them, however far above. */
export async function imageVolumes(
  db: Db,
  storageIds: readonly StorageId[],
  files: readonly string[],
): Promise<PlanVolume[]> {
  if (files.length === 0) return []
  const rows = await db.query<{
    connectionId: string
    storageId: string
    path: string
    backingFile: string | null
    format: string
    virtualBytes: Bytes | null
    allocatedBytes: Bytes | null
    usedBy: { nativeId: string; name: string }[]
  }>(
    `WITH RECURSIVE reading AS (
       SELECT path, 0 AS depth FROM unnest($2::text[]) AS mine(path)
       UNION SELECT v.path, r.depth + 1 FROM reading r JOIN volumes v ON v.backing_file = r.path
         WHERE v.storage_id = ANY($1) AND v.path IS NOT NULL AND r.depth < ${MOST_LAYERS})
     SELECT t.connection_id AS "connectionId", v.storage_id AS "storageId", v.path, v.backing_file AS "backingFile",
       v.format, v.virtual_bytes AS "virtualBytes", v.allocated_bytes AS "allocatedBytes",
       coalesce((SELECT jsonb_agg(jsonb_build_object('nativeId', g.native_id, 'name', g.name) ORDER BY g.name)
         FROM guests g WHERE g.connection_id = t.connection_id AND g.native_id = ANY(v.used_by)), '[]') AS "usedBy"
     FROM volumes v JOIN storages t ON t.id = v.storage_id
     WHERE v.storage_id = ANY($1) AND v.path IN (SELECT path FROM reading) ORDER BY v.path, v.id`,
    [storageIds, files],
  )
  return rows.map((row) => ({
    ...row,
    connectionId: asId<ConnectionId>(row.connectionId),
    storageId: asId<StorageId>(row.storageId),
  }))
}

/** Parts of these connections that could name an image and were not read at the last attempt. */
export async function unreadImages(
  db: Db,
  connectionIds: readonly ConnectionId[],
  asked: readonly GuestId[],
): Promise<ImagesUnread[]> {
  const rows = await db.query<{
    connectionId: string
    connectionName: string
    section: ImagesUnread['section']
    subject: string | null
    why: unknown
  }>(
    `SELECT c.id AS "connectionId", c.name AS "connectionName", u.section, u.subject, u.why FROM connections c
     CROSS JOIN LATERAL (
       SELECT 'guests' AS section, NULL::text AS subject, s.last_error AS why FROM connection_states s
         WHERE s.connection_id = c.id AND s.failures > 0 AND s.last_error IS NOT NULL
       UNION ALL SELECT 'disks', g.name, g.disks_unread FROM guests g
         WHERE g.connection_id = c.id AND g.disks_unread IS NOT NULL
       UNION ALL SELECT 'snapshots', g.name, g.snapshots_unread FROM guests g
         WHERE g.connection_id = c.id AND g.snapshots_unread IS NOT NULL
       UNION ALL SELECT 'images', g.name, g.images_unread FROM guests g
         WHERE g.connection_id = c.id AND g.images_unread IS NOT NULL AND g.id = ANY($2)
       UNION ALL SELECT 'volumes', t.name, t.volumes_unread FROM storages t
         WHERE t.connection_id = c.id AND t.volumes_unread IS NOT NULL) u
     WHERE c.id = ANY($1) ORDER BY c.name, u.section, u.subject`,
    [connectionIds, asked],
  )
  const never = await db.query<{ connectionId: string; connectionName: string }>(
    `SELECT c.id AS "connectionId", c.name AS "connectionName" FROM connections c
     LEFT JOIN connection_states s ON s.connection_id = c.id WHERE c.id = ANY($1) AND s.guests_at IS NULL`,
    [connectionIds],
  )
  return [
    ...never.map(
      ({ connectionId, connectionName }): ImagesUnread => ({
        connectionId: asId<ConnectionId>(connectionId),
        connectionName,
        section: 'guests',
        subject: null,
        why: NEVER_READ,
      }),
    ),
    ...rows.map((row) => ({
      ...row,
      connectionId: asId<ConnectionId>(row.connectionId),
      why: reasonSchema.parse(row.why),
    })),
  ]
}

const NEVER_READ: Reason = { code: 'interrupted' }
