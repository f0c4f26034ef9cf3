'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { q } from '@/lib/web/queries'
import { ClosedRow } from './alert-row'

/** What ended, newest first, page after page. */
export function ClosedList({ empty }: { empty: ReactNode }) {
  const t = useTranslations('inbox')
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(q.closedAlertWindows())
  if (data === undefined) return null
  const alerts = data.pages.flatMap((page) => page.alerts)
  if (alerts.length === 0) return empty
  return (
    <div>
      <ul className="sw-alerts" aria-label={t('show.closed')}>
        {alerts.map((alert) => (
          <ClosedRow key={alert.id} alert={alert} />
        ))}
      </ul>
      {hasNextPage && (
        <div className="px-6 py-3">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </div>
  )
}
