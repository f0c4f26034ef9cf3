'use client'
import { type ReactNode, useEffect, useRef } from 'react'

/** The answer to what somebody just pressed, wherever on the page it appears: seen without looking for it. */
export function IntoView({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), [])
  return (
    <div ref={place} className="scroll-my-4 max-md:scroll-my-24">
      {children}
    </div>
  )
}
