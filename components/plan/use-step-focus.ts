'use client'
import { useEffect, useRef } from 'react'

/**
 * After a step change the heading of the step is read; not on the first paint. A heading that comes later, with its
 * plan, gets the focus then, unless the person has put it somewhere else meanwhile.
 */
export function useStepFocus(step: string) {
  const head = useRef<HTMLHeadingElement>(null)
  const before = useRef(step)
  const waiting = useRef(false)
  useEffect(() => {
    const isNew = before.current !== step
    before.current = step
    if (isNew) waiting.current = true
    if (!waiting.current || head.current === null) return
    waiting.current = false
    if (isNew || document.activeElement === document.body) head.current.focus()
  })
  return head
}
