// @vitest-environment happy-dom
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { renderUi } from '../testing/render'
import { Button } from './button'

describe('Button', () => {
  it('stays focusable and tells why when it cannot be used', async () => {
    const press = vi.fn()
    renderUi(
      <Button disabledReason="This connection only observes." onClick={press}>
        Roll back
      </Button>,
    )
    const button = screen.getByRole('button', { name: 'Roll back' })
    await userEvent.tab()
    expect(document.activeElement).toBe(button)
    await userEvent.click(button)
    expect(press).not.toHaveBeenCalled()
    const described = document.getElementById(button.getAttribute('aria-describedby') ?? '')
    expect(described?.textContent).toBe('This connection only observes.')
    expect(button.getAttribute('aria-disabled')).toBe('true')
  })

  it('does not submit a form while busy', async () => {
    const submit = vi.fn((event: { preventDefault: () => void }) => event.preventDefault())
    renderUi(
      <form onSubmit={submit}>
        <Button type="submit" busy>
          Save
        </Button>
      </form>,
    )
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))
    expect(submit).not.toHaveBeenCalled()
  })

  it('keeps its key out of its name and announces it as a shortcut', () => {
    renderUi(<Button keys="S">Take snapshot</Button>)
    expect(screen.getByRole('button', { name: 'Take snapshot' }).getAttribute('aria-keyshortcuts')).toBe('S')
  })
})
