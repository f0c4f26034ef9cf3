// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, cleanup, configure, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LiveMessage } from './live'
import { LiveProvider } from './live-provider'

configure({ asyncUtilTimeout: 20_000 })

let tell: (message: LiveMessage) => void = () => undefined
vi.mock('./live', () => ({
  connectLive: (listener: (message: LiveMessage) => void) => {
    tell = listener
    return () => undefined
  },
}))

let answers: string[]
beforeEach(() => {
  answers = ['after the page was rendered', 'later']
})

afterEach(cleanup)

/** What the server put into the page, and what it answers when it is asked again. */
function Page() {
  const { data } = useQuery({
    queryKey: ['alerts'],
    queryFn: async () => answers.shift(),
    initialData: 'as it was rendered',
    staleTime: Number.POSITIVE_INFINITY,
  })
  return <p>{data}</p>
}

const open = () =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LiveProvider>
        <Page />
      </LiveProvider>
    </QueryClientProvider>,
  )

describe('a page that begins to hear of changes', () => {
  it('reads once more what was told before it heard', async () => {
    open()
    expect(screen.getByText('as it was rendered')).toBeTruthy()
    act(() => tell({ kind: 'state', connected: true }))
    expect(await screen.findByText('after the page was rendered')).toBeTruthy()
  })

  it('does not read everything again when its stream came back: that one resumes where it stopped', async () => {
    open()
    act(() => tell({ kind: 'state', connected: true }))
    await screen.findByText('after the page was rendered')
    act(() => tell({ kind: 'state', connected: false }))
    act(() => tell({ kind: 'state', connected: true }))
    await act(async () => undefined)
    expect(answers).toEqual(['later'])
    act(() => tell({ kind: 'reset' }))
    expect(await screen.findByText('later')).toBeTruthy()
  })

  it('reads at once when it comes back from the browser’s memory, and once more when it hears again', async () => {
    open()
    act(() => tell({ kind: 'state', connected: true }))
    await screen.findByText('after the page was rendered')
    answers.push('last')
    act(() => tell({ kind: 'returned' }))
    expect(await screen.findByText('later')).toBeTruthy()
    act(() => tell({ kind: 'state', connected: true }))
    expect(await screen.findByText('last')).toBeTruthy()
  })
})

/** A read that the server did not make with the page. */
function Card({ ask }: { ask: () => Promise<string> }) {
  const { data } = useQuery({ queryKey: ['alert', 'a'], queryFn: ask, staleTime: Number.POSITIVE_INFINITY })
  return <p>{data ?? 'nothing yet'}</p>
}

describe('a read that is under way for the first time when something changes', () => {
  it('is done again when it has arrived: it may have been answered before the change', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    try {
      const asked: ((answer: string) => void)[] = []
      render(
        <QueryClientProvider client={new QueryClient()}>
          <LiveProvider>
            <Card ask={() => new Promise((resolve) => void asked.push(resolve))} />
          </LiveProvider>
        </QueryClientProvider>,
      )
      expect(asked).toHaveLength(1)
      act(() => tell({ kind: 'changes', changes: [{ topic: 'alerts', id: null }] } as LiveMessage))
      await act(async () => vi.advanceTimersByTimeAsync(1_000))
      await act(async () => asked[0]?.('before the change'))
      await vi.waitFor(() => expect(asked).toHaveLength(2))
      await act(async () => asked[1]?.('after the change'))
      expect(await screen.findByText('after the change')).toBeTruthy()
      await act(async () => vi.advanceTimersByTimeAsync(1_000))
      expect(asked).toHaveLength(2)
    } finally {
      vi.useRealTimers()
    }
  })
})
