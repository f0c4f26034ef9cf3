'use client'
/**
 * Some rows of a long list. While they are out of view the browser neither lays them out nor paints them (they are
 * still found, read and focused), and their ages do not tick.
 */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { ClockWhile } from './clock'

export function RowBlock({ children }: { children: ReactNode }) {
  const block = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState(true)
  useEffect(() => {
    const element = block.current
    const note = (event: Event) => setSeen(!('skipped' in event && event.skipped === true))
    element?.addEventListener('contentvisibilityautostatechange', note)
    return () => element?.removeEventListener('contentvisibilityautostatechange', note)
  }, [])
  return (
    <div ref={block} className="sw-row-block">
      <ClockWhile ticking={seen}>{children}</ClockWhile>
    </div>
  )
}
