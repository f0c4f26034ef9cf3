'use client'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { SeverityBadge } from '@/components/ui/severity'
import type { RulePreview } from '@/lib/domain/alert-view'
import { useFormat } from '@/lib/i18n/use-format'

/** Enough to recognise what it is about. */
const SHOWN = 8

/** What a rule would have fired on, and how far back that is known. */
export function PreviewWords({ preview }: { preview: RulePreview }) {
  const t = useTranslations('rules.preview')
  const format = useFormat()
  const now = useNow()
  const { firings, firingsTotal, since, days, subjects, untold } = preview
  const shown = firings.slice(0, SHOWN)
  const past = since !== null
  return (
    <div className="sw-box mt-3 p-3">
      <p className="font-strong">
        {past ? t('past', { days: String(days), count: firingsTotal }) : t('present', { count: firingsTotal })}
      </p>
      <ul className="sw-firings">
        {shown.map(({ subjectName, where, severity, from, until }) => (
          <li key={`${where} ${subjectName} ${from}`}>
            <SeverityBadge severity={severity} plain />
            <span>
              {subjectName} · {where}
            </span>
            {past && (
              <span className="end">
                {format.date(from, 'moment', now)} – {until === null ? t('ongoing') : format.date(until, 'moment', now)}
              </span>
            )}
          </li>
        ))}
      </ul>
      {firingsTotal > shown.length && <p>{t('more', { count: format.number(firingsTotal - shown.length) })}</p>}
      <p className="text-12 text-text-2 mt-1">
        {t('subjects', { count: subjects, untold })} {past && t('since', { date: format.date(since, 'moment', now) })}
      </p>
    </div>
  )
}
