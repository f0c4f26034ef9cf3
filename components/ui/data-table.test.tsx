// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { renderUi } from '../testing/render'
import { DataTable } from './data-table'
import type { DataColumn, DataSort } from './data-table-model'

type Guest = { id: string; name: string; snapshots: number | null }
const COLUMNS: DataColumn<Guest>[] = [
  {
    id: 'name',
    header: 'Guest',
    rowHeader: true,
    hideable: false,
    sortValue: (row) => row.name,
    cell: (row) => row.name,
  },
  {
    id: 'snapshots',
    header: 'Snapshots',
    number: true,
    sortValue: (row) => row.snapshots,
    cell: (row) => row.snapshots ?? 'not known',
  },
]
const rowId = (row: Guest) => row.id
const guests = (count: number): Guest[] =>
  Array.from({ length: count }, (_, index) => ({ id: `g${index}`, name: `guest-${index}`, snapshots: index % 5 }))

function Harness({
  rows,
  onOpen,
  hidden,
  seen,
}: {
  rows: Guest[]
  onOpen?: (row: Guest) => void
  hidden?: string[]
  seen?: (selected: string[]) => void
}) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [sort, setSort] = useState<DataSort | null>(null)
  return (
    <DataTable
      label="Guests"
      rows={rows}
      columns={COLUMNS}
      rowId={rowId}
      sort={sort}
      onSortChange={setSort}
      hiddenColumns={new Set(hidden)}
      selection={{
        selected,
        labelOf: (row) => row.name,
        onChange: (next) => {
          setSelected(next)
          seen?.([...next])
        },
      }}
      {...(onOpen && { onOpen })}
    />
  )
}

// The test DOM lays nothing out; the list needs a height to know what is in view.
beforeAll(() => {
  for (const size of ['clientHeight', 'clientWidth'])
    Object.defineProperty(HTMLElement.prototype, size, { configurable: true, get: () => 800 })
})

const rowOf = (name: string) => screen.getByRole('row', { name: new RegExp(`${name}\\b`) })
const chosen = () =>
  screen.getAllByRole('row', { selected: true }).map((row) => within(row).getByRole('rowheader').textContent)

describe('DataTable', () => {
  it('tells how many rows there are and draws only those in view', () => {
    renderUi(<Harness rows={guests(10_000)} />)
    const grid = screen.getByRole('grid', { name: 'Guests' })
    expect(grid.getAttribute('aria-rowcount')).toBe('10001')
    expect(screen.getAllByRole('row').length).toBeLessThan(80)
    expect(rowOf('guest-3').getAttribute('aria-rowindex')).toBe('5')
  })

  it('moves with arrows and j/k, one row in the tab order', async () => {
    renderUi(<Harness rows={guests(20)} />)
    rowOf('guest-0').focus()
    await userEvent.keyboard('{ArrowDown}{ArrowDown}')
    expect(document.activeElement).toBe(rowOf('guest-2'))
    await userEvent.keyboard('k')
    expect(document.activeElement).toBe(rowOf('guest-1'))
    await userEvent.keyboard('{End}')
    expect(document.activeElement).toBe(rowOf('guest-19'))
    expect(screen.getAllByRole('row').filter((row) => row.tabIndex === 0).length).toBe(1)
  })

  it('begins with the first row when j is pressed elsewhere on the page', async () => {
    renderUi(<Harness rows={guests(5)} />)
    await userEvent.keyboard('j')
    expect(document.activeElement).toBe(rowOf('guest-0'))
  })

  it('selects with x, extends with Shift and arrows, takes all with Ctrl A, and lets go with Esc', async () => {
    renderUi(<Harness rows={guests(6)} />)
    rowOf('guest-1').focus()
    await userEvent.keyboard('x')
    expect(chosen()).toEqual(['guest-1'])
    await userEvent.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}')
    expect(chosen()).toEqual(['guest-1', 'guest-2', 'guest-3'])
    await userEvent.keyboard('{Control>}a{/Control}')
    expect(chosen().length).toBe(6)
    await userEvent.keyboard('{Escape}')
    expect(screen.queryAllByRole('row', { selected: true })).toEqual([])
  })

  it('selects a range by Shift and click on the boxes', async () => {
    renderUi(<Harness rows={guests(8)} />)
    const user = userEvent.setup()
    await user.click(screen.getByRole('checkbox', { name: 'Select guest-2' }))
    await user.keyboard('{Shift>}')
    await user.click(screen.getByRole('checkbox', { name: 'Select guest-5' }))
    await user.keyboard('{/Shift}')
    expect(chosen()).toEqual(['guest-2', 'guest-3', 'guest-4', 'guest-5'])
  })

  it('keeps what is selected when a filter hides it, and the head box only speaks for what is shown', async () => {
    const seen = vi.fn()
    const view = renderUi(<Harness rows={guests(4)} seen={seen} />)
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select guest-3' }))
    view.update(<Harness rows={guests(2)} seen={seen} />)
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select all rows' }))
    expect(seen).toHaveBeenLastCalledWith(['g3', 'g0', 'g1'])
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select all rows' }))
    expect(seen).toHaveBeenLastCalledWith(['g3'])
  })

  it('opens with Enter and by a click, but not when a box is clicked', async () => {
    const open = vi.fn()
    renderUi(<Harness rows={guests(3)} onOpen={open} />)
    rowOf('guest-1').focus()
    await userEvent.keyboard('{Enter}')
    fireEvent.click(within(rowOf('guest-2')).getByRole('rowheader'))
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select guest-0' }))
    expect(open.mock.calls.map(([row]) => row.id)).toEqual(['g1', 'g2'])
  })

  it('sorts by a head, numbers from the largest, what is not known last', async () => {
    renderUi(
      <Harness
        rows={[
          { id: 'a', name: 'a', snapshots: null },
          { id: 'b', name: 'b', snapshots: 2 },
          { id: 'c', name: 'c', snapshots: 9 },
        ]}
      />,
    )
    const names = () => screen.getAllByRole('rowheader').map((cell) => cell.textContent)
    await userEvent.click(screen.getByRole('button', { name: 'Snapshots' }))
    expect(names()).toEqual(['c', 'b', 'a'])
    expect(screen.getByRole('columnheader', { name: 'Snapshots' }).getAttribute('aria-sort')).toBe('descending')
    await userEvent.click(screen.getByRole('button', { name: 'Snapshots' }))
    expect(names()).toEqual(['b', 'c', 'a'])
  })

  it('leaves out hidden columns', () => {
    renderUi(<Harness rows={guests(2)} hidden={['snapshots']} />)
    expect(screen.queryByRole('columnheader', { name: 'Snapshots' })).toBeNull()
  })
})
