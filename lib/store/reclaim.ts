/** What the reclaim advisor looks at: the snapshots with bytes on one storage, and the storage's own figures. */
import type { AlertStorage } from '@/lib/domain/alert-view'
import type { CleanUpCandidate } from '@/lib/domain/clean-up'
import type { Environment } from '@/lib/domain/environment'
import type { StorageId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import type { Db } from './client'
import { environmentFrom, SAID_OF_GUEST } from './environments'
import { guestMarkSql, HOLD_IS_ON } from './holds'
import { EFFECTIVE_CAPACITY } from './inventory-storages'

/**
 * Snapshots of the guests on a storage. The bytes are this storage's own only where the guest lies on no other one;
 * else they are not known here. A guest whose snapshots could not be read offers none.
 */
export async function reclaimCandidates(
  db: Db,
  storageId: StorageId,
  environmentOf: (tags: readonly string[], name: string) => Environment,
): Promise<CleanUpCandidate[]> {
  const rows = await db.query<
    Omit<CleanUpCandidate, 'environment' | 'safety' | 'own'> & {
      tags: string[]
      said: string | null
      role: string | null
      expiresAt: Instant | null
      notedAt: Instant | null
    }
  >(
    `SELECT n.id AS "snapshotId", n.name, g.id AS "guestId", g.name AS "guestName", g.tags, ge.environment AS said,
       n.created_at AS "createdAt", n.memory = 'saved' AS memory, n.unmanaged, n.incomplete,
       EXISTS (SELECT 1 FROM holds h WHERE ${HOLD_IS_ON}) AS held,
       g.findings @> '[{"finding": "shared-base"}]' AS shared, o.role, o.expires_at AS "expiresAt", o.written_at AS "notedAt",
       CASE WHEN cardinality(g.storage_names) = 1 THEN n.size_bytes END AS bytes,
       CASE WHEN cardinality(g.storage_names) = 1 THEN n.size_confidence ELSE 'unknown' END AS confidence
     FROM storages t JOIN guests g ON g.connection_id = t.connection_id AND t.name = ANY(g.storage_names)
     JOIN snapshots n ON n.guest_id = g.id
     ${SAID_OF_GUEST}
     LEFT JOIN snapshot_notes o ON o.connection_id = g.connection_id AND o.guest_mark = ${guestMarkSql('g')}
       AND o.snapshot_name = n.name
     WHERE t.id = $1 AND g.snapshots_unread IS NULL`,
    [storageId],
  )
  return rows.map(({ tags, said, role, expiresAt, notedAt, ...row }) => ({
    ...row,
    environment: environmentFrom(said, () => environmentOf(tags, row.guestName)).environment,
    safety: role === 'safety' ? { expiresAt } : null,
    own: notedAt === null ? null : { expiresAt, notedAt },
  }))
}

/** The storages behind alerts, for the bars on their cards; `perDayBytes` is the forecast's growth. */
export async function alertStorages(
  db: Db,
  ids: readonly StorageId[],
): Promise<Map<StorageId, AlertStorage & { perDayBytes: number | null }>> {
  const rows = await db.query<AlertStorage & { perDayBytes: number | null }>(
    `SELECT t.id, t.name, t.used_bytes AS "usedBytes", t.snapshot_bytes AS "snapshotBytes",
       ${EFFECTIVE_CAPACITY} AS "usableBytes", coalesce(t.usable_bytes, t.available_bytes) AS "availableBytes",
       f.full_at AS "fullAt", (f.forecast -> 'perDay' ->> 'midBytes')::float8 AS "perDayBytes",
       (SELECT count(*) FROM guests g WHERE g.connection_id = t.connection_id AND t.name = ANY(g.storage_names)) AS guests
     FROM storages t
     LEFT JOIN storage_series e ON e.connection_id = t.connection_id AND e.native_id = t.native_id
     LEFT JOIN storage_forecasts f ON f.series = e.id WHERE t.id = ANY($1)`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}
