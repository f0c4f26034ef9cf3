'use client'
/** Every operation, newest first; which of them is in the address. */
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Activity, SearchX } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { ReasonNotice, reasonOfError } from '@/components/inventory/reason-notice'
import { Button, ButtonLink } from '@/components/ui/button'
import { Select } from '@/components/ui/choice'
import { FilterForm } from '@/components/ui/filter-form'
import { LinkTabs, PageHeader } from '@/components/ui/page'
import { useRecordOrder } from '@/components/ui/record-keys'
import { EmptyState, SkeletonRows } from '@/components/ui/states'
import { TextField } from '@/components/ui/text-field'
import { OPERATION_KINDS } from '@/lib/domain/operation'
import { q } from '@/lib/web/queries'
import {
  isSearch,
  OPERATION_SHOWS,
  type OperationFilter,
  operationFilterOf,
  operationsHref,
  operationsInput,
} from './operations-filter'
import { OperationsTable } from './operations-table'

export function OperationsPage() {
  const t = useTranslations('operations')
  const search = useSearchParams()
  const filter = operationFilterOf((name) => search.get(name))
  return (
    <div className="flex-1 min-h-0 overflow-auto" data-scroll>
      <PageHeader title={t('title')} sub={t('sub')} className="pb-2" />
      <LinkTabs
        label={t('filter.label')}
        tabs={OPERATION_SHOWS.map((show) => ({
          href: operationsHref({ ...filter, show }),
          label: t(`filter.${show}`),
        }))}
        current={operationsHref(filter)}
      />
      <div className="pt-3">
        <OperationSearch key={operationsHref(filter)} filter={filter} />
      </div>
      <OperationRows filter={filter} />
    </div>
  )
}

function OperationSearch({ filter }: { filter: OperationFilter }) {
  const t = useTranslations('operations.search')
  const { data: connections } = useSuspenseQuery(q.connections())
  const { show } = filter
  return (
    <FilterForm
      action="/operations"
      keep={{ show: show === 'all' ? undefined : show }}
      show={t('show')}
      clear={isSearch(filter) ? { label: t('clear'), href: operationsHref({ show }) } : null}
    >
      <div className="w-60 max-md:w-full">
        <TextField name="q" type="search" label={t('text')} defaultValue={filter.q ?? ''} maxLength={200} />
      </div>
      <div className="w-40 max-md:flex-1">
        <Select
          name="kind"
          label={t('kind')}
          defaultValue={filter.kind ?? ''}
          options={[['', t('anyKind')], ...OPERATION_KINDS.map((kind) => [kind, t(`kinds.${kind}`)] as const)]}
        />
      </div>
      <div className="w-48 max-md:flex-1">
        <Select
          name="connection"
          label={t('connection')}
          defaultValue={filter.connection ?? ''}
          options={[['', t('anyConnection')], ...connections.map(({ id, name }) => [id, name] as const)]}
        />
      </div>
    </FilterForm>
  )
}

function OperationRows({ filter }: { filter: OperationFilter }) {
  const t = useTranslations('operations')
  const list = useInfiniteQuery(q.operationWindows(operationsInput(filter)))
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
  if (rows.length === 0) return <NoOperation filter={filter} />
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

function NoOperation({ filter }: { filter: OperationFilter }) {
  const t = useTranslations('operations')
  const showAll = <ButtonLink href="/operations">{t('emptyFiltered.clear')}</ButtonLink>
  if (isSearch(filter))
    return (
      <EmptyState icon={SearchX} title={t('search.empty')} actions={showAll}>
        {t('search.emptyText')}
      </EmptyState>
    )
  if (filter.show !== 'all')
    return (
      <EmptyState
        icon={Activity}
        title={t('emptyFiltered.title', { filter: t(`filter.${filter.show}`) })}
        actions={showAll}
      />
    )
  return (
    <EmptyState icon={Activity} title={t('empty.title')}>
      {t('empty.text')}
    </EmptyState>
  )
}
