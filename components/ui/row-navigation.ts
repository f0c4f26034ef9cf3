'use client'
import { type KeyboardEvent, type MouseEvent, type RefObject, useCallback, useMemo, useRef, useState } from 'react'
import type { DataSelection } from './data-table-model'
import { useShortcut } from './keyboard'

/** Whether a click landed on something that has a meaning of its own. */
const isControl = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('a, button, input, label, select, textarea, [role="button"]') !== null

/**
 * Moving through rows and selecting them: arrows, Home, End, Page keys, j/k; x, Space, Shift with arrows or a click,
 * Ctrl A; Enter opens; Esc clears. One row is in the tab order at a time.
 */
export function useRowNavigation<Row>(input: {
  rows: readonly Row[]
  rowId: (row: Row) => string
  selection: DataSelection<Row> | undefined
  onOpen: ((row: Row) => void) | undefined
  /** rows that fit the view, for Page keys */
  page: RefObject<number>
  focusRow: (index: number) => void
}) {
  const { rows, rowId, selection, onOpen, page, focusRow } = input
  const [activeId, setActiveId] = useState<string | null>(null)
  const anchor = useRef<number | null>(null)
  const found = useMemo(
    () => (activeId === null ? -1 : rows.findIndex((row) => rowId(row) === activeId)),
    [rows, rowId, activeId],
  )
  const active = found === -1 ? 0 : found

  const activate = useCallback(
    (index: number) => {
      const row = rows[index]
      if (row) setActiveId(rowId(row))
    },
    [rows, rowId],
  )
  const go = (index: number) => {
    const target = Math.max(0, Math.min(rows.length - 1, index))
    activate(target)
    focusRow(target)
    return target
  }

  /** Sets a run of rows to one state, from the anchor to `to`. */
  const selectRange = (from: number, to: number, on: boolean) => {
    if (!selection) return
    const next = new Set(selection.selected)
    for (const row of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      if (on) next.add(rowId(row))
      else next.delete(rowId(row))
    }
    selection.onChange(next)
  }
  /** With Shift extends from the last toggled row, taking over that row's state; else toggles one. */
  const toggle = (index: number, extend: boolean) => {
    const row = rows[index]
    if (!selection || !row) return
    if (extend && anchor.current !== null) {
      const start = rows[anchor.current]
      selectRange(anchor.current, index, start ? selection.selected.has(rowId(start)) : true)
      return
    }
    anchor.current = index
    selectRange(index, index, !selection.selected.has(rowId(row)))
  }
  const extendBy = (step: number) => {
    if (anchor.current === null) anchor.current = active
    const start = rows[anchor.current]
    const target = go(active + step)
    if (selection && start) selectRange(anchor.current, target, true)
  }
  const selectAll = () => selection?.onChange(new Set([...selection.selected, ...rows.map(rowId)]))

  const move = (step: number) => () => go(found === -1 && step > 0 ? 0 : active + step)
  const has = rows.length > 0
  useShortcut('j', move(1), { enabled: has })
  useShortcut('k', move(-1), { enabled: has })
  useShortcut('x', () => toggle(active, false), { enabled: has && Boolean(selection) })
  // A page that knows of rows not loaded yet registers its own: the outer one wins.
  useShortcut('mod+a', selectAll, { enabled: has && Boolean(selection) })
  useShortcut('Escape', () => selection?.onChange(new Set()), {
    enabled: Boolean(selection && selection.selected.size > 0),
  })

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLElement && event.target.closest('thead')) return
    const onRow = event.target instanceof HTMLElement && event.target.matches('tr')
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page.current, PageUp: -page.current }
    const step = steps[event.key]
    if (event.altKey) return
    if (event.ctrlKey || event.metaKey) return
    if (step !== undefined && event.shiftKey && selection) extendBy(step)
    else if (step !== undefined) go(active + step)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(rows.length - 1)
    else if (event.key === ' ' && onRow && selection) toggle(active, event.shiftKey)
    else if (event.key === 'Enter' && onRow && onOpen) {
      const row = rows[active]
      if (row) onOpen(row)
    } else return
    event.preventDefault()
  }

  const onRowClick = (index: number, event: MouseEvent) => {
    activate(index)
    if (isControl(event.target)) return
    if (event.shiftKey && selection) {
      if (anchor.current === null) anchor.current = active
      const start = rows[anchor.current]
      if (start) selectRange(anchor.current, index, true)
      return
    }
    // Marking text in a row is not opening it.
    if (getSelection()?.type === 'Range') return
    const row = rows[index]
    if (row) onOpen?.(row)
  }

  return { active, activeId, hasActive: found !== -1, activate, toggle, selectAll, onKeyDown, onRowClick }
}
