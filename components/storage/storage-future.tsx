'use client'
/** The head of a storage's page: how full, when it is full, and the chart both come from. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { usageSeverity } from '@/components/ui/meter'
import type { Forecast } from '@/lib/domain/forecast'
import { HISTORY_RANGES, type HistoryRange } from '@/lib/domain/storage'
import type { StorageDetail } from '@/lib/domain/view'
import type { UsageLines } from '@/lib/engine/alerts/usage-lines'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { FIRST_RANGE } from './first-range'
import { silenceWords } from './silence-words'
import { StorageChart } from './storage-chart'
import { StorageChartTable } from './storage-chart-table'
import { useUsageLines } from './use-usage-lines'

export function StorageFuture({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage.future')
  const [range, setRange] = useState<HistoryRange>(FIRST_RANGE)
  const [asTable, setAsTable] = useState(false)
  const { data: told } = useSuspenseQuery(q.storageForecast(storage.id))
  const { data: history } = useQuery(q.storageHistory(storage.id, range))
  const sentence = useForecastSentence()(told.forecast)
  const label = useChartLabel(storage, range, history?.steps[0]?.usedBytes ?? null, sentence)
  const { capacityBytes } = told.effective
  const lines = useUsageLines()(storage)
  return (
    <section className="px-6 max-md:px-4 pb-3" aria-label={t('title')}>
      <Headline storage={storage} lines={lines} sentence={sentence} />
      <Bounds forecast={told.forecast} />
      <div className="sw-chart-head">
        <h2>{t('title')}</h2>
        <Button size="sm" onClick={() => setAsTable(!asTable)} aria-pressed={asTable}>
          {asTable ? t('showChart') : t('showTable')}
        </Button>
        <Segmented
          label={t('range')}
          name="range"
          hideLabel
          small
          value={range}
          onChange={setRange}
          options={HISTORY_RANGES.map((each) => ({ value: each, label: t(`ranges.${each}`) }))}
        />
      </div>
      {history === undefined ? (
        <div className="sw-chart" />
      ) : capacityBytes === null || capacityBytes === 0 || history.steps.length === 0 ? (
        <p className="text-text-2 py-4">{t('none')}</p>
      ) : asTable ? (
        <StorageChartTable history={history} forecast={told.forecast} capacityBytes={capacityBytes} />
      ) : (
        <StorageChart
          history={history}
          forecast={told.forecast}
          capacityBytes={capacityBytes}
          usedBytes={storage.usedBytes}
          label={label}
          lines={lines}
        />
      )}
    </section>
  )
}

function Headline({ storage, lines, sentence }: { storage: StorageDetail; lines: UsageLines; sentence: string }) {
  const t = useTranslations('storage.future.severity')
  const format = useFormat()
  const { usedBytes, capacityBytes } = storage
  if (usedBytes === null || capacityBytes === null || capacityBytes === 0) return <p className="pb-1">{sentence}</p>
  const share = usedBytes / capacityBytes
  const severity = storage.stale ? 'stale' : usageSeverity(share, lines)
  return (
    <p className="sw-storage-headline">
      <strong className={severity === 'ok' ? undefined : `sw-text-${severity}`}>
        {t(severity, { share: format.percent(share) })}
      </strong>{' '}
      {sentence}
    </p>
  )
}

/** When full at the earliest and at the latest; nothing where full is not in sight. */
function Bounds({ forecast }: { forecast: Forecast }) {
  const t = useTranslations('storage.future')
  const format = useFormat()
  const now = useNow()
  const full = forecast.status === 'told' ? forecast.crossings.at(-1) : undefined
  if (full?.at == null || full.earliest === null) return null
  const earliest = format.date(full.earliest, 'day', now)
  const latest = full.latest === null ? null : format.date(full.latest, 'day', now)
  // A past without ups and downs leaves no range to tell.
  if (latest === earliest) return null
  return (
    <p className="text-12 text-text-3">
      {latest === null ? t('betweenOpen', { earliest }) : t('between', { earliest, latest })}
    </p>
  )
}

/** What each share is called. */
const NAMES = { 0.8: 'warning', 0.9: 'critical', 0.95: 'emergency', 1: 'full' } as const

/** The forecast as one sentence, the same above the chart and for those who hear it. */
function useForecastSentence(): (forecast: Forecast) => string {
  const t = useTranslations('storage.future')
  const format = useFormat()
  const now = useNow()
  return (forecast) => {
    if (forecast.status === 'silent') {
      return t(silenceWords(forecast), { time: format.duration(forecast.hasMillis) })
    }
    const size = format.bytes(Math.abs(forecast.perDay.midBytes))
    const list = forecast.crossings.flatMap(({ share, at }) =>
      at === null ? [] : [t(`crossing.${NAMES[share]}`, { date: format.date(at, 'day', now) })],
    )
    if (list.length > 0) return t('crossings', { list: format.list(list.slice(-3)), size })
    return forecast.trend === 'steady' ? t('steady') : t(forecast.trend, { size })
  }
}

function useChartLabel(
  storage: StorageDetail,
  range: HistoryRange,
  startBytes: number | null,
  forecast: string,
): string {
  const t = useTranslations('storage')
  const common = useTranslations('common')
  const format = useFormat()
  const share = (bytes: number | null): string | null =>
    bytes === null || storage.capacityBytes === null || storage.capacityBytes === 0
      ? null
      : format.percent(bytes / storage.capacityBytes)
  return t('chart.label', {
    name: storage.name,
    range: t(`future.rangeLong.${range}`),
    start: share(startBytes) ?? 'none',
    end: share(storage.usedBytes) ?? common('notKnown'),
    forecast,
  })
}
