'use client'
import {
  columnVisibilityFeature,
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { type ReactNode, useMemo } from 'react'

/** One column. Widths are px; exactly one column without a width takes what is left. */
export type DataColumn<Row> = {
  id: string
  /** head and name in the columns chooser */
  header: string
  cell: (row: Row) => ReactNode
  width?: number
  /** numbers: right-aligned, tabular */
  number?: boolean
  /** names the row: rendered as its row header; one per table */
  rowHeader?: boolean
  /** sorts by this value in the browser; null goes last either way */
  sortValue?: (row: Row) => string | number | null
  /** the list is sorted by whoever delivers it (see `onSortChange`); shows the arrow and asks */
  sortable?: boolean
  /** false: always shown. Default true */
  hideable?: boolean
  /** left out between 768 and 1023 px; put it into the row header's second line there */
  hideNarrow?: boolean
  /** its content may reach over the cell's edge (meters with ticks) */
  overflow?: boolean
}

export type DataSort = { column: string; direction: 'asc' | 'desc' }

/** What is selected, by row id. Survives filtering: ids that are not in `rows` stay. */
export type DataSelection<Row> = {
  selected: ReadonlySet<string>
  onChange: (selected: ReadonlySet<string>) => void
  /** the row's name for screen readers */
  labelOf: (row: Row) => string
}

const features = tableFeatures({ columnVisibilityFeature, rowSortingFeature, sortedRowModel: createSortedRowModel() })
type Features = typeof features

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Sorting and column visibility, controlled by the caller. */
export function useDataTableModel<Row extends object>(input: {
  rows: readonly Row[]
  columns: readonly DataColumn<Row>[]
  rowId: (row: Row) => string
  sort: DataSort | null
  onSortChange: ((sort: DataSort | null) => void) | undefined
  hidden: ReadonlySet<string>
}) {
  const { rows, columns, rowId, sort, onSortChange, hidden } = input
  const columnDefs = useMemo(() => {
    const helper = createColumnHelper<Features, Row>()
    return helper.columns(
      columns.map((column) =>
        helper.accessor((row) => column.sortValue?.(row) ?? undefined, {
          id: column.id,
          header: column.header,
          enableSorting: Boolean(column.sortValue ?? column.sortable),
          sortUndefined: 'last',
          sortDescFirst: Boolean(column.number),
          sortFn: (a, b, id) => {
            const left = a.getValue<string | number>(id)
            const right = b.getValue<string | number>(id)
            return typeof left === 'number' && typeof right === 'number'
              ? left - right
              : collator.compare(String(left), String(right))
          },
        }),
      ),
    )
  }, [columns])
  const data = useMemo(() => [...rows], [rows])
  const sorting = useMemo(() => (sort ? [{ id: sort.column, desc: sort.direction === 'desc' }] : []), [sort])
  const columnVisibility = useMemo(
    () => Object.fromEntries(columns.map((column) => [column.id, !hidden.has(column.id)])),
    [columns, hidden],
  )
  const sortedElsewhere = !columns.some((column) => column.sortValue)
  return useTable<Features, Row>({
    features,
    columns: columnDefs,
    data,
    getRowId: rowId,
    manualSorting: sortedElsewhere,
    enableMultiSort: false,
    state: { sorting, columnVisibility },
    onSortingChange: (updater) => {
      const [next] = typeof updater === 'function' ? updater(sorting) : updater
      onSortChange?.(next ? { column: next.id, direction: next.desc ? 'desc' : 'asc' } : null)
    },
  })
}
