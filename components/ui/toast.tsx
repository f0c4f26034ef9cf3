'use client'
import { lazy, Suspense, useEffect, useState } from 'react'

/**
 * Short news at the bottom right: done, or still running. Never a failure: what failed stays on the page until
 * someone has dealt with it. sonner is loaded with the first one.
 */
export type Toast = {
  kind: 'done' | 'running'
  title: string
  text?: string
  /** 0…1, running only */
  share?: number
  /** at the right: "4 min" */
  aside?: string
  action?: { label: string; href: string }
}
export type QueuedToast = Toast & { id: string }

const queue: QueuedToast[] = []
let wake: (() => void) | null = null
let count = 0

function show(toast: Toast, own?: string): string {
  count += 1
  const id = own ?? `toast-${count}`
  queue.push({ ...toast, id })
  wake?.()
  return id
}

/** `done` goes after 6 s (not while pointed at); `running` stays until replaced by the same id. */
export const notify = {
  done: (toast: Omit<Toast, 'kind' | 'share'>, id?: string) => show({ ...toast, kind: 'done' }, id),
  running: (toast: Omit<Toast, 'kind'>, id?: string) => show({ ...toast, kind: 'running' }, id),
}

/** Takes what is waiting. For the loaded part only. */
export const takeQueued = (): QueuedToast[] => queue.splice(0)

const LoadedToasts = lazy(() => import('./toast-loaded').then((module) => ({ default: module.LoadedToasts })))

/** Where toasts appear; once, in the shell. */
export function Toasts() {
  const [version, setVersion] = useState(0)
  useEffect(() => {
    wake = () => setVersion((previous) => previous + 1)
    if (queue.length > 0) wake()
    return () => {
      wake = null
    }
  }, [])
  return version > 0 ? (
    <Suspense fallback={null}>
      <LoadedToasts version={version} />
    </Suspense>
  ) : null
}
