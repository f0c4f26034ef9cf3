// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { useStepFocus } from './use-step-focus'

afterEach(cleanup)

function Step({ step, planned }: { step: string; planned: boolean }) {
  const head = useStepFocus(step)
  return (
    <>
      <input aria-label="name" />
      {planned && (
        <h2 ref={head} tabIndex={-1}>
          {step}
        </h2>
      )}
    </>
  )
}

it('goes to the heading of a step that was changed to, also when that comes later, and not on the first paint', () => {
  const { rerender } = render(<Step step="checks" planned />)
  expect(document.activeElement).toBe(document.body)
  rerender(<Step step="confirm" planned />)
  expect(document.activeElement?.textContent).toBe('confirm')
  rerender(<Step step="checks" planned={false} />)
  expect(document.activeElement).toBe(document.body)
  rerender(<Step step="checks" planned />)
  expect(document.activeElement?.textContent).toBe('checks')
})

it('stays where a person has put it meanwhile', () => {
  const { rerender } = render(<Step step="plan" planned={false} />)
  rerender(<Step step="checks" planned={false} />)
  screen.getByLabelText('name').focus()
  rerender(<Step step="checks" planned />)
  expect(document.activeElement).toBe(screen.getByLabelText('name'))
})
