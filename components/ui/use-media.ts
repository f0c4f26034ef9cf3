'use client'
import { useCallback, useSyncExternalStore } from 'react'

/** Whether a media query matches; false on the server and during hydration. Prefer CSS where CSS can do it. */
function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const list = matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    [query],
  )
  return useSyncExternalStore(
    subscribe,
    () => matchMedia(query).matches,
    () => false,
  )
}

/** From 1280 px on: room for a list beside details. */
export const useIsWide = (): boolean => useMedia('(min-width: 80rem)')

/** Below 768 px: one column, bottom tabs. */
export const useIsPhone = (): boolean => useMedia('(max-width: 47.99rem)')
