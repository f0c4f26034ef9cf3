'use client'
import { useCallback, useSyncExternalStore } from 'react'

/**
 * Which columns of a list this browser hides. Kept in local storage: it is a habit of a screen, not of a person.
 * Where storage is not allowed the choice lasts as long as the page.
 */
export function useHiddenColumns(
  list: string,
  first: ReadonlySet<string>,
): [ReadonlySet<string>, (hidden: ReadonlySet<string>) => void] {
  const key = `snapwarden.columns.${list}`
  const hidden = useSyncExternalStore(
    subscribe,
    () => readHidden(key) ?? first,
    () => first,
  )
  const set = useCallback(
    (next: ReadonlySet<string>) => {
      cache.set(key, next)
      try {
        localStorage.setItem(key, JSON.stringify([...next]))
      } catch (error) {
        console.warn('This browser keeps no settings; the columns stay for this visit', error)
      }
      for (const listener of listeners) listener()
    },
    [key],
  )
  return [hidden, set]
}

const cache = new Map<string, ReadonlySet<string> | null>()
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function readHidden(key: string): ReadonlySet<string> | null {
  const known = cache.get(key)
  if (known !== undefined) return known
  const found = parse(localStorage.getItem(key))
  cache.set(key, found)
  return found
}

function parse(text: string | null): ReadonlySet<string> | null {
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? new Set(value.filter((each) => typeof each === 'string')) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
