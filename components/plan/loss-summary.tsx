'use client'
/** What is lost, beside the button that does it: on a phone the consequence list is further down. */
import { useTranslations } from 'next-intl'
import { SeverityIcon } from '@/components/ui/severity'
import type { Plan } from '@/lib/domain/plan'
import { lossLines } from '@/lib/i18n/consequences'
import { useFormat } from '@/lib/i18n/use-format'

export function LossSummary({ plan }: { plan: Plan }) {
  const t = useTranslations('plan')
  const format = useFormat()
  const lines = lossLines(plan.losses, { t, format })
  if (lines.length === 0) return null
  return (
    <section className="lg:hidden">
      <h3 className="font-[600]">{t('confirm.losing')}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line.label} className="sw-check-line grid-cols-[18px_minmax(0,1fr)_auto]! py-1.5!">
            <SeverityIcon severity="warning" />
            <span className="wrap-anywhere">{line.label}</span>
            <span className="font-strong num">{line.value}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
