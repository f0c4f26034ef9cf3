/** Writing what is remembered of storages: samples beside the reading that saw them, and pasts that hypervisors told. */
import type { ConnectionId } from '@/lib/domain/ids'
import type { Reason } from '@/lib/domain/reason'
import type { HistoryPoint } from '@/lib/domain/sample'
import type { StorageEvent } from '@/lib/domain/storage'
import { type Bytes, DAY, epochMillis, type Instant, instantAt } from '@/lib/domain/units'
import { cleanId } from './clean'
import type { Db } from './client'
import { ensurePartitions, PARTITIONED } from './partitions'
import { cleanJson } from './text'
import type { Tx } from './tx'

/** A storage's last sample and its new one, where they differ in more than what is used. */
export type SampleTurn = {
  series: number
  /** null = the first sample */
  before: { at: Instant; usedBytes: Bytes | null; capacityBytes: Bytes | null; path: string | null } | null
  after: { at: Instant; usedBytes: Bytes | null; capacityBytes: Bytes | null; path: string | null }
}

/**
 * Remembers the storages of a reading as they now stand in their rows, one sample a minute at most, in the caller's
 * transaction. Returns those whose capacity, path or clock turned.
 */
export async function recordSamples(
  tx: Tx,
  connectionId: ConnectionId,
  nativeIds: readonly string[],
  at: Instant,
): Promise<SampleTurn[]> {
  if (nativeIds.length === 0) return []
  const ids = nativeIds.map(cleanId)
  const due = await tx.query<{ nativeId: string }>(
    `SELECT t.native_id AS "nativeId" FROM storages t
     LEFT JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id
     WHERE t.connection_id = $1 AND t.native_id = ANY($2)
       AND date_trunc('minute', q.last_at) IS DISTINCT FROM date_trunc('minute', $3::timestamptz)`,
    [connectionId, ids, at],
  )
  if (due.length === 0) return []
  await ensurePartitions(tx, 'storage_samples', at, at)
  const rows = await tx.query<TurnColumns>(RECORD, [connectionId, due.map((row) => row.nativeId), at])
  return rows.map(({ series, lastAt, lastUsedBytes, lastCapacityBytes, lastPath, usedBytes, capacityBytes, path }) => ({
    series,
    before:
      lastAt === null
        ? null
        : { at: lastAt, usedBytes: lastUsedBytes, capacityBytes: lastCapacityBytes, path: lastPath },
    after: { at, usedBytes, capacityBytes, path },
  }))
}

type TurnColumns = {
  series: number
  lastAt: Instant | null
  lastUsedBytes: Bytes | null
  lastCapacityBytes: Bytes | null
  lastPath: string | null
  usedBytes: Bytes | null
  capacityBytes: Bytes | null
  path: string | null
}

/** After a gap this long the hypervisor is asked once more what it remembers. */
const GAP = '2 hours'

/** The old values are read before they are overwritten: one statement sees one state of the tables. */
const RECORD = `WITH due AS (
    SELECT t.*, q.last_at, q.last_used_bytes, q.last_capacity_bytes, q.last_path FROM storages t
    LEFT JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id
    WHERE t.connection_id = $1 AND t.native_id = ANY($2)),
  followed AS (
    INSERT INTO storage_series (connection_id, native_id, last_at, last_used_bytes, last_capacity_bytes, last_path)
    SELECT connection_id, native_id, $3, used_bytes, capacity_bytes, path FROM due
    ON CONFLICT (connection_id, native_id) DO UPDATE SET last_at = excluded.last_at,
      last_used_bytes = coalesce(excluded.last_used_bytes, storage_series.last_used_bytes),
      last_capacity_bytes = coalesce(excluded.last_capacity_bytes, storage_series.last_capacity_bytes),
      last_path = coalesce(excluded.last_path, storage_series.last_path),
      history_at = CASE WHEN excluded.last_at - storage_series.last_at < interval '${GAP}'
        THEN storage_series.history_at END
    RETURNING id, native_id),
  sampled AS (
    INSERT INTO storage_samples (series, at, used_bytes, capacity_bytes, available_bytes, provisioned_bytes,
      snapshot_bytes, metadata_ratio)
    SELECT f.id, $3, d.used_bytes, d.capacity_bytes, d.available_bytes, d.provisioned_bytes, d.snapshot_bytes,
      d.metadata_ratio
    FROM due d JOIN followed f USING (native_id) ON CONFLICT (series, at) DO NOTHING)
  SELECT f.id AS series, d.last_at AS "lastAt", d.last_used_bytes AS "lastUsedBytes",
    d.last_capacity_bytes AS "lastCapacityBytes", d.last_path AS "lastPath", d.used_bytes AS "usedBytes",
    d.capacity_bytes AS "capacityBytes", d.path
  FROM due d JOIN followed f USING (native_id)
  WHERE d.last_capacity_bytes <> d.capacity_bytes OR d.last_path <> d.path OR d.last_at > $3`

