'use client'
import { useEffect, useState } from 'react'

/** Puts a text on the clipboard. False where the browser refuses, or has none: it exists on https and localhost only. */
export function copyText(text: string): Promise<boolean> {
  // The types promise one everywhere.
  const clipboard = navigator.clipboard as Clipboard | undefined
  if (clipboard === undefined) return Promise.resolve(false)
  return clipboard.writeText(text).then(
    () => true,
    () => false,
  )
}

const TOLD_MS = 2_000

/** Copies, and says for two seconds whether it could. */
export function useCopy(): { state: 'idle' | 'copied' | 'failed'; copy: (text: string) => void } {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), TOLD_MS)
    return () => clearTimeout(timer)
  }, [state])
  const copy = (text: string) => void copyText(text).then((done) => setState(done ? 'copied' : 'failed'))
  return { state, copy }
}
