'use client'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { epochMillis, type Instant, instantAt } from '@/lib/domain/units'

/** Ages tick together, every 15 s: often enough to be true, rarely enough not to draw the eye. */
export const TICK_MS = 15_000

const SECOND_MS = 1_000

const Clock = createContext<Instant | null>(null)
/** How far the server's clock is ahead of this machine's, in ms. */
const Ahead = createContext(0)

/**
 * One clock for a page. It starts at the server's time of rendering, so that the first paint in the browser is the
 * same, and keeps the server's clock from then on: a workstation that is minutes off shows true ages.
 */
export function ClockProvider({ now, children }: { now: Instant; children: ReactNode }) {
  const [current, setCurrent] = useState(now)
  const [ahead, setAhead] = useState(0)
  useEffect(() => {
    const ahead = epochMillis(now) - Date.now()
    setAhead(ahead)
    const timer = setInterval(() => setCurrent(instantAt(Date.now() + ahead)), TICK_MS)
    return () => clearInterval(timer)
  }, [now])
  return (
    <Ahead value={ahead}>
      <Clock value={current}>{children}</Clock>
    </Ahead>
  )
}

/** The page's present, renewed every 15 s. */
export function useNow(): Instant {
  const now = useContext(Clock)
  if (now === null) throw new Error('useNow needs a ClockProvider above it')
  return now
}

/** Holds the clock of what is below while nobody sees it. */
export function ClockWhile({ ticking, children }: { ticking: boolean; children: ReactNode }) {
  const now = useNow()
  const [held, setHeld] = useState(now)
  if (ticking && held !== now) setHeld(now)
  return <Clock value={ticking ? now : held}>{children}</Clock>
}

/** The present second by second, for what somebody watches; null while it does not matter. */
export function useSeconds(watched: boolean): Instant | null {
  const ahead = useContext(Ahead)
  const [second, setSecond] = useState<Instant | null>(null)
  useEffect(() => {
    if (!watched) return
    const tick = () => setSecond(instantAt(Date.now() + ahead))
    tick()
    const timer = setInterval(tick, SECOND_MS)
    return () => clearInterval(timer)
  }, [watched, ahead])
  return watched ? second : null
}
