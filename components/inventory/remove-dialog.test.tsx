// @vitest-environment happy-dom
import { cleanup, configure, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { NextIntlClientProvider } from 'next-intl'
import { useState } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { ClockProvider } from '@/components/ui/clock'
import { catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import { RemoveDialog } from './remove-dialog'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn(), replace: vi.fn(), refresh: vi.fn() }) }))
configure({ asyncUtilTimeout: 20_000 })
afterEach(cleanup)

type Thing = { id: string; name: string }

function Page({
  action,
  onRemoved,
}: {
  action: Parameters<typeof RemoveDialog<Thing>>[0]['action']
  onRemoved: () => void
}) {
  const [asked, setAsked] = useState<Thing | null>(null)
  return (
    <>
      {['a', 'b'].map((id) => (
        <button key={id} type="button" onClick={() => setAsked({ id, name: `thing ${id}` })}>
          {id}
        </button>
      ))}
      <RemoveDialog
        thing={asked}
        action={action}
        words={({ name }) => ({ title: `Remove ${name}?`, text: 'It is gone then.', submit: 'Remove' })}
        onClose={() => setAsked(null)}
        onRemoved={() => {
          setAsked(null)
          onRemoved()
        }}
      />
    </>
  )
}

it('says of one thing what was refused of it, and nothing of that of the next', async () => {
  const action = vi
    .fn()
    .mockResolvedValueOnce({ ok: false, why: { code: 'last-administrator' } })
    .mockResolvedValueOnce({ ok: true, value: null })
  const removed = vi.fn()
  render(
    <NextIntlClientProvider
      locale="en"
      timeZone="UTC"
      messages={pickAreas(catalogueOf('en'), ['common', 'ui', 'words', 'reasons'])}
    >
      <ClockProvider now="2026-11-28T00:00:00.000Z">
        <Page action={action} onRemoved={removed} />
      </ClockProvider>
    </NextIntlClientProvider>,
  )
  const ask = async (id: string) => {
    await userEvent.click(screen.getByRole('button', { name: id }))
    return within(await screen.findByRole('alertdialog', { name: `Remove thing ${id}?` }))
  }
  const first = await ask('a')
  await userEvent.click(first.getByRole('button', { name: 'Remove' }))
  await first.findByText('This is the last administrator')
  await userEvent.click(first.getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())

  const second = await ask('b')
  expect(second.queryByText('This is the last administrator')).toBeNull()
  await userEvent.click(second.getByRole('button', { name: 'Remove' }))
  await waitFor(() => expect(removed).toHaveBeenCalledOnce())
  expect(action.mock.calls).toEqual([[{ id: 'a' }], [{ id: 'b' }]])
})
