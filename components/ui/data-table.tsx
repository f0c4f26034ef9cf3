'use client'
import { Fragment, type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { cx } from './class-names'
import { type DataColumn, type DataSelection, type DataSort, nextSort, sortRows } from './data-table-model'
import { BodyRow, HeadCell, type RowActions, SelectAllCell, Spacer } from './data-table-rows'
import { useKeysInPlace } from './row-keys'
import { useRowNavigation } from './row-navigation'
import { OVERSCAN, useRowHeight, useRowWindow } from './row-window'
import { useIsPhone } from './use-media'

const NOTHING_HIDDEN: ReadonlySet<string> = new Set()

export type DataTableProps<Row> = {
  /** what the table lists, for screen readers */
  label: string
  rows: readonly Row[]
  columns: readonly DataColumn<Row>[]
  rowId: (row: Row) => string
  sort?: DataSort | null
  onSortChange?: (sort: DataSort | null) => void
  hiddenColumns?: ReadonlySet<string>
  selection?: DataSelection<Row>
  /** Enter, or a click beside a row's links */
  onOpen?: (row: Row) => void
  phoneRow?: (row: Row) => ReactNode
  phoneRowHeight?: number
  /** rows there are, when `rows` holds only the first of them */
  totalRows?: number
  /** the last loaded rows came into view */
  onEndReached?: () => void
  /** shown instead of rows when there are none */
  empty?: ReactNode
  /** `stale` greys a row whose values are last known */
  rowTone?: (row: Row) => 'stale' | undefined
}

/**
 * A table for many rows: only those in view are in the page, so 10,000 scroll like 20. Sticky head, sortable heads,
 * selection, keyboard (see row-navigation). It fills a flex column: give its parent `flex min-h-0 flex-1 flex-col`.
 * On a phone the page itself scrolls and `phoneRow` draws each row as a card.
 *
 * Keep `columns` and `rowId` stable (module scope or useMemo): rows are drawn again only when something changed.
 * A cell shows its row and keeps nothing of its own: its elements may be another row's next (see row-keys).
 */
export function DataTable<Row>({
  label,
  rows,
  columns,
  rowId,
  sort = null,
  onSortChange,
  hiddenColumns = NOTHING_HIDDEN,
  selection,
  onOpen,
  phoneRow,
  phoneRowHeight = 72,
  totalRows,
  onEndReached,
  empty,
  rowTone,
}: DataTableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const isPhone = useIsPhone()
  const asCards = isPhone && phoneRow !== undefined
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort])
  const shown = useMemo(() => columns.filter((column) => !hiddenColumns.has(column.id)), [columns, hiddenColumns])
  const rowHeight = useRowHeight()
  const size = asCards ? phoneRowHeight : isPhone ? Math.max(rowHeight, 48) : rowHeight

  const [focusAt, setFocusAt] = useState<number | null>(null)
  const page = useRef(1)
  const navigation = useRowNavigation({ rows: sorted, rowId, selection, onOpen, page, focusRow: setFocusAt })
  const keyOf = useCallback(
    (index: number) => {
      const row = sorted[index]
      return row === undefined ? index : rowId(row)
    },
    [sorted, rowId],
  )
  const view = useRowWindow({ count: sorted.length, size, keyOf, active: navigation.active, scroller, inPage: isPhone })
  page.current = view.page
  const drawn = view.items.flatMap(({ index }) => {
    const row = sorted[index]
    return row === undefined ? [] : [{ index, row, id: rowId(row) }]
  })
  const keys = useKeysInPlace(
    drawn.map(({ id }) => id),
    navigation.activeId,
  )
  const { scrollTo } = view
  // biome-ignore lint/correctness/useExhaustiveDependencies: moves once per request; scrollTo is new in every render
  useLayoutEffect(() => {
    if (focusAt === null) return
    scrollTo(focusAt)
    body.current?.querySelector<HTMLElement>(`[data-index="${focusAt}"]`)?.focus({ preventScroll: true })
    setFocusAt(null)
  }, [focusAt])

  const lastShown = view.items.at(-1)?.index ?? -1
  useEffect(() => {
    if (onEndReached && sorted.length > 0 && lastShown >= sorted.length - OVERSCAN - 1) onEndReached()
  }, [lastShown, sorted.length, onEndReached])

  const latest = useRef(navigation)
  latest.current = navigation
  const actions = useMemo<RowActions>(
    () => ({
      focus: (index) => latest.current.activate(index),
      click: (index, event) => latest.current.onRowClick(index, event),
      toggle: (index, extend) => latest.current.toggle(index, extend),
    }),
    [],
  )
  const selected = selection?.selected
  const chosen = useMemo(
    () => (selected === undefined || selected.size === 0 ? 0 : sorted.filter((row) => selected.has(rowId(row))).length),
    [sorted, selected, rowId],
  )
  const toggleAll = () => {
    if (!selection) return
    if (chosen < sorted.length) navigation.selectAll()
    else {
      const next = new Set(selection.selected)
      for (const row of sorted) next.delete(rowId(row))
      selection.onChange(next)
    }
  }

  const columnCount = asCards ? 1 : shown.length + (selection ? 1 : 0)
  return (
    <div ref={scroller} className={cx('sw-data-table', isPhone && 'overflow-visible!')}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid: its rows take focus and can be selected
        role="grid"
        aria-label={label}
        aria-rowcount={(totalRows ?? sorted.length) + 1}
        aria-multiselectable={selection ? true : undefined}
        className={cx('sw-table', !onOpen && !selection && 'sw-table-static')}
        onKeyDown={navigation.onKeyDown}
      >
        {asCards ? null : (
          <colgroup>
            {selection ? <col style={{ width: 52 }} /> : null}
            {shown.map((column) => (
              <col
                key={column.id}
                className={column.hideNarrow ? 'sw-hide-narrow' : undefined}
                style={column.width === undefined ? undefined : { width: column.width }}
              />
            ))}
          </colgroup>
        )}
        <thead className={asCards ? 'sw-visually-hidden' : undefined}>
          <tr aria-rowindex={1}>
            {selection && !asCards ? (
              <SelectAllCell chosen={chosen} count={sorted.length} onChange={toggleAll} />
            ) : null}
            {(asCards ? shown.slice(0, 1) : shown).map((column) => (
              <HeadCell
                key={column.id}
                column={column}
                sort={sort}
                onToggle={() => onSortChange?.(nextSort(column, sort))}
              />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {sorted.length === 0 ? (
            <tr className="sw-table-empty">
              <td colSpan={columnCount} className="whitespace-normal! h-auto! p-0!">
                {empty}
              </td>
            </tr>
          ) : null}
          {drawn.map(({ index, row, id }, position) => (
            <Fragment key={keys.get(id)}>
              <Spacer height={view.gapBefore(position)} columns={columnCount} />
              <BodyRow
                row={row}
                index={index}
                columns={shown}
                actions={actions}
                chosen={selection ? selection.selected.has(id) : null}
                name={selection?.labelOf(row) ?? ''}
                active={navigation.hasActive && index === navigation.active}
                inTabOrder={index === navigation.active}
                tone={rowTone?.(row)}
                card={asCards ? phoneRow : undefined}
                height={size}
              />
            </Fragment>
          ))}
          <Spacer height={view.gapAfter} columns={columnCount} />
        </tbody>
      </table>
    </div>
  )
}
