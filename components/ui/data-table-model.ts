import type { ReactNode } from 'react'

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

// One language for every reader, so that server and browser agree; numbers inside names count as numbers.
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/**
 * Rows in the order of `sort`, when its column can be sorted here; else as they came. Stable.
 * A value that is not known (null) stands last in both directions.
 */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly DataColumn<Row>[],
  sort: DataSort | null,
): readonly Row[] {
  const sortValue = columns.find((column) => column.id === sort?.column)?.sortValue
  if (!sort || !sortValue) return rows
  const sign = sort.direction === 'asc' ? 1 : -1
  const keyed = rows.map((row) => ({ row, value: sortValue(row) }))
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
    return typeof a.value === 'number' && typeof b.value === 'number'
      ? sign * (a.value - b.value)
      : sign * collator.compare(String(a.value), String(b.value))
  })
  return keyed.map(({ row }) => row)
}

/** What pressing a head asks for: numbers begin with the largest, words with A; then the other way; then no order. */
export function nextSort<Row>(column: DataColumn<Row>, sort: DataSort | null): DataSort | null {
  const first = column.number ? 'desc' : 'asc'
  if (sort?.column !== column.id) return { column: column.id, direction: first }
  return sort.direction === first ? { column: column.id, direction: first === 'asc' ? 'desc' : 'asc' } : null
}
