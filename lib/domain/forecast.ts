/** When a storage will be full, as far as its past can tell. */
import type { Bytes, Instant, Millis } from './units'

/** One moment of the past a forecast is made from. */
export type UsedAt = { at: Millis; usedBytes: Bytes }

/** Used shares whose crossing is told: warning, critical, emergency, full. */
export const CROSSING_SHARES = [0.8, 0.9, 0.95, 1] as const
export type CrossingShare = (typeof CROSSING_SHARES)[number]

/**
 * When a share is reached. `at` null = not within the horizon. `earliest` and `latest` bound it as the past varied;
 * `latest` null = perhaps never.
 */
export type Crossing = { share: CrossingShare; at: Instant | null; earliest: Instant | null; latest: Instant | null }

/** Where usage is expected to be at a moment of the future. */
export type ForecastPoint = { at: Instant; lowBytes: Bytes; midBytes: Bytes; highBytes: Bytes }

export type Forecast =
  | {
      status: 'silent'
      /** too little past, a past too full of gaps, or no figures at all */
      because: 'history-short' | 'figures-missing'
      /** how long a past there is; a forecast needs FORECAST_NEEDS of it */
      hasMillis: Millis
    }
  | {
      status: 'told'
      /** the last moment of the past it is made from */
      madeFrom: Instant
      trend: 'growing' | 'steady' | 'shrinking'
      /** growth a day; low and high as the past varied. Negative = it shrinks. */
      perDay: { lowBytes: number; midBytes: number; highBytes: number }
      /** only those not yet passed, in order */
      crossings: Crossing[]
      /** from `madeFrom` to the horizon or shortly after full */
      path: ForecastPoint[]
    }
