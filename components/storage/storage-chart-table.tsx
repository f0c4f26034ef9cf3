'use client'
/** The same as the chart, in rows: for those who read it with a screen reader, or copy it. */
import { useTranslations } from 'next-intl'
import { Bytes } from '@/components/ui/bytes'
import { useNow } from '@/components/ui/clock'
import type { Forecast } from '@/lib/domain/forecast'
import type { HistoryStep, StorageEventAt, StorageHistoryView } from '@/lib/domain/storage'
import { useFormat } from '@/lib/i18n/use-format'
import { useEventWords } from './event-words'

/** Rows a person can read; the chart has more. */
const ROWS = 32

export function StorageChartTable({
  history,
  forecast,
  capacityBytes,
}: {
  history: StorageHistoryView
  forecast: Forecast
  capacityBytes: number
}) {
  const t = useTranslations('storage.chart')
  const format = useFormat()
  const now = useNow()
  const words = useEventWords()
  const every = Math.max(1, Math.ceil(history.steps.length / ROWS))
  const rows = history.steps.filter((_, index) => (history.steps.length - 1 - index) % every === 0)
  return (
    <div className="sw-chart-tables">
      {forecast.status === 'told' && forecast.crossings.length > 0 && <Crossings forecast={forecast} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <section className="sw-chart-table" aria-label={t('caption')} tabIndex={0}>
        <table className="sw-table sw-table-flush sw-table-static">
          <caption className="sr-only">{t('caption')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('time')}</th>
              <th scope="col" className="w-26 sw-number">
                {t('used')}
              </th>
              <th scope="col" className="w-20 sw-number">
                {t('share')}
              </th>
              <th scope="col" className="w-26 sw-number max-md:hidden">
                {t('held')}
              </th>
              <th scope="col" className="w-[34%] max-md:hidden">
                {t('what')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((step, index) => (
              <tr key={step.at}>
                <th scope="row">{format.date(step.at, 'moment', now)}</th>
                <td className="sw-number">
                  <Bytes value={step.usedBytes} cell />
                </td>
                <td className="sw-number">
                  {step.usedBytes === null ? '' : format.percent(step.usedBytes / capacityBytes, 'cell')}
                </td>
                <td className="sw-number max-md:hidden">
                  <Bytes value={step.snapshotBytes} cell />
                </td>
                <td className="max-md:hidden text-text-2">
                  {eventsOf(history.events, step, rows[index + 1])
                    .map(words.whole)
                    .join(' ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}

const eventsOf = (events: readonly StorageEventAt[], step: HistoryStep, next: HistoryStep | undefined) =>
  events.filter(({ at }) => at >= step.at && (next === undefined || at < next.at))

function Crossings({ forecast }: { forecast: Extract<Forecast, { status: 'told' }> }) {
  const t = useTranslations('storage.chart')
  const format = useFormat()
  const now = useNow()
  const date = (at: string | null, otherwise: string): string => (at === null ? otherwise : format.date(at, 'day', now))
  return (
    <table className="sw-table sw-table-flush sw-table-static">
      <caption className="sr-only">{t('crossingsCaption')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('share')}</th>
          <th scope="col">{t('reached')}</th>
          <th scope="col">{t('earliest')}</th>
          <th scope="col">{t('latest')}</th>
        </tr>
      </thead>
      <tbody>
        {forecast.crossings.map(({ share, at, earliest, latest }) => (
          <tr key={share}>
            <th scope="row">{format.percent(share)}</th>
            <td>{date(at, t('notWithinAYear'))}</td>
            <td>{date(earliest, t('notWithinAYear'))}</td>
            <td>{date(latest, t('perhapsNever'))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
