'use client'
/** Every operation, newest first; which of them is in the address. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Activity } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { ReasonNotice, reasonOfError } from '@/components/inventory/reason-notice'
import { Button, ButtonLink } from '@/components/ui/button'
import { LinkTabs, PageHeader } from '@/components/ui/page'
import { useRecordOrder } from '@/components/ui/record-keys'
import { EmptyState, SkeletonRows } from '@/components/ui/states'
import { q } from '@/lib/web/queries'
import { OPERATION_FILTERS, type OperationFilter, operationFilterOf, statesOf } from './operations-filter'
import { OperationsTable } from './operations-table'

export function OperationsPage() {
  const t = useTranslations('operations')
  const filter = operationFilterOf(useSearchParams().get('show'))
  return (
    <div className="flex-1 min-h-0 overflow-auto" data-scroll>
      <PageHeader title={t('title')} sub={t('sub')} className="pb-2" />
      <LinkTabs
        label={t('filter.label')}
        tabs={OPERATION_FILTERS.map((each) => ({ href: hrefOf(each), label: t(`filter.${each}`) }))}
        current={hrefOf(filter)}
      />
      <OperationRows filter={filter} />
    </div>
  )
}

const hrefOf = (filter: OperationFilter): string => (filter === 'all' ? '/operations' : `/operations?show=${filter}`)

function OperationRows({ filter }: { filter: OperationFilter }) {
  const t = useTranslations('operations')
  const states = statesOf(filter)
  const list = useInfiniteQuery(q.operationWindows(states === null ? {} : { state: states }))
  useRecordOrder(
    'operation',
    useMemo(() => list.data?.pages.flatMap(({ rows }) => rows.map(({ id }) => id)) ?? [], [list.data]),
  )
  if (list.isError)
    return (
      <div className="px-6 max-md:px-4 py-3">
        <ReasonNotice reason={reasonOfError(list.error)} onRetry={() => void list.refetch()} />
      </div>
    )
  if (list.isPending) return <SkeletonRows label={t('title')} />
  const rows = list.data.pages.flatMap((page) => page.rows)
  if (rows.length === 0)
    return filter === 'all' ? (
      <EmptyState icon={Activity} title={t('empty.title')}>
        {t('empty.text')}
      </EmptyState>
    ) : (
      <EmptyState
        icon={Activity}
        title={t('emptyFiltered.title', { filter: t(`filter.${filter}`) })}
        actions={<ButtonLink href="/operations">{t('emptyFiltered.clear')}</ButtonLink>}
      />
    )
  return (
    <>
      <OperationsTable rows={rows} />
      {list.hasNextPage && (
        <div className="px-6 max-md:px-4 py-3">
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </>
  )
}
