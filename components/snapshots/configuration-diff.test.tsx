// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, configure, render, screen } from '@testing-library/react'
import { NextIntlClientProvider } from 'next-intl'
import { afterEach, expect, it, vi } from 'vitest'
import { ClockProvider } from '@/components/ui/clock'
import type { ConfigurationMap } from '@/lib/domain/inventory'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import { keysOf } from '@/lib/web/topics'
import { ConfigurationDiff } from './configuration-diff'

configure({ asyncUtilTimeout: 20_000 })
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const NOW = '2025-08-31T09:42:00.000Z'
const snapshot = { id: 's1', name: 'a', unmanaged: false, createdAt: NOW } as SnapshotView
const guestWith = (configuration: ConfigurationMap) =>
  ({ id: 'g1', name: 'web', connectionName: 'kvm-01', configuration }) as GuestDetail

it('is not asked for again because its guest changed, only when today’s configuration is another', async () => {
  const asked = vi.fn(async () => new Response('{"changes": [{"key": "memory", "then": "2 GiB", "now": "4 GiB"}]}'))
  vi.stubGlobal('fetch', asked)
  const client = new QueryClient()
  const drawer = (configuration: ConfigurationMap) => (
    <NextIntlClientProvider
      locale="en"
      timeZone="Asia/Shanghai"
      messages={pickAreas(catalogueOf('en'), ['common', 'ui', 'words', 'guest', 'reasons'])}
    >
      <ClockProvider now={NOW}>
        <QueryClientProvider client={client}>
          <ConfigurationDiff guest={guestWith(configuration)} snapshot={snapshot} />
        </QueryClientProvider>
      </ClockProvider>
    </NextIntlClientProvider>
  )
  const { rerender } = render(drawer({ memory: '4 GiB' }))
  await screen.findByText(/2 GiB/)
  expect(asked).toHaveBeenCalledTimes(1)
  // The snapshot was deleted elsewhere: the guest's change arrives before the page has read the guest again.
  for (const queryKey of keysOf([{ topic: 'guest', id: 'g1' }])) await client.invalidateQueries({ queryKey })
  await client.invalidateQueries()
  expect(asked).toHaveBeenCalledTimes(1)
  rerender(drawer({ memory: '8 GiB' }))
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2))
})
