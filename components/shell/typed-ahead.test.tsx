// @vitest-environment happy-dom
import { act, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { type LoadedPaletteProps, Palette } from './palette'
import { TypedAhead } from './typed-ahead'

const chunk = vi.hoisted(() => {
  let arrive: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  return { arrived, arrive: () => arrive() }
})
vi.mock('./palette-loaded', async () => {
  await chunk.arrived
  return { LoadedPalette: ({ typed }: LoadedPaletteProps) => <output>{typed.current}</output> }
})

it('gives the palette what was typed before it was there', async () => {
  render(<Palette open onClose={() => undefined} commands={[]} />)
  await userEvent.keyboard('web0')
  expect(screen.queryByRole('status')).toBeNull()
  await act(async () => chunk.arrive())
  expect((await screen.findByRole('status')).textContent).toBe('web0')
})

it('keeps what is typed for the palette from the page, and lets go of it when the palette is there', async () => {
  const shortcut = vi.fn()
  document.addEventListener('keydown', shortcut)
  const typed = { current: '' }
  const close = vi.fn()
  const { unmount } = render(<TypedAhead typed={typed} onClose={close} />)
  await userEvent.keyboard('serx{Backspace}v')
  expect(typed.current).toBe('serv')
  expect(shortcut).not.toHaveBeenCalled()
  await userEvent.keyboard('{Escape}')
  expect([typed.current, close.mock.calls.length]).toEqual(['', 1])
  unmount()
  await userEvent.keyboard('s')
  expect([typed.current, shortcut.mock.calls.length]).toEqual(['', 1])
  document.removeEventListener('keydown', shortcut)
})
