/** Reading what is remembered of storages: charts from hours and days, never from samples; and what forecasts need. */
import type { Forecast, ForecastPoint, UsedAt } from '@/lib/domain/forecast'
import type { StorageId } from '@/lib/domain/ids'
import type { HistoryRange, HistoryStep, StorageEventAt } from '@/lib/domain/storage'
import { type Bytes, DAY, epochMillis, HOUR, type Instant, instantAt, type Millis } from '@/lib/domain/units'
import type { Db } from './client'
import { forecastSchema, pathSchema, storageEventSchema } from './json'
import { cleanJson } from './text'
import type { Tx } from './tx'

/** How long a step of a chart stands for: some hundred steps are what a screen can show. */
export const STEPS: Record<HistoryRange, { spanMillis: Millis; stepMillis: Millis; table: 'hourly' | 'daily' }> = {
  '7d': { spanMillis: 7 * DAY, stepMillis: HOUR, table: 'hourly' },
  '30d': { spanMillis: 30 * DAY, stepMillis: 3 * HOUR, table: 'hourly' },
  '90d': { spanMillis: 90 * DAY, stepMillis: 6 * HOUR, table: 'hourly' },
  '365d': { spanMillis: 365 * DAY, stepMillis: DAY, table: 'daily' },
}

/** The steps of a storage's chart, oldest first; null when there is no storage of that id. */
export async function historySteps(
  db: Db,
  id: StorageId,
  range: HistoryRange,
  now: Instant,
): Promise<{ from: Instant; steps: HistoryStep[]; events: StorageEventAt[] } | null> {
  const [found] = await db.query<{ series: number | null }>(
    `SELECT q.id AS series FROM storages t
     LEFT JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id WHERE t.id = $1`,
    [id],
  )
  if (found === undefined) return null
  const { spanMillis, stepMillis, table } = STEPS[range]
  const from = instantAt(Math.floor((epochMillis(now) - spanMillis) / stepMillis) * stepMillis)
  if (found.series === null) return { from, steps: [], events: [] }
  const [steps, events] = await Promise.all([
    db.query<HistoryStep>(
      `SELECT date_bin($4 * interval '1 millisecond', at, $2) AS at, avg(used_bytes::float8)::bigint AS "usedBytes",
         max(used_max_bytes) AS "usedMaxBytes", max(capacity_bytes) AS "capacityBytes",
         avg(snapshot_bytes::float8)::bigint AS "snapshotBytes", max(provisioned_bytes) AS "provisionedBytes",
         max(metadata_ratio)::float8 AS "metadataRatio", bool_and(samples = 0) AS remembered
       FROM storage_samples_${table} WHERE series = $1 AND at >= $2 AND at <= $3 GROUP BY 1 ORDER BY 1`,
      [found.series, from, now, stepMillis],
    ),
    db.query<{ at: Instant; event: unknown }>(
      'SELECT at, event FROM storage_events WHERE series = $1 AND at >= $2 ORDER BY at LIMIT 100',
      [found.series, from],
    ),
  ])
  return { from, steps, events: events.map(({ at, event }) => ({ ...storageEventSchema.parse(event), at })) }
}

/** A storage whose future is to be told. */
export type ToForecast = {
  series: number
  source: string
  type: string
  capacityBytes: Bytes | null
  usedBytes: Bytes | null
  availableBytes: Bytes | null
  usableBytes: Bytes | null
  /** when another storage took its place: what lies before says nothing of it */
  replacedAt: Instant | null
}

/** Every storage that is followed over time; only some of them where `series` names those. */
export const storagesToForecast = (db: Db, series: readonly number[] | null): Promise<ToForecast[]> =>
  db.query(
    `SELECT q.id AS series, t.source, t.type, t.capacity_bytes AS "capacityBytes", t.used_bytes AS "usedBytes",
       t.available_bytes AS "availableBytes", t.usable_bytes AS "usableBytes",
       (SELECT max(e.at) FROM storage_events e WHERE e.series = q.id AND e.event->>'event' IN ('replaced', 'moved'))
         AS "replacedAt"
     FROM storages t JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id
     WHERE $1::int[] IS NULL OR q.id = ANY($1) ORDER BY q.id`,
    [series],
  )

/** The hours of some storages since `from`, oldest first. */
export async function pastOf(
  db: Db,
  series: readonly number[],
  from: Instant,
  to: Instant,
): Promise<Map<number, UsedAt[]>> {
  // As text: a driver takes arrays apart character by character, which for a million hours costs more than reading them.
  const rows = await db.query<{ series: number; at: string; used: string }>(
    `SELECT series, string_agg(date_part('epoch', at)::bigint::text, ',' ORDER BY at) AS at,
       string_agg(used_bytes::text, ',' ORDER BY at) AS used
     FROM storage_samples_hourly WHERE series = ANY($1) AND at >= $2 AND at <= $3 AND used_bytes IS NOT NULL
     GROUP BY series`,
    [series, from, to],
  )
  return new Map(
    rows.map(({ series: id, at, used }) => {
      const bytes = used.split(',')
      return [
        id,
        at.split(',').map((second, index) => ({ at: Number(second) * 1000, usedBytes: Number(bytes[index]) })),
      ]
    }),
  )
}

export type ForecastKept = {
  series: number
  forecast: Forecast
  spark: number[]
  sparkFrom: Instant | null
}

/** Writes forecasts over the last ones. */
export async function writeForecasts(tx: Tx, forecasts: readonly ForecastKept[], now: Instant): Promise<void> {
  if (forecasts.length === 0) return
  const rows = forecasts.map(({ series, forecast, spark, sparkFrom }) => {
    const told = forecast.status === 'told' ? forecast : null
    const { path = [], ...rest } = told ?? { ...forecast, path: undefined }
    return {
      series,
      full_at: told?.crossings.find(({ share }) => share === 1)?.at ?? null,
      forecast: rest,
      path: path ?? [],
      spark,
      spark_from: sparkFrom,
    }
  })
  await tx.query(
    `INSERT INTO storage_forecasts (series, made_at, full_at, forecast, path, spark, spark_from)
     SELECT r.series, $2, r.full_at, r.forecast, r.path, r.spark, r.spark_from FROM jsonb_to_recordset($1::jsonb)
       AS r(series int, full_at timestamptz, forecast jsonb, path jsonb, spark real[], spark_from timestamptz)
     ON CONFLICT (series) DO UPDATE SET made_at = excluded.made_at, full_at = excluded.full_at,
       forecast = excluded.forecast, path = excluded.path, spark = excluded.spark, spark_from = excluded.spark_from`,
    [cleanJson(rows), now],
  )
}

/** The forecast of a storage with its path; null when none was made yet. */
export async function readForecast(db: Db, id: StorageId): Promise<{ forecast: Forecast; madeAt: Instant } | null> {
  const [row] = await db.query<{ forecast: unknown; path: unknown; madeAt: Instant }>(
    `SELECT f.forecast, f.path, f.made_at AS "madeAt" FROM storages t
     JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id
     JOIN storage_forecasts f ON f.series = q.id WHERE t.id = $1`,
    [id],
  )
  if (row === undefined) return null
  const forecast = forecastSchema.parse(row.forecast)
  const path: ForecastPoint[] = pathSchema.parse(row.path)
  return { forecast: forecast.status === 'told' ? { ...forecast, path } : forecast, madeAt: row.madeAt }
}