/** Adds events to the log, in the caller's transaction. */
export async function insertStorageEvents(
  db: Db,
  events: readonly { series: number; at: Instant; event: StorageEvent }[],
): Promise<void> {
  if (events.length === 0) return
  await db.query(
    `INSERT INTO storage_events (series, at, event) SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::jsonb[])`,
    [events.map(({ series }) => series), events.map(({ at }) => at), events.map(({ event }) => cleanJson(event))],
  )
}

/** Storages of a connection whose past is to be asked for: seen for the first time, or again after a gap. */
export const storagesWithoutHistory = (
  db: Db,
  connectionId: ConnectionId,
): Promise<{ series: number; nativeId: string; name: string; node: string }[]> =>
  db.query(
    `SELECT q.id AS series, t.native_id AS "nativeId", t.name, t.node FROM storages t
     JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id
     WHERE t.connection_id = $1 AND q.history_at IS NULL`,
    [connectionId],
  )

/**
 * Stores pasts that a hypervisor told. Hours and days that hold samples of our own stay as they are, and so does what
 * was told before: telling twice is telling once.
 */
export async function storeHistory(
  tx: Tx,
  histories: readonly { series: number; points: readonly HistoryPoint[]; unread: Reason | null }[],
  now: Instant,
): Promise<void> {
  for (const table of ['storage_samples_hourly', 'storage_samples_daily'] as const) {
    const oldest = instantAt(epochMillis(now) - PARTITIONED[table].keepMillis + DAY)
    const told = histories.flatMap(({ series, points }) =>
      points.filter(({ at }) => at >= oldest && at <= now).map((point) => ({ series, ...point })),
    )
    if (told.length === 0) continue
    await ensurePartitions(tx, table, told.map(({ at }) => at).sort()[0] ?? now, now)
    const unit = table === 'storage_samples_hourly' ? 'hour' : 'day'
    await tx.query(
      `INSERT INTO ${table} (series, at, used_bytes, used_max_bytes, capacity_bytes, samples)
       SELECT series, date_trunc('${unit}', at), avg(used::float8)::bigint, max(used), max(capacity), 0
       FROM unnest($1::int[], $2::timestamptz[], $3::bigint[], $4::bigint[]) AS told(series, at, used, capacity)
       GROUP BY 1, 2 ON CONFLICT (series, at) DO NOTHING`,
      [
        told.map(({ series }) => series),
        told.map(({ at }) => at),
        told.map(({ usedBytes }) => usedBytes),
        told.map(({ capacityBytes }) => capacityBytes),
      ],
    )
  }
  await tx.query(
    `UPDATE storage_series q SET history_at = $3, history_unread = told.unread
     FROM unnest($1::int[], $2::jsonb[]) AS told(series, unread) WHERE q.id = told.series`,
    [
      histories.map(({ series }) => series),
      histories.map(({ unread }) => (unread === null ? null : cleanJson(unread))),
      now,
    ],
  )
}
