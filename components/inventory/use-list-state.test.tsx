// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useListState } from './use-list-state'

let search = ''
vi.mock('next/navigation', () => ({ useSearchParams: () => new URLSearchParams(search) }))

/** The router comes back with what the address bar says. */
function follow(view: { rerender: () => void }): void {
  search = window.location.search.replace(/^\?/, '')
  view.rerender()
}

beforeEach(() => {
  vi.useFakeTimers()
  search = ''
  window.history.replaceState(null, '', '/guests')
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const filterOf = (view: { result: { current: ReturnType<typeof useListState> } }) => view.result.current[0].q

describe('filter and order of a list', () => {
  it('count at once; the URL follows when the typing rests', () => {
    const view = renderHook(() => useListState())
    for (const q of ['w', 'we', 'web']) act(() => view.result.current[1]({ q, sort: null }))
    expect(filterOf(view)).toBe('web')
    expect(window.location.search).toBe('')
    act(() => vi.runAllTimers())
    expect(window.location.search).toBe('?q=web')
  })

  it('do not fall back to what the router comes back with late', () => {
    const view = renderHook(() => useListState())
    act(() => view.result.current[1]({ q: 'a b', sort: { column: 'held', direction: 'desc' } }))
    act(() => vi.runAllTimers())
    act(() => view.result.current[1]({ q: 'a bc', sort: null }))
    follow(view)
    expect(filterOf(view)).toBe('a bc')
  })

  it('give way to a link', () => {
    const view = renderHook(() => useListState())
    act(() => view.result.current[1]({ q: 'typed', sort: null }))
    search = 'q=chain%3A%3E3&sort=held&dir=desc'
    view.rerender()
    expect(view.result.current[0]).toEqual({ q: 'chain:>3', sort: { column: 'held', direction: 'desc' } })
    act(() => vi.runAllTimers())
    expect(view.result.current[0].q).toBe('chain:>3')
  })

  it('are in the URL before a click or Enter leaves the page', () => {
    const view = renderHook(() => useListState())
    act(() => view.result.current[1]({ q: 'db', sort: null }))
    act(() => void window.dispatchEvent(new Event('pointerdown')))
    expect(window.location.search).toBe('?q=db')
  })
})
