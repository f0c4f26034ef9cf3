'use client'
/** The operations tab of a guest. */
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Activity } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { ReasonNotice, reasonOfError } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { ScrollPane } from '@/components/ui/page'
import { EmptyState, SkeletonRows } from '@/components/ui/states'
import { q } from '@/lib/web/queries'
import { OperationsTable } from './operations-table'

export function GuestOperations({ guestId }: { guestId: string }) {
  const t = useTranslations('operations')
  const { data: guest } = useSuspenseQuery(q.guest(guestId))
  const list = useInfiniteQuery(q.operationWindows({ guest: guestId }))
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? []
  return (
    <ScrollPane className="pt-2">
      {list.isPending && <SkeletonRows label={t('title')} />}
      {list.isError && (
        <div className="px-6 max-md:px-4 py-3">
          <ReasonNotice reason={reasonOfError(list.error)} onRetry={() => void list.refetch()} />
        </div>
      )}
      {list.isSuccess && rows.length === 0 && (
        <EmptyState icon={Activity} title={t('guestEmpty', { guest: guest.name })}>
          {t('empty.text')}
        </EmptyState>
      )}
      {rows.length > 0 && <OperationsTable rows={rows} oneGuest />}
      {list.hasNextPage && (
        <div className="px-6 max-md:px-4 py-3">
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </ScrollPane>
  )
}
