'use client'
/**
 * The guests list. Filter and order live in the URL; the server filters and sorts, this loads windows as they come
 * into view, so that 10,000 guests scroll like twenty.
 */
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Server } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { Button, ButtonLink } from '@/components/ui/button'
import { ColumnsMenu } from '@/components/ui/columns-menu'
import { DataTable } from '@/components/ui/data-table'
import { FilterBar } from '@/components/ui/filter-bar'
import { useShortcut } from '@/components/ui/keyboard'
import { Notice } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'
import { useRecordOrder } from '@/components/ui/record-keys'
import { SelectionBar } from '@/components/ui/selection-bar'
import { EmptyState } from '@/components/ui/states'
import type { GuestRow } from '@/lib/domain/view'
import { parseFilter } from '@/lib/engine/filter/parse'
import { q } from '@/lib/web/queries'
import { GuestCard } from './guest-card'
import { HIDDEN_AT_FIRST, useGuestColumns } from './guests-columns'
import { GuestSelectionActions } from './guests-export'
import { useFilterErrors, useGuestFields } from './guests-filter'
import { GUESTS_WINDOW, orderOf } from './guests-order'
import { useHiddenColumns } from './use-hidden-columns'
import { type ListState, useListState } from './use-list-state'

const rowId = (row: GuestRow): string => row.id
const labelOf = (row: GuestRow): string => row.name
const toneOf = (row: GuestRow): 'stale' | undefined => (row.stale ? 'stale' : undefined)

export function GuestsPage() {
  const t = useTranslations('guests')
  const router = useRouter()
  const [view, setView] = useListState()
  const columns = useGuestColumns()
  const [hidden, setHidden] = useHiddenColumns('guests', HIDDEN_AT_FIRST)
  const fields = useGuestFields()
  const errors = useMemo(() => errorsOf(view.q), [view.q])
  const { rows, total, all, loading, loadMore } = useGuestRows(errors.length === 0 ? view : null)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const hiddenSelected = useHiddenSelected(view.q, selected)
  const seen = useSeenRows(rows)
  useRecordOrder(
    'guest',
    useMemo(() => rows.map(rowId), [rows]),
  )
  useShortcut('Escape', () => setSelected(new Set()), { enabled: selected.size > 0 })
  const selectAllMatching = useSelectAllMatching(view.q, setSelected)
  useShortcut('mod+a', selectAllMatching)

  const filtered = view.q !== ''
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader
        title={t('title')}
        className="pb-2"
        actions={
          <span className="max-md:hidden">
            <ColumnsMenu columns={columns} hidden={hidden} onChange={setHidden} />
          </span>
        }
      />
      <FilterBar
        value={view.q}
        onChange={(text) => setView({ ...view, q: text })}
        fields={fields}
        placeholder={t('filter')}
        summary={all !== null && (filtered ? t('summary', { total: String(total), all }) : t('summaryAll', { all }))}
      />
      <FilterErrors text={view.q} />
      <DataTable
        label={t('list')}
        rows={rows}
        columns={columns}
        rowId={rowId}
        rowTone={toneOf}
        sort={view.sort}
        onSortChange={(sort) => setView({ ...view, sort })}
        hiddenColumns={hidden}
        selection={{ selected, onChange: setSelected, labelOf }}
        onOpen={(row) => router.push(`/guests/${row.id}`)}
        phoneRow={(row) => <GuestCard row={row} />}
        {...(total !== null && { totalRows: total })}
        onEndReached={loadMore}
        empty={loading ? null : <NoGuests filter={view.q} all={all ?? 0} onClear={() => setView({ ...view, q: '' })} />}
      />
      <SelectionBar
        title={t('selected', { count: selected.size })}
        summary={<SelectionSum rows={seen} selected={selected} />}
        count={selected.size}
        hiddenCount={hiddenSelected}
        onClear={() => setSelected(new Set())}
        actions={<GuestSelectionActions selected={selected} rows={seen} />}
      />
    </div>
  )
}

const errorsOf = (text: string) => {
  const parsed = parseFilter(text)
  return parsed.ok ? [] : parsed.errors
}

function useGuestRows(view: ListState | null) {
  const { data, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    ...q.guestWindows({ q: view?.q ?? '', ...orderOf(view?.sort ?? null), limit: GUESTS_WINDOW }),
    placeholderData: keepPreviousData,
    enabled: view !== null,
  })
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data])
  const last = data?.pages.at(-1)
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return { rows, total: last?.total ?? null, all: last?.all ?? null, loading: isPending, loadMore }
}

/** Rows seen so far by id: a selection survives a filter that hides its rows. */
function useSeenRows(rows: readonly GuestRow[]): ReadonlyMap<string, GuestRow> {
  const [seen] = useState(() => new Map<string, GuestRow>())
  for (const row of rows) seen.set(row.id, row)
  return seen
}

/** How many selected guests the filter hides; asked only while something is selected under a filter. */
function useHiddenSelected(text: string, selected: ReadonlySet<string>): number {
  const { data } = useQuery({ ...q.guestIds({ q: text }), enabled: selected.size > 0 && text !== '' })
  return useMemo(() => {
    if (data === undefined || text === '') return 0
    const matching = new Set(data.ids)
    return [...selected].filter((id) => !matching.has(id)).length
  }, [data, selected, text])
}

/** Ctrl A: everything the filter matches, also what is not loaded yet. */
function useSelectAllMatching(text: string, select: (ids: ReadonlySet<string>) => void): () => void {
  const client = useQueryClient()
  return useCallback(() => {
    client.fetchQuery(q.guestIds({ q: text })).then(
      ({ ids }) => select(new Set(ids)),
      (error: unknown) => console.warn('The matching guests could not be listed', error),
    )
  }, [client, text, select])
}

function SelectionSum({ rows, selected }: { rows: ReadonlyMap<string, GuestRow>; selected: ReadonlySet<string> }) {
  const t = useTranslations('guests')
  let snapshots = 0
  for (const id of selected) {
    const count = rows.get(id)?.snapshotCount
    // A sum with an unknown part would read as whole: then it is left out.
    if (count === undefined || count === null) return null
    snapshots += count
  }
  return <>{t('selectedSum', { snapshots })}</>
}

function FilterErrors({ text }: { text: string }): ReactNode {
  const t = useTranslations('guests')
  const sentences = useFilterErrors(errorsOf(text))
  if (sentences.length === 0) return null
  return (
    <div className="px-6 max-md:px-4 pb-2">
      <Notice tone="warning" title={t('bad.title')} live="polite">
        {sentences.join(' ')}
      </Notice>
    </div>
  )
}

function NoGuests({ filter, all, onClear }: { filter: string; all: number; onClear: () => void }) {
  const t = useTranslations('guests.empty')
  if (filter === '' || all === 0) {
    return (
      <EmptyState icon={Server} title={t('title')} actions={<ButtonLink href="/connections">{t('add')}</ButtonLink>}>
        {t('text')}
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={Server}
      title={t('filteredTitle', { filter })}
      actions={<Button onClick={onClear}>{t('clear')}</Button>}
    >
      {t('filtered', { all })}
    </EmptyState>
  )
}
