'use client'
import { useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { DataSort } from '@/components/ui/data-table-model'

export type ListState = { q: string; sort: DataSort | null }

/** The URL follows when the typing rests: each change of it has the router draw the page's frame again. */
const URL_AFTER_MS = 250

/**
 * Filter and order of a list. They live in the URL (a link, Back and reload bring them back), but what is typed counts
 * at once: the rows it asks for wait neither for the router nor for the server's page.
 */
export function useListState(): [ListState, (next: ListState) => void] {
  const search = useSearchParams().toString()
  const [state, setState] = useState(() => stateOf(search))
  const [followed, setFollowed] = useState(search)
  /** what we wrote ourselves and the router has not come back with yet, oldest first */
  const written = useRef<string[]>([])
  const waiting = useRef<{ state: ListState; timer: ReturnType<typeof setTimeout> } | null>(null)

  useEffect(() => {
    if (search === followed) return
    setFollowed(search)
    const ours = written.current.indexOf(search)
    written.current = written.current.slice(ours + 1)
    if (ours !== -1) return
    // A link or Back: what was typed and is not yet in the URL belongs to the list as it was.
    clearTimeout(waiting.current?.timer)
    waiting.current = null
    written.current = []
    setState(stateOf(search))
  }, [search, followed])

  const write = useCallback(() => {
    if (waiting.current === null) return
    const text = searchOf(waiting.current.state)
    clearTimeout(waiting.current.timer)
    waiting.current = null
    if (text === window.location.search.replace(/^\?/, '')) return
    written.current.push(text)
    window.history.replaceState(null, '', text === '' ? window.location.pathname : `?${text}`)
  }, [])
  useEffect(() => {
    // Whatever leaves the page begins with one of these: the entry that Back returns to has the filter by then.
    const onKey = (event: KeyboardEvent) => event.key === 'Enter' && write()
    addEventListener('pointerdown', write, true)
    addEventListener('keydown', onKey, true)
    return () => {
      removeEventListener('pointerdown', write, true)
      removeEventListener('keydown', onKey, true)
      clearTimeout(waiting.current?.timer)
    }
  }, [write])

  const set = useCallback(
    (next: ListState) => {
      setState(next)
      clearTimeout(waiting.current?.timer)
      waiting.current = { state: next, timer: setTimeout(write, URL_AFTER_MS) }
    },
    [write],
  )
  return [state, set]
}

function stateOf(search: string): ListState {
  const parameters = new URLSearchParams(search)
  const column = parameters.get('sort')
  const direction = parameters.get('dir') === 'desc' ? 'desc' : 'asc'
  return { q: parameters.get('q') ?? '', sort: column === null ? null : { column, direction } }
}

function searchOf({ q, sort }: ListState): string {
  const query = new URLSearchParams()
  if (q !== '') query.set('q', q)
  if (sort !== null) {
    query.set('sort', sort.column)
    query.set('dir', sort.direction)
  }
  return query.toString()
}
