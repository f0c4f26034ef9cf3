'use client'
/** How bad an alert is by now; what is on its way back says so, and what is over too. */
import { useTranslations } from 'next-intl'
import { SeverityBadge } from '@/components/ui/severity'
import { type Alert, severityNow } from '@/lib/domain/alert'
import { looksLike } from './alert-words'

export function AlertBadge({ alert, plain = false }: { alert: Alert; plain?: boolean }) {
  const t = useTranslations('inbox')
  const word =
    alert.resolvedAt !== null ? t('history.resolved') : severityNow(alert) === null ? t('clearing') : undefined
  return (
    <SeverityBadge severity={alert.resolvedAt === null ? looksLike(alert) : 'ok'} plain={plain}>
      {word}
    </SeverityBadge>
  )
}
