'use client'
import { useVirtualizer, useWindowVirtualizer, type VirtualItem } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Fragment, type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { cx } from './class-names'
import { type DataColumn, type DataSelection, type DataSort, nextSort, sortRows } from './data-table-model'
import { Icon } from './icon'
import { useRowNavigation } from './row-navigation'
import { useIsPhone } from './use-media'

const NOTHING_HIDDEN: ReadonlySet<string> = new Set()
/** Until the browser has measured, the server draws this much: a full desktop screen. */
const FIRST_SCREEN = { width: 1200, height: 820 }
const OVERSCAN = 8

/**
 * A table for many rows: only those in view are in the page, so 10,000 scroll like 20. Sticky head, sortable heads,
 * selection, keyboard (see row-navigation). It fills a flex column: give its parent `flex min-h-0 flex-1 flex-col`.
 * On a phone the page itself scrolls and `phoneRow` draws each row as a card.
 *
 * Keep `columns` and `rowId` stable (module scope or useMemo).
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
}: {
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
}) {
  const t = useTranslations('ui')
  const scroller = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const isPhone = useIsPhone()
  const asCards = isPhone && phoneRow !== undefined
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort])
  const shown = useMemo(() => columns.filter((column) => !hiddenColumns.has(column.id)), [columns, hiddenColumns])

  const rowHeight = useRowHeight()
  const size = asCards ? phoneRowHeight : isPhone ? Math.max(rowHeight, 48) : rowHeight
  const offset = useOffsetTop(scroller, isPhone)
  const active = useRef(0)
  const rangeExtractor = useCallback((range: { startIndex: number; endIndex: number; count: number }) => {
    // The active row stays in the page even when scrolled away, so that focus is never lost.
    const first = Math.max(0, range.startIndex - OVERSCAN)
    const last = Math.min(range.count - 1, range.endIndex + OVERSCAN)
    const indexes = new Set<number>()
    if (active.current < range.count) indexes.add(active.current)
    for (let index = first; index <= last; index += 1) indexes.add(index)
    return [...indexes].sort((a, b) => a - b)
  }, [])
  const shared = {
    count: sorted.length,
    estimateSize: () => size,
    rangeExtractor,
    getItemKey: (index: number) => {
      const row = sorted[index]
      return row === undefined ? index : rowId(row)
    },
  }
  const inBox = useVirtualizer({
    ...shared,
    enabled: !isPhone,
    getScrollElement: () => scroller.current,
    initialRect: FIRST_SCREEN,
    scrollPaddingStart: 32,
  })
  const inPage = useWindowVirtualizer({
    ...shared,
    enabled: isPhone,
    scrollMargin: offset,
    scrollPaddingStart: 60,
    scrollPaddingEnd: 68,
  })
  const virtual = isPhone ? inPage : inBox
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed row height moves every row
  useLayoutEffect(() => virtual.measure(), [size, isPhone])

  const [focusAt, setFocusAt] = useState<number | null>(null)
  const navigation = useRowNavigation({
    rows: sorted,
    rowId,
    selection,
    onOpen,
    page: Math.max(
      1,
      Math.floor(((isPhone ? FIRST_SCREEN.height : inBox.scrollRect?.height) ?? FIRST_SCREEN.height) / size) - 1,
    ),
    focusRow: setFocusAt,
  })
  active.current = navigation.active
  useLayoutEffect(() => {
    if (focusAt === null) return
    virtual.scrollToIndex(focusAt, { align: 'auto' })
    body.current?.querySelector<HTMLElement>(`[data-index="${focusAt}"]`)?.focus({ preventScroll: true })
    setFocusAt(null)
  }, [focusAt, virtual])

  const items = virtual.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (onEndReached && sorted.length > 0 && lastShown >= sorted.length - OVERSCAN - 1) onEndReached()
  }, [lastShown, sorted.length, onEndReached])

  const columnCount = asCards ? 1 : shown.length + (selection ? 1 : 0)
  const top = isPhone ? offset : 0
  const chosen = selection ? sorted.reduce((count, row) => count + (selection.selected.has(rowId(row)) ? 1 : 0), 0) : 0
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
              <th scope="col" className="sw-select-cell">
                <label>
                  <input
                    type="checkbox"
                    className="sw-check"
                    aria-label={t('table.selectAll')}
                    checked={sorted.length > 0 && chosen === sorted.length}
                    ref={(box) => {
                      if (box) box.indeterminate = chosen > 0 && chosen < sorted.length
                    }}
                    onChange={() =>
                      chosen === sorted.length
                        ? selection.onChange(
                            new Set([...selection.selected].filter((id) => !sorted.some((row) => rowId(row) === id))),
                          )
                        : navigation.selectAll()
                    }
                  />
                </label>
              </th>
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
          {items.map((item, position) => {
            const row = sorted[item.index]
            if (!row) return null
            const before = gapBefore(items, position, top)
            const isChosen = selection?.selected.has(rowId(row)) ?? false
            return (
              <Fragment key={item.key}>
                {before > 0 ? <Spacer height={before} columns={columnCount} /> : null}
                <tr
                  data-index={item.index}
                  aria-rowindex={item.index + 2}
                  aria-selected={selection ? isChosen : undefined}
                  data-active={navigation.hasActive && item.index === navigation.active}
                  data-tone={rowTone?.(row)}
                  tabIndex={item.index === navigation.active ? 0 : -1}
                  onFocus={() => navigation.activate(item.index)}
                  onClick={navigation.onRowClick(item.index)}
                  style={asCards ? { height: size } : undefined}
                >
                  {asCards ? (
                    <td className="whitespace-normal!" style={{ height: size }}>
                      {phoneRow(row)}
                    </td>
                  ) : (
                    <>
                      {selection ? (
                        <td className="sw-select-cell">
                          <label>
                            <input
                              type="checkbox"
                              tabIndex={-1}
                              className="sw-check"
                              checked={isChosen}
                              aria-label={t('table.selectRow', { name: selection.labelOf(row) })}
                              onChange={(event) =>
                                navigation.toggle(
                                  item.index,
                                  event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey,
                                )
                              }
                            />
                          </label>
                        </td>
                      ) : null}
                      {shown.map((column) => (
                        <BodyCell key={column.id} column={column} row={row} />
                      ))}
                    </>
                  )}
                </tr>
              </Fragment>
            )
          })}
          {items.length > 0 ? (
            <Spacer height={virtual.getTotalSize() - ((items.at(-1)?.end ?? 0) - top)} columns={columnCount} />
          ) : null}
        </tbody>
      </table>
    </div>
  )
}

/** Pixels between the previous drawn row and this one. */
function gapBefore(items: readonly VirtualItem[], position: number, top: number): number {
  const item = items[position]
  const previous = items[position - 1]
  return item ? item.start - (previous ? previous.end : top) : 0
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it only holds the place of rows out of view
    <tr className="sw-spacer" role="presentation">
      <td role="presentation" colSpan={columns} style={{ height }} />
    </tr>
  )
}

