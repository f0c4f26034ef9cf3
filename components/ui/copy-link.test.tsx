// @vitest-environment happy-dom
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { renderUi } from '../testing/render'
import { CopyLink } from './copy-link'

afterEach(() => vi.unstubAllGlobals())

function giveClipboard(clipboard: { writeText: (text: string) => Promise<void> } | undefined): void {
  vi.stubGlobal('navigator', Object.create(navigator, { clipboard: { value: clipboard } }))
}

describe('copying a link', () => {
  it('copies the whole address by key, and says so', async () => {
    const writeText = vi.fn(async () => undefined)
    const user = userEvent.setup({ writeToClipboard: false })
    giveClipboard({ writeText })
    renderUi(<CopyLink path="/alerts/a-1" />)
    await user.keyboard('c')
    expect(await screen.findByRole('button', { name: 'Link copied' })).toBeDefined()
    expect(writeText).toHaveBeenCalledExactlyOnceWith(new URL('/alerts/a-1', window.location.href).href)
  })

  it('says what to do where the browser has no clipboard', async () => {
    const user = userEvent.setup({ writeToClipboard: false })
    giveClipboard(undefined)
    renderUi(<CopyLink />)
    await user.click(screen.getByRole('button', { name: 'Copy link' }))
    expect(await screen.findByRole('button', { name: /did not allow copying/ })).toBeDefined()
  })
})
