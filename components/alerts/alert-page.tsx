'use client'
import { ChevronLeft } from 'lucide-react'
import Link from 'next/link'
/** One alert as a page: what a notice links to, and all there is on a phone. */
import { useTranslations } from 'next-intl'
import { Icon } from '@/components/ui/icon'
import { useRecordKeys } from '@/components/ui/record-keys'
import { AlertPanel } from './alert-panel'

export function AlertPage({ alertId }: { alertId: string }) {
  const t = useTranslations('inbox')
  useRecordKeys('alert', alertId)
  return (
    <div className="sw-alert-page">
      <Link href="/alerts" className="back">
        <Icon icon={ChevronLeft} />
        {t('toList')}
      </Link>
      <AlertPanel alertId={alertId} page />
    </div>
  )
}
