'use client'
/** What cannot be done as asked, and the alternatives that work: one click makes that plan. */
import { ArrowRight } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useReasonText } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import type { Intent } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import { describeInstead } from '@/lib/i18n/checks'

type Props = { why: readonly Reason[]; instead: readonly Intent[]; busy: boolean; onChoose: (intent: Intent) => void }

export function Alternatives({ why, instead, busy, onChoose }: Props) {
  const t = useTranslations('plan')
  const reasonText = useReasonText()
  return (
    <Notice
      tone="critical"
      title={t('impossible.title')}
      live="polite"
      actions={
        instead.length > 0 && (
          <span className="flex flex-wrap items-center gap-2">
            {instead.map((intent) => (
              <Button
                key={JSON.stringify(intent)}
                size="sm"
                icon={ArrowRight}
                busy={busy}
                onClick={() => onChoose(intent)}
              >
                {describeInstead(intent, t)}
              </Button>
            ))}
            <span className="text-12 text-text-3">{t('impossible.insteadHint')}</span>
          </span>
        )
      }
    >
      <ul className="list-none">
        {why.map((reason) => (
          <li key={JSON.stringify(reason)} className="wrap-anywhere">
            {reasonText(reason)}
          </li>
        ))}
      </ul>
      {instead.length === 0 && <p className="mt-1">{t('impossible.none')}</p>}
    </Notice>
  )
}
