/** Replays series: what a forecaster said at the cut against what then happened. */
import { DAY, epochMillis, HOUR } from '@/lib/domain/units'
import { forecastStorage } from '../forecast'
import { quantile } from '../quantile'
import { type GrowthSeries, HORIZON_DAYS, type SeriesKind } from './series'

/** Days until full, null = not within the horizon. */
export type Forecaster = (series: GrowthSeries) => number | null

export const ours: Forecaster = ({ samples, capacityBytes, now }) => {
  const forecast = forecastStorage({
    points: samples.map(({ at, usedBytes }) => ({ at: epochMillis(at), usedBytes })),
    capacityBytes,
  })
  if (forecast.status === 'silent') return null
  const full = forecast.crossings.find(({ share }) => share === 1)?.at ?? null
  return full === null ? null : Math.max(0, (epochMillis(full) - epochMillis(now)) / DAY)
}

/** Ordinary least squares over every sample, as others do it. */
export const plainRegression: Forecaster = ({ samples, capacityBytes }) => {
  const count = samples.length
  let meanX = 0
  let meanY = 0
  for (const [hour, { usedBytes }] of samples.entries()) {
    meanX += hour / count
    meanY += usedBytes / count
  }
  let covariance = 0
  let variance = 0
  for (const [hour, { usedBytes }] of samples.entries()) {
    covariance += (hour - meanX) * (usedBytes - meanY)
    variance += (hour - meanX) ** 2
  }
  const slope = covariance / variance
  const level = meanY + slope * (count - 1 - meanX)
  if (slope <= 0) return null
  const days = (((capacityBytes - level) / slope) * HOUR) / DAY
  return days > HORIZON_DAYS ? null : Math.max(0, days)
}

export type BacktestLine = {
  kind: SeriesKind | 'all'
  series: number
  medianErrorDays: number
  /** said full within 7 days, and it was not */
  falseAlarms: number
  /** was full within 7 days, and nobody had said so */
  missed: number
}

const SOON_DAYS = 7

/** The table of one forecaster: a line for each kind, and one for all. */
export function backtest(series: readonly GrowthSeries[], forecaster: Forecaster): BacktestLine[] {
  const answers = series.map((each) => ({ kind: each.kind, said: forecaster(each), was: each.fullInDays }))
  const kinds = [...new Set(series.map(({ kind }) => kind))]
  return (['all', ...kinds] as const).map((kind) => {
    const ofKind = answers.filter((answer) => kind === 'all' || answer.kind === kind)
    const filling = ofKind.filter(({ was }) => was !== null)
    const cap = (days: number | null): number => days ?? HORIZON_DAYS
    return {
      kind,
      series: ofKind.length,
      medianErrorDays: quantile(
        filling.map(({ said, was }) => Math.abs(cap(said) - cap(was))),
        0.5,
      ),
      falseAlarms: ofKind.filter(({ said, was }) => cap(said) <= SOON_DAYS && cap(was) > SOON_DAYS).length,
      missed: ofKind.filter(({ said, was }) => cap(was) <= SOON_DAYS && cap(said) > SOON_DAYS).length,
    }
  })
}
