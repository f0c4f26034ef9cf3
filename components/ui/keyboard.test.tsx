// @vitest-environment happy-dom
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { renderUi } from '../testing/render'
import { useShortcut } from './keyboard'

function Keys({ keys, on }: { keys: string; on: () => void }) {
  useShortcut(keys, on)
  return null
}

describe('shortcuts', () => {
  it('run one after the other, and a lone first key does nothing', async () => {
    const guests = vi.fn()
    renderUi(<Keys keys="g g" on={guests} />)
    await userEvent.keyboard('g')
    expect(guests).not.toHaveBeenCalled()
    await userEvent.keyboard('g')
    expect(guests).toHaveBeenCalledOnce()
  })

  it('are ignored while someone types, but combinations are not', async () => {
    const letter = vi.fn()
    const search = vi.fn()
    renderUi(
      <>
        <Keys keys="j" on={letter} />
        <Keys keys="mod+k" on={search} />
        <input aria-label="Name" />
      </>,
    )
    await userEvent.type(screen.getByLabelText('Name'), 'jj{Control>}k{/Control}')
    expect(letter).not.toHaveBeenCalled()
    expect(search).toHaveBeenCalledOnce()
  })

  it('leave the editing keys to the text, and take them elsewhere', async () => {
    const all = vi.fn()
    renderUi(
      <>
        <Keys keys="mod+a" on={all} />
        <input aria-label="Name" />
      </>,
    )
    await userEvent.type(screen.getByLabelText('Name'), 'x{Control>}a{/Control}')
    expect(all).not.toHaveBeenCalled()
    screen.getByLabelText('Name').blur()
    await userEvent.keyboard('{Control>}a{/Control}')
    expect(all).toHaveBeenCalledOnce()
  })

  it('can be turned off, Escape excepted', async () => {
    const letter = vi.fn()
    const close = vi.fn()
    renderUi(
      <>
        <Keys keys="j" on={letter} />
        <Keys keys="Escape" on={close} />
      </>,
      { singleKeys: false },
    )
    await userEvent.keyboard('j{Escape}')
    expect(letter).not.toHaveBeenCalled()
    expect(close).toHaveBeenCalledOnce()
  })

  it('belong to whoever came last, and go back when that one leaves', async () => {
    const list = vi.fn()
    const drawer = vi.fn()
    const view = renderUi(
      <>
        <Keys keys="Escape" on={list} />
        <Keys keys="Escape" on={drawer} />
      </>,
    )
    await userEvent.keyboard('{Escape}')
    view.update(<Keys keys="Escape" on={list} />)
    await userEvent.keyboard('{Escape}')
    expect(drawer).toHaveBeenCalledOnce()
    expect(list).toHaveBeenCalledOnce()
  })
})
