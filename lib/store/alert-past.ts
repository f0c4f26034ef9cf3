/** The past of storages as rules saw it: hours, with what could truly be used. */
import type { StorageId } from '@/lib/domain/ids'
import type { Bytes, Instant } from '@/lib/domain/units'
import type { Db } from './client'
import { EFFECTIVE_CAPACITY } from './inventory-storages'

export type PastHour = { at: Instant; usedBytes: Bytes | null; usableBytes: Bytes | null; metadataRatio: number | null }

/**
 * Hours of the given storages since `from`, oldest first. Root's reserve is what it is today: a file system is not
 * formatted anew every week.
 */
export async function pastHours(db: Db, ids: readonly StorageId[], from: Instant): Promise<Map<StorageId, PastHour[]>> {
  const rows = await db.query<PastHour & { id: StorageId }>(
    `SELECT t.id, p.at, p.used_max_bytes AS "usedBytes",
       p.capacity_bytes - greatest(0, coalesce(t.capacity_bytes - ${EFFECTIVE_CAPACITY}, 0)) AS "usableBytes",
       p.metadata_ratio::float8 AS "metadataRatio"
     FROM storages t JOIN storage_series e ON e.connection_id = t.connection_id AND e.native_id = t.native_id
     JOIN storage_samples_hourly p ON p.series = e.id AND p.at >= $2
     WHERE t.id = ANY($1) ORDER BY t.id, p.at`,
    [ids, from],
  )
  const past = new Map<StorageId, PastHour[]>()
  for (const { id, ...hour } of rows) {
    const hours = past.get(id)
    if (hours === undefined) past.set(id, [hour])
    else hours.push(hour)
  }
  return past
}
