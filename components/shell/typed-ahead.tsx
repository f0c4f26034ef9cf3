'use client'
import { type RefObject, useEffect } from 'react'

/**
 * What stands where the palette will, while it is loaded for the first time: it keeps what is typed for it. Without it
 * the first letters would be lost, or be the page's shortcuts.
 */
export function TypedAhead({ typed, onClose }: { typed: RefObject<string>; onClose: () => void }) {
  useEffect(() => {
    const keep = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
      if (event.key === 'Escape') {
        typed.current = ''
        onClose()
      } else if (event.key === 'Backspace') typed.current = typed.current.slice(0, -1)
      else if (event.key.length === 1) typed.current += event.key
      else return
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    // Before the page's shortcuts, which listen further in.
    window.addEventListener('keydown', keep, { capture: true })
    return () => window.removeEventListener('keydown', keep, { capture: true })
  }, [typed, onClose])
  return null
}
