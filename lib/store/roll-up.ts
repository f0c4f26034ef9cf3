/** Samples become hours, hours become days. Rolling up twice gives the same. */
import { DAY, epochMillis, HOUR, type Instant, instantAt, type Millis } from '@/lib/domain/units'
import { ensurePartitions, PARTITIONED } from './partitions'
import type { Tx } from './tx'

/** Any constant: one worker at a time. */
const ROLL_UP_LOCK = 7_266_003
/** Samples are written within the minute; what a busy database writes late is still caught. */
const AGAIN: Millis = 2 * HOUR
const SETTING = 'samples.rolled-up-to'

/**
 * Rolls up what came in since the last time, the hour and the day under way included. Returns false when another worker
 * is at it.
 */
export async function rollUp(tx: Tx, now: Instant): Promise<boolean> {
  const [lock] = await tx.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [ROLL_UP_LOCK])
  if (lock?.mine !== true) return false
  const [last] = await tx.query<{ to: Instant }>(
    `SELECT (value #>> '{}')::timestamptz AS to FROM settings WHERE key = $1`,
    [SETTING],
  )
  const oldest = epochMillis(now) - PARTITIONED.storage_samples.keepMillis
  const since = last === undefined ? oldest : Math.max(oldest, Math.min(epochMillis(last.to), epochMillis(now)) - AGAIN)
  const hour = instantAt(Math.floor(since / HOUR) * HOUR)
  const day = instantAt(Math.floor(since / DAY) * DAY)
  await ensurePartitions(tx, 'storage_samples_hourly', hour, now)
  await ensurePartitions(tx, 'storage_samples_daily', day, now)
  await tx.query(
    `INSERT INTO storage_samples_hourly AS kept (series, at, used_bytes, used_max_bytes, capacity_bytes,
       provisioned_bytes, snapshot_bytes, metadata_ratio, samples)
     SELECT series, date_trunc('hour', at), avg(used_bytes::float8)::bigint, max(used_bytes), max(capacity_bytes),
       max(provisioned_bytes), avg(snapshot_bytes::float8)::bigint, max(metadata_ratio), count(*)
     FROM storage_samples WHERE at >= $1 AND at <= $2 GROUP BY 1, 2
     ON CONFLICT (series, at) DO UPDATE SET ${OVERWRITE} WHERE kept.samples < excluded.samples`,
    [hour, now],
  )
  await tx.query(
    `INSERT INTO storage_samples_daily AS kept (series, at, used_bytes, used_max_bytes, capacity_bytes,
       provisioned_bytes, snapshot_bytes, metadata_ratio, samples)
     SELECT series, date_trunc('day', at), avg(used_bytes::float8)::bigint, max(used_max_bytes), max(capacity_bytes),
       max(provisioned_bytes), avg(snapshot_bytes::float8)::bigint, max(metadata_ratio), sum(samples)
     FROM storage_samples_hourly WHERE at >= $1 AND at <= $2 GROUP BY 1, 2
     ON CONFLICT (series, at) DO UPDATE SET ${OVERWRITE} WHERE kept.samples < excluded.samples`,
    [day, now],
  )
  await tx.query(
    `INSERT INTO settings (key, value, updated_at) VALUES ($1, to_jsonb($2::text), now())
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [SETTING, now],
  )
  return true
}

const OVERWRITE = `used_bytes = excluded.used_bytes, used_max_bytes = excluded.used_max_bytes,
  capacity_bytes = excluded.capacity_bytes, provisioned_bytes = excluded.provisioned_bytes,
  snapshot_bytes = excluded.snapshot_bytes, metadata_ratio = excluded.metadata_ratio, samples = excluded.samples`
