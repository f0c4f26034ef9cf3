'use client'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'

const OPEN_AFTER_MS = 350
const GAP = 6

/**
 * A short text on hover and keyboard focus (WCAG 1.4.13: Esc hides it, the pointer may rest on it).
 * It sits in the browser's top layer, so that no overflow or dialog covers it. Not for anything one must read:
 * the wrapped control carries the same words as its name or description.
 */
export function Tooltip({ text, children, block = false }: { text: string; children: ReactNode; block?: boolean }) {
  const anchor = useRef<HTMLSpanElement>(null)
  const tip = useRef<HTMLSpanElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const [open, setOpen] = useState(false)

  const hide = useCallback(() => {
    clearTimeout(timer.current)
    setOpen(false)
  }, [])
  const showSoon = () => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setOpen(true), OPEN_AFTER_MS)
  }
  const hideSoon = () => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setOpen(false), 80)
  }

  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    const bubble = tip.current
    const target = anchor.current?.firstElementChild
    if (!open || !bubble || !target) return
    // Without the popover API the text stays in the flow of the page, hidden; the control keeps its name.
    if (typeof bubble.showPopover !== 'function') return
    bubble.showPopover()
    const at = target.getBoundingClientRect()
    const own = bubble.getBoundingClientRect()
    const above = at.bottom + GAP + own.height > innerHeight
    bubble.style.top = `${above ? at.top - own.height - GAP : at.bottom + GAP}px`
    bubble.style.left = `${Math.max(8, Math.min(at.left + at.width / 2 - own.width / 2, innerWidth - own.width - 8))}px`
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') hide()
    }
    addEventListener('keydown', onKey, true)
    addEventListener('scroll', hide, true)
    return () => {
      removeEventListener('keydown', onKey, true)
      removeEventListener('scroll', hide, true)
    }
  }, [open, hide])

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the wrapped control is what one operates
    <span
      ref={anchor}
      className={block ? 'block' : 'contents'}
      onPointerEnter={(event) => event.pointerType === 'mouse' && showSoon()}
      onPointerLeave={hideSoon}
      onPointerDown={hide}
      onFocus={(event) => event.target.matches(':focus-visible') && setOpen(true)}
      onBlur={hide}
    >
      {children}
      {open ? (
        <span
          ref={tip}
          popover="manual"
          role="tooltip"
          className="sw-tooltip"
          onPointerEnter={() => clearTimeout(timer.current)}
        >
          {text}
        </span>
      ) : null}
    </span>
  )
}
