'use client'
/**
 * The snapshot treegrid of one guest: root first, the live chain in the left lane down to "You are here".
 * Rows come laid out from engine/chain/lanes; this draws them, virtualised when there are many, and moves the focus.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useTranslations } from 'next-intl'
import { type CSSProperties, type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useIsPhone } from '@/components/ui/use-media'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { laneCount, layoutLanes, type TreeRow } from '@/lib/engine/chain/lanes'
import { buildTree } from '@/lib/engine/chain/tree'
import { DESKTOP_LANES, laneWidth, PHONE_LANES } from './lane-drawing'
import { SnapshotTreeRow } from './snapshot-tree-row'
import { findByName, moveForKey } from './tree-keys'

/** Above this many rows only those in view are in the document. */
const VIRTUAL_FROM = 120
/** A pause after which typed letters start a new search (WAI-ARIA type-ahead), ms. */
const TYPE_AHEAD_PAUSE = 500

type Props = {
  guest: Pick<
    GuestDetail,
    'name' | 'snapshots' | 'currentParentId' | 'currentUnknown' | 'disks' | 'changedSince' | 'power'
  >
  /** native id of the current state's parent, as the tree keys it */
  currentParent: string | null
  limitMillis: number | null
  selectedId: string | null
  onSelect: (snapshot: SnapshotView | null) => void
}

export function SnapshotTree({ guest, currentParent, limitMillis, selectedId, onSelect }: Props) {
  const t = useTranslations('guest')
  const phone = useIsPhone()
  const geometry = phone ? PHONE_LANES : DESKTOP_LANES
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set())
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set())
  const tree = useMemo(
    () => buildTree(guest.snapshots, currentParent, guest.currentUnknown),
    [guest.snapshots, currentParent, guest.currentUnknown],
  )
  const rows = useMemo(() => layoutLanes(tree, { collapsed, unfolded }), [tree, collapsed, unfolded])
  const names = useMemo(() => rows.map((row) => (row.kind === 'snapshot' ? row.snapshot.name : '')), [rows])
  const lanes = laneCount(rows)

  const selectedIndex = rows.findIndex((row) => row.kind === 'snapshot' && row.snapshot.id === selectedId)
  const currentIndex = rows.findIndex((row) => row.kind === 'current')
  const [activeId, setActiveId] = useState<string | null>(null)
  const activeByFocus = rows.findIndex((row) => row.id === activeId)
  const active = activeByFocus !== -1 ? activeByFocus : selectedIndex !== -1 ? selectedIndex : currentIndex

  const body = useRef<HTMLDivElement>(null)
  const typed = useRef({ text: '', at: 0 })
  const [scroller, setScroller] = useState<Element | null>(null)
  const [offset, setOffset] = useState(0)
  const virtual = rows.length > VIRTUAL_FROM
  useEffect(() => {
    const found = body.current?.closest('[data-scroll]') ?? null
    setScroller(found)
    if (found && body.current) {
      setOffset(body.current.getBoundingClientRect().top - found.getBoundingClientRect().top + found.scrollTop)
    }
  }, [])
  const virtualizer = useVirtualizer({
    count: rows.length,
    enabled: virtual,
    getScrollElement: () => scroller,
    estimateSize: () => geometry.rowHeight + 1,
    overscan: 12,
    scrollMargin: offset,
  })

  const focusRow = useCallback(
    (index: number) => {
      const row = rows[index]
      if (row === undefined) return
      setActiveId(row.id)
      if (virtual) virtualizer.scrollToIndex(index, { align: 'auto' })
      requestAnimationFrame(() => {
        body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus({ preventScroll: virtual })
      })
    },
    [rows, virtual, virtualizer],
  )

  const toggle = useCallback((row: TreeRow) => {
    const key = row.kind === 'snapshot' ? row.key : row.kind === 'fold' ? row.of : 'base'
    const change = row.kind === 'fold' ? setUnfolded : setCollapsed
    change((before) => {
      const after = new Set(before)
      if (!after.delete(key)) after.add(key)
      return after
    })
  }, [])

  const open = useCallback(
    (row: TreeRow<SnapshotView>) => {
      setActiveId(row.id)
      if (row.kind === 'fold') toggle(row)
      else onSelect(row.kind === 'snapshot' ? row.snapshot : null)
    },
    [onSelect, toggle],
  )

  function handleKey(event: KeyboardEvent<HTMLDivElement>) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const move = moveForKey(rows, active, event.key)
    if (move !== null) {
      event.preventDefault()
      event.stopPropagation()
      const row = rows[move.index]
      if (row === undefined) return
      if (move.do === 'focus') focusRow(move.index)
      else if (move.do === 'toggle') toggle(row)
      else open(row)
      return
    }
    if (event.key.length !== 1 || !event.shiftKey) return
    // Plain letters belong to the page's shortcuts; with Shift they search names.
    const at = event.timeStamp
    const fresh = at - typed.current.at > TYPE_AHEAD_PAUSE
    typed.current = { text: fresh ? event.key : typed.current.text + event.key, at }
    const found = findByName(names, active, typed.current.text)
    if (found !== -1) focusRow(found)
  }

  const shown = virtual ? virtualizer.getVirtualItems().map((item) => item.index) : rows.map((_, index) => index)
  const first = virtual ? (virtualizer.getVirtualItems()[0]?.start ?? offset) - offset : 0
  const total = virtual ? virtualizer.getTotalSize() : undefined

  return (
    <div
      className="sw-tree"
      role="treegrid"
      aria-label={t('tree.label', { name: guest.name })}
      aria-rowcount={rows.length + 1}
      style={{ '--sw-tree-lanes': `${laneWidth(lanes, geometry)}px` } as CSSProperties}
    >
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className="sw-tree-grid sw-tree-head">
          <span role="columnheader">
            <span className="sw-visually-hidden">{t('tree.branch')}</span>
          </span>
          <span role="columnheader">{t('tree.snapshot')}</span>
          <span role="columnheader">{t('tree.taken')}</span>
          <span role="columnheader">{t('tree.age')}</span>
          <span role="columnheader" className="held">
            {t('tree.held')}
          </span>
          <span role="columnheader" className="sw-tree-size">
            {t('tree.size')}
          </span>
        </div>
      </div>
      <div
        role="rowgroup"
        ref={body}
        onKeyDown={handleKey}
        style={virtual ? { height: total, paddingTop: Math.max(0, first) } : undefined}
      >
        {shown.map((index) => {
          const row = rows[index]
          if (row === undefined) return null
          return (
            <SnapshotTreeRow
              key={row.id}
              row={row}
              index={index}
              lanes={lanes}
              geometry={geometry}
              guest={guest}
              limitMillis={limitMillis}
              focusable={index === active}
              selected={row.kind === 'snapshot' && row.snapshot.id === selectedId}
              onOpen={open}
              onToggle={toggle}
            />
          )
        })}
      </div>
    </div>
  )
}
