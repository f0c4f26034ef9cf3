// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react'
import { beforeEach, expect, it, vi } from 'vitest'
import { useFlowStep } from './use-flow-step'

vi.mock('next/navigation', () => ({ useSearchParams: () => new URLSearchParams(window.location.search) }))

beforeEach(() => window.history.replaceState(null, '', '/'))

const open = (address: string, start: 'plan' | 'checks', isReady: boolean) => {
  window.history.replaceState(null, '', address)
  return renderHook(({ ready }) => useFlowStep(start, ready), { initialProps: { ready: isReady } })
}

it('opens the step of the address where there is something to plan', () => {
  expect(open('/delete?guests=a&snapshots=s&step=checks', 'plan', true).result.current[0]).toBe('checks')
  expect(open('/delete?guests=a', 'checks', true).result.current[0]).toBe('checks')
})

it('begins at the first step where the address names a later one and nothing is chosen, and stays when it is', () => {
  const { result, rerender } = open('/delete?guests=a&step=checks', 'plan', false)
  expect(result.current[0]).toBe('plan')
  expect(window.location.search).toBe('?guests=a&step=plan')
  rerender({ ready: true })
  expect(result.current[0]).toBe('plan')
  result.current[1]('checks')
  rerender({ ready: true })
  expect(result.current[0]).toBe('checks')
})