function HeadCell<Row>({
  column,
  sort,
  onToggle,
}: {
  column: DataColumn<Row>
  sort: DataSort | null
  onToggle: () => void
}) {
  const direction = sort?.column === column.id ? sort.direction : null
  const canSort = Boolean(column.sortValue ?? column.sortable)
  return (
    <th
      scope="col"
      className={cx(column.number && 'sw-number', column.hideNarrow && 'sw-hide-narrow')}
      aria-sort={
        canSort ? (direction === 'asc' ? 'ascending' : direction === 'desc' ? 'descending' : 'none') : undefined
      }
    >
      {canSort ? (
        <button type="button" className="sw-sort" onClick={onToggle}>
          <span>{column.header}</span>
          {direction ? <Icon small icon={direction === 'asc' ? ArrowUp : ArrowDown} className="text-current!" /> : null}
        </button>
      ) : (
        column.header
      )}
    </th>
  )
}

function BodyCell<Row>({ column, row }: { column: DataColumn<Row>; row: Row }) {
  const look = cx(column.number && 'sw-number', column.hideNarrow && 'sw-hide-narrow', column.overflow && 'sw-overflow')
  return column.rowHeader ? (
    <th scope="row" className={look}>
      {column.cell(row)}
    </th>
  ) : (
    <td className={look}>{column.cell(row)}</td>
  )
}

/** The height of a row in px: density is a CSS variable in rem, so it follows the reader's text size and setting. */
function useRowHeight(): number {
  const [height, setHeight] = useState(36)
  useLayoutEffect(() => {
    const root = document.documentElement
    const read = () => {
      const style = getComputedStyle(root)
      const rows = Number.parseFloat(style.getPropertyValue('--sw-row'))
      if (rows > 0) setHeight(rows * (Number.parseFloat(style.fontSize) || 16))
    }
    read()
    const observer = new MutationObserver(read)
    observer.observe(root, { attributes: true, attributeFilter: ['data-density'] })
    return () => observer.disconnect()
  }, [])
  return height
}

/** Where the table begins in the page; on a phone the page scrolls. */
function useOffsetTop(scroller: { current: HTMLElement | null }, isPhone: boolean): number {
  const [offset, setOffset] = useState(0)
  useLayoutEffect(() => {
    if (isPhone && scroller.current) setOffset(scroller.current.getBoundingClientRect().top + scrollY)
  }, [isPhone, scroller])
  return offset
}
