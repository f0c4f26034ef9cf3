/** Makes forecasts anew from the hours that were rolled up, so that lists read one row a storage and never its past. */
import type { UsedAt } from '@/lib/domain/forecast'
import { type Bytes, DAY, epochMillis, type Instant, instantAt } from '@/lib/domain/units'
import { FORECAST_LOOKS_BACK, forecastStorage } from '@/lib/engine/forecast/forecast'
import { effectiveSpace } from '@/lib/engine/storage/effective'
import { recordChanges } from '@/lib/store/changes'
import type { Store } from '@/lib/store/client'
import {
  type ForecastKept,
  pastOf,
  storagesToForecast,
  type ToForecast,
  writeForecasts,
} from '@/lib/store/storage-past'
import { withTransaction } from '@/lib/store/tx'

/** Storages whose past is in memory at once: some ten megabytes. */
const AT_ONCE = 100
const SPARK_SPAN = 30 * DAY
const SPARK_POINTS = 40

/** Forecasts every storage that is followed, or only those named. */
export async function refreshForecasts(store: Store, now: Instant, series: readonly number[] | null): Promise<void> {
  const storages = await storagesToForecast(store, series)
  const since = instantAt(epochMillis(now) - FORECAST_LOOKS_BACK)
  for (let from = 0; from < storages.length; from += AT_ONCE) {
    const batch = storages.slice(from, from + AT_ONCE)
    const past = await pastOf(
      store,
      batch.map((storage) => storage.series),
      since,
      now,
    )
    const forecasts = batch.map((storage) => forecastOf(storage, past.get(storage.series) ?? []))
    await withTransaction(store, (tx) => writeForecasts(tx, forecasts, now))
  }
  if (storages.length === 0) return
  await withTransaction(store, (tx) =>
    recordChanges(tx, [
      { topic: 'storages', id: null },
      { topic: 'storage', id: null },
    ]),
  )
}

function forecastOf(storage: ToForecast, all: readonly UsedAt[]): ForecastKept {
  const replaced = storage.replacedAt === null ? null : epochMillis(storage.replacedAt)
  const points = replaced === null ? all : all.filter(({ at }) => at >= replaced)
  const { capacityBytes } = effectiveSpace(storage)
  return {
    series: storage.series,
    forecast: forecastStorage({ points, capacityBytes }),
    ...sparkOf(points, capacityBytes),
  }
}

/** Used shares of the last month at most, evenly apart. Where a moment is missing the one before it stands. */
function sparkOf(points: readonly UsedAt[], capacityBytes: Bytes | null): Pick<ForecastKept, 'spark' | 'sparkFrom'> {
  const last = points.at(-1)
  const first = points.find(({ at }) => last !== undefined && at >= last.at - SPARK_SPAN)
  if (last === undefined || first === undefined || last === first || capacityBytes === null || capacityBytes === 0) {
    return { spark: [], sparkFrom: null }
  }
  const spark: number[] = []
  let index = points.indexOf(first)
  for (let place = 0; place < SPARK_POINTS; place += 1) {
    const at = first.at + ((last.at - first.at) * place) / (SPARK_POINTS - 1)
    while ((points[index + 1]?.at ?? Number.POSITIVE_INFINITY) <= at) index += 1
    spark.push(Math.round(((points[index]?.usedBytes ?? 0) / capacityBytes) * 10_000) / 10_000)
  }
  return { spark, sparkFrom: instantAt(first.at) }
}
