'use client'
import { useVirtualizer, useWindowVirtualizer, type VirtualItem } from '@tanstack/react-virtual'
import { type RefObject, useCallback, useLayoutEffect, useState } from 'react'

/** Until the browser has measured, the server draws this much: a full desktop screen. */
const FIRST_SCREEN = { width: 1200, height: 820 }
/** Rows drawn beyond the view on either side. */
export const OVERSCAN = 8

/** Heights of what covers the edges of the view: a table's head; on a phone the top bar and the tabs. */
const HEAD = 32
const PHONE_TOP = 60
const PHONE_TABS = 68

/**
 * Which rows are in the page now: those in view, a few more, and the active one even when scrolled away, so that
 * focus is never lost. `scroller` scrolls; on a phone the page itself does.
 */
export function useRowWindow(input: {
  count: number
  size: number
  keyOf: (index: number) => string | number
  active: number
  scroller: RefObject<HTMLElement | null>
  inPage: boolean
}) {
  const { count, size, keyOf, active, scroller, inPage } = input
  const offset = useOffsetTop(scroller, inPage)
  const rangeExtractor = useCallback(
    (range: { startIndex: number; endIndex: number; count: number }) => {
      const indexes: number[] = []
      const first = Math.max(0, range.startIndex - OVERSCAN)
      const last = Math.min(range.count - 1, range.endIndex + OVERSCAN)
      if (active < first && active < range.count) indexes.push(active)
      for (let index = first; index <= last; index += 1) indexes.push(index)
      if (active > last && active < range.count) indexes.push(active)
      return indexes
    },
    [active],
  )
  // Each of these identities decides what the virtualizer computes again; with 10,000 rows that must not be every frame.
  const estimateSize = useCallback(() => size, [size])
  const getScrollElement = useCallback(() => scroller.current, [scroller])
  const shared = { count, estimateSize, rangeExtractor, getItemKey: keyOf }
  const boxed = useVirtualizer({
    ...shared,
    enabled: !inPage,
    getScrollElement,
    initialRect: FIRST_SCREEN,
    scrollPaddingStart: HEAD,
  })
  const paged = useWindowVirtualizer({
    ...shared,
    enabled: inPage,
    scrollMargin: offset,
    scrollPaddingStart: PHONE_TOP,
    scrollPaddingEnd: PHONE_TABS,
  })
  const virtual = inPage ? paged : boxed
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed row height moves every row
  useLayoutEffect(() => virtual.measure(), [size, inPage])

  const items = virtual.getVirtualItems()
  const top = inPage ? offset : 0
  return {
    items,
    /** pixels between the previous drawn row and this one */
    gapBefore: (position: number) => gapBefore(items, position, top),
    gapAfter: items.length === 0 ? 0 : virtual.getTotalSize() - ((items.at(-1)?.end ?? 0) - top),
    scrollTo: (index: number) => virtual.scrollToIndex(index, { align: 'auto' }),
    /** rows that fit the view */
    page: Math.max(1, Math.floor((virtual.scrollRect?.height ?? FIRST_SCREEN.height) / size) - 1),
  }
}

function gapBefore(items: readonly VirtualItem[], position: number, top: number): number {
  const item = items[position]
  const previous = items[position - 1]
  return item ? item.start - (previous ? previous.end : top) : 0
}

/** The height of a row in px: density is a CSS variable in rem, so it follows the reader's text size and setting. */
export function useRowHeight(): number {
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
function useOffsetTop(scroller: RefObject<HTMLElement | null>, inPage: boolean): number {
  const [offset, setOffset] = useState(0)
  useLayoutEffect(() => {
    const table = scroller.current
    if (!inPage || !table) return
    const read = () => setOffset(table.getBoundingClientRect().top + scrollY)
    read()
    // What stands above it (chips, notices) may come and go.
    const observer = new ResizeObserver(read)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [inPage, scroller])
  return offset
}
