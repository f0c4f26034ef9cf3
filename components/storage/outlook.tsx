'use client'
/** A storage's future in few words and a small drawing: rows of lists and cards. */
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { epochMillis } from '@/lib/domain/units'
import type { StorageRow } from '@/lib/domain/view'
import type { UsageLines } from '@/lib/engine/alerts/usage-lines'
import { useFormat } from '@/lib/i18n/use-format'

/** "full in 26 d", or why there is no such number. */
export function useOutlookWords(): (storage: Pick<StorageRow, 'outlook' | 'usedBytes' | 'capacityBytes'>) => string {
  const t = useTranslations('storage.outlook')
  const format = useFormat()
  const now = useNow()
  return ({ outlook, usedBytes, capacityBytes }) => {
    if (usedBytes !== null && capacityBytes !== null && usedBytes >= capacityBytes) return t('full')
    const forecast = outlook?.forecast
    if (forecast === undefined) return t('historyShort')
    if (forecast.status === 'silent') return t(forecast.because === 'history-short' ? 'historyShort' : 'noFigures')
    const at = forecast.crossings.at(-1)?.at ?? null
    if (at !== null) return t('fullIn', { time: format.age(Math.max(0, epochMillis(at) - epochMillis(now))) })
    return t(forecast.trend === 'growing' ? 'overAYear' : forecast.trend)
  }
}

const WIDTH = 88
const HEIGHT = 22
const PAST = 0.62

/** The last month solid, the forecast dashed, the line of an emergency dotted. The words beside it say the same, so it says nothing itself. */
export function Sparkline({ storage, lines }: { storage: StorageRow; lines: UsageLines }) {
  const { outlook, capacityBytes } = storage
  const [, , limit] = lines
  const spark = outlook?.spark ?? []
  const last = spark.at(-1)
  if (last === undefined || capacityBytes === null || outlook?.sparkFrom == null) return null
  const forecast = outlook.forecast.status === 'told' ? outlook.forecast : null
  const span = forecast === null ? 0 : epochMillis(forecast.madeFrom) - epochMillis(outlook.sparkFrom)
  const end =
    forecast === null ? last : last + (forecast.perDay.midBytes * (span / 86_400_000) * (1 / PAST - 1)) / capacityBytes
  const floor = Math.min(...spark, end, 0.9) - 0.02
  const y = (share: number): string =>
    (1 + (1 - (Math.min(1, Math.max(floor, share)) - floor) / (1 - floor)) * (HEIGHT - 2)).toFixed(1)
  const x = (index: number): string => ((index / (spark.length - 1)) * WIDTH * PAST).toFixed(1)
  return (
    <svg className="sw-spark" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {limit !== null && <path className="limit" d={`M0,${y(limit / 100)}H${WIDTH}`} />}
      <path className="past" d={`M${spark.map((share, index) => `${x(index)},${y(share)}`).join('L')}`} />
      {forecast !== null && <path className="future" d={`M${x(spark.length - 1)},${y(last)}L${WIDTH},${y(end)}`} />}
    </svg>
  )
}
