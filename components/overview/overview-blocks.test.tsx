// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { screen, within } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, it } from 'vitest'
import { renderUi } from '@/components/testing/render'
import { asId, type ConnectionId, type GuestId } from '@/lib/domain/ids'
import type { OperationRow } from '@/lib/domain/operation'
import type { LimitShare } from '@/lib/domain/retention'
import { DAY, HOUR } from '@/lib/domain/units'
import { catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import { MergeMessages } from '@/lib/i18n/merge-messages'
import { q } from '@/lib/web/queries'
import { LimitsBlock } from './limits-block'
import { RunningBlock } from './running-block'

function show(block: ReactNode, key: readonly unknown[], answer: unknown) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false } } })
  client.setQueryData(key, answer)
  const messages = pickAreas(catalogueOf('en'), ['overview', 'retention'])
  return renderUi(
    <QueryClientProvider client={client}>
      <MergeMessages messages={messages}>{block}</MergeMessages>
    </QueryClientProvider>,
  )
}

const running = (patch: Partial<OperationRow>): OperationRow => ({
  id: asId('o1'),
  planId: asId('p1'),
  parentId: null,
  kind: 'merge',
  guestId: asId<GuestId>('g1'),
  guestName: 'erp-app-02',
  connectionId: asId<ConnectionId>('c1'),
  connectionName: 'kvm',
  state: 'running',
  why: null,
  steps: { over: 2, total: 4 },
  snapshots: { first: null, count: 1 },
  fix: null,
  each: null,
  firstGuests: ['erp-app-02'],
  children: null,
  predictedMatches: null,
  askedBy: 'user:lin',
  createdAt: '2026-11-27T00:00:00.000Z',
  startedAt: '2026-11-27T00:00:00.000Z',
  finishedAt: null,
  cancelRequestedAt: null,
  ...patch,
})
const showRunning = (...rows: OperationRow[]) =>
  show(<RunningBlock />, q.operations({ state: 'running', limit: 5 }).queryKey, { rows, nextCursor: null })

describe('what runs now', () => {
  it('is told with how far it is, and leads to its run', () => {
    const children = { queued: 1, running: 1, succeeded: 1, failed: 1, 'needs-attention': 0, cancelled: 0 }
    showRunning(
      running({}),
      running({
        id: asId('o2'),
        kind: 'batch',
        guestId: null,
        guestName: '4 guests',
        firstGuests: ['a', 'b', 'c'],
        children,
      }),
    )
    const [one, batch] = screen.getAllByRole('listitem')
    if (one === undefined || batch === undefined) throw new Error('not both are listed')
    expect(within(one).getByRole('link', { name: 'Merge' }).getAttribute('href')).toBe('/operations/o1')
    expect(one.textContent).toContain('2 of 4 steps')
    const bar = within(one).getByRole('progressbar', { name: 'Merge, erp-app-02' })
    expect(bar.getAttribute('aria-valuenow')).toBe('50')
    expect(batch.textContent).toContain('2 of 4 guests')
  })

  it('is absent while nothing runs', () => {
    expect(showRunning().container.textContent).toBe('')
  })
})

describe('what is past its limit', () => {
  const share = (patch: Partial<LimitShare>): LimitShare => ({
    environment: 'production',
    limitMillis: DAY,
    snapshots: 10,
    past: 3,
    withoutTime: 2,
    ...patch,
  })

  it('is told by environment; what tells no time is on neither side', () => {
    show(<LimitsBlock />, q.limitShares().queryKey, [
      share({}),
      share({ environment: 'test', limitMillis: 72 * HOUR, past: 0, withoutTime: 0 }),
    ])
    const row = screen.getByRole('row', { name: /Production/ })
    expect(
      within(row)
        .getAllByRole('cell')
        .map((cell) => cell.textContent),
    ).toEqual(['24\u00a0h', '', '5', '3'])
    expect(within(row).getByRole('img').getAttribute('aria-label')).toContain('2 of unknown age')
    expect(screen.getByRole('row', { name: /Test/ }).textContent).toContain('0')
    expect(screen.getByRole('link', { name: 'Open report' }).getAttribute('href')).toBe('/retention')
  })

  it('is absent where no limit applies to anything', () => {
    expect(show(<LimitsBlock />, q.limitShares().queryKey, []).container.textContent).toBe('')
  })
})
