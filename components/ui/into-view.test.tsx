// @vitest-environment happy-dom
import { render } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { IntoView } from './into-view'

afterEach(() => vi.restoreAllMocks())

it('comes into view once and goes away again, also where scrolling answers with a promise', () => {
  // Chromium 150 does; the types know of nothing yet.
  const scroll = vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(async () => undefined)
  const { rerender, unmount } = render(<IntoView>an answer</IntoView>)
  rerender(<IntoView>an answer, ticking</IntoView>)
  expect(scroll).toHaveBeenCalledTimes(1)
  expect(unmount).not.toThrow()
})
