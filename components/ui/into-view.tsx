'use client'
import { type ReactNode, useEffect, useRef } from 'react'

/** The answer to what somebody just pressed, wherever on the page it appears: seen without looking for it. */
export function IntoView({ children, at = 'nearest' }: { children: ReactNode; at?: 'nearest' | 'center' }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Newer browsers answer with a promise, which React would take for what undoes the effect.
    place.current?.scrollIntoView({ block: at })
  }, [at])
  return (
    <div ref={place} className="scroll-my-4 max-md:scroll-my-24">
      {children}
    </div>
  )
}
