// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { renderUi } from '../testing/render'
import { Dialog, Menu } from './overlays'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn(), refresh: vi.fn() }) }))

// react-aria is large: loading it is not what is tested.
beforeAll(async () => {
  await import('./overlays-loaded')
})

describe('Menu', () => {
  it('opens, moves with arrows, acts with Enter, and gives focus back', async () => {
    const remove = vi.fn()
    renderUi(
      <Menu
        label="More actions"
        trigger={(props) => (
          <button type="button" {...props}>
            More
          </button>
        )}
        items={[
          { id: 'rename', label: 'Rename' },
          { id: 'merge', label: 'Plan merge', disabledReason: 'This connection only observes.' },
          { id: 'line', separator: true },
          { id: 'remove', label: 'Remove', danger: true, onAction: remove },
        ]}
      />,
    )
    const trigger = screen.getByRole('button', { name: 'More' })
    await userEvent.click(trigger)
    await screen.findByRole('menu', { name: 'More actions' })
    screen.getByRole('menuitem', { name: /Rename/ }).focus()
    expect(trigger.getAttribute('aria-expanded')).toBe('true')
    expect(screen.getByText('This connection only observes.')).toBeTruthy()
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}')
    expect(remove).toHaveBeenCalledOnce()
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
  })

  it('shows a choice as one ticked entry', async () => {
    const choose = vi.fn()
    renderUi(
      <Menu
        label="Theme"
        trigger={(props) => (
          <button type="button" {...props}>
            Theme
          </button>
        )}
        items={[
          { id: 'light', label: 'Light' },
          { id: 'dark', label: 'Dark' },
        ]}
        selected={new Set(['dark'])}
        onSelect={choose}
      />,
    )
    await userEvent.click(screen.getByRole('button', { name: 'Theme' }))
    const dark = await screen.findByRole('menuitemradio', { name: 'Dark' })
    expect(dark.getAttribute('aria-checked')).toBe('true')
    await userEvent.click(screen.getByRole('menuitemradio', { name: 'Light' }))
    expect([...(choose.mock.calls[0]?.[0] ?? [])]).toEqual(['light'])
  })
})

function Opener() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Open
      </button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Remove connection">
        Its guests leave this console.
      </Dialog>
    </>
  )
}

describe('Dialog', () => {
  it('is named by its title, closes with Esc and gives focus back', async () => {
    renderUi(<Opener />)
    const opener = screen.getByRole('button', { name: 'Open' })
    await userEvent.click(opener)
    const dialog = await screen.findByRole('dialog', { name: 'Remove connection' })
    expect(dialog.contains(document.activeElement)).toBe(true)
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await waitFor(() => expect(document.activeElement).toBe(opener))
  })
})
