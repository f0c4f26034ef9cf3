'use client'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type MouseEvent, memo, type ReactNode } from 'react'
import { cx } from './class-names'
import type { DataColumn, DataSort } from './data-table-model'
import { Icon } from './icon'

/** What a row asks of its table. One object for all rows and all renders. */
export type RowActions = {
  focus: (index: number) => void
  click: (index: number, event: MouseEvent) => void
  toggle: (index: number, extend: boolean) => void
}

type RowProps<Row> = {
  row: Row
  index: number
  columns: readonly DataColumn<Row>[]
  actions: RowActions
  /** null = rows cannot be selected */
  chosen: boolean | null
  name: string
  active: boolean
  inTabOrder: boolean
  tone: 'stale' | undefined
  card: ((row: Row) => ReactNode) | undefined
  height: number
}

/** Drawn again only when something of it changed: scrolling mounts rows, it does not redraw them. */
export const BodyRow = memo(function BodyRow<Row>({
  row,
  index,
  columns,
  actions,
  chosen,
  name,
  active,
  inTabOrder,
  tone,
  card,
  height,
}: RowProps<Row>) {
  return (
    <tr
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={chosen ?? undefined}
      data-active={active}
      data-tone={tone}
      tabIndex={inTabOrder ? 0 : -1}
      onFocus={() => actions.focus(index)}
      onClick={(event) => actions.click(index, event)}
    >
      {card ? (
        <td className="whitespace-normal!" style={{ height }}>
          {card(row)}
        </td>
      ) : (
        <>
          {chosen === null ? null : (
            <SelectCell chosen={chosen} name={name} onToggle={(extend) => actions.toggle(index, extend)} />
          )}
          {columns.map((column) => (
            <BodyCell key={column.id} column={column} row={row} />
          ))}
        </>
      )}
    </tr>
  )
}) as <Row>(props: RowProps<Row>) => ReactNode

function SelectCell({
  chosen,
  name,
  onToggle,
}: {
  chosen: boolean
  name: string
  onToggle: (extend: boolean) => void
}) {
  const t = useTranslations('ui')
  return (
    <td className="sw-select-cell">
      <label>
        <input
          type="checkbox"
          tabIndex={-1}
          className="sw-check"
          checked={chosen}
          aria-label={t('table.selectRow', { name })}
          onChange={(event) =>
            onToggle(event.nativeEvent instanceof globalThis.MouseEvent && event.nativeEvent.shiftKey)
          }
        />
      </label>
    </td>
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

/** Holds the place of rows out of view. */
export function Spacer({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it only holds the place of rows out of view
    <tr className="sw-spacer" role="presentation">
      <td role="presentation" colSpan={columns} style={{ height }} />
    </tr>
  )
}

export function HeadCell<Row>({
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

/** All shown rows at once; half ticked when some are. */
export function SelectAllCell({ chosen, count, onChange }: { chosen: number; count: number; onChange: () => void }) {
  const t = useTranslations('ui')
  return (
    <th scope="col" className="sw-select-cell">
      <label>
        <input
          type="checkbox"
          className="sw-check"
          aria-label={t('table.selectAll')}
          checked={count > 0 && chosen === count}
          ref={(box) => {
            if (box) box.indeterminate = chosen > 0 && chosen < count
          }}
          onChange={onChange}
        />
      </label>
    </th>
  )
}
