// @vitest-environment happy-dom
import { act, configure, renderHook, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { asId, type GuestId, type PlanId, type SnapshotId } from '@/lib/domain/ids'
import type { Intent, Plan, PlanView } from '@/lib/domain/plan'
import type { PlanStep } from './use-flow-step'
import { type PlanActions, usePlan } from './use-plan'

configure({ asyncUtilTimeout: 20_000 })

const intent: Intent = {
  do: 'delete',
  guestId: asId<GuestId>('g1'),
  snapshotIds: [asId<SnapshotId>('s1')],
  children: 'keep',
}
const plan = (digest: string): Plan =>
  ({ id: asId<PlanId>(`plan-${digest}`), digest, intent, steps: [], losses: [], checks: [], parts: [] }) as never
const view = (digest: string): PlanView => ({
  planned: { kind: 'plan', plan: plan(digest) },
  proposer: 'a',
  operationId: null,
})
const proposing = (...digests: string[]) => {
  const left = [...digests]
  return vi.fn(async () => ({ ok: true as const, value: view(left.shift() ?? 'end') }))
}
const confirming =
  (answer: Awaited<ReturnType<PlanActions['confirm']>>): PlanActions['confirm'] =>
  async () =>
    answer

it('plans once an intent rests, and not before the checks are looked at', async () => {
  const propose = proposing('a')
  const actions: PlanActions = { propose, confirm: confirming({ ok: false, why: { code: 'nothing-to-do' } }) }
  const { result, rerender } = renderHook(({ step }) => usePlan(intent, step, null, actions), {
    initialProps: { step: 'plan' as PlanStep },
  })
  expect(propose).not.toHaveBeenCalled()
  rerender({ step: 'checks' })
  await waitFor(() => expect(result.current.planned).toMatchObject({ plan: { digest: 'a' } }))
  expect(propose).toHaveBeenCalledTimes(1)
})

it('shows what changed when the world moved, and asks again instead of going on', async () => {
  const actions: PlanActions = {
    propose: proposing('a'),
    confirm: confirming({ ok: true, value: { result: 'changed', plan: view('b') } }),
  }
  const { result } = renderHook(() => usePlan(intent, 'confirm', { kind: 'plan', plan: plan('a') }, actions))
  await act(async () => {
    expect(await result.current.agree(plan('a'), {})).toBeNull()
  })
  expect(result.current.before?.digest).toBe('a')
  expect(result.current.planned).toMatchObject({ plan: { digest: 'b' } })
})

it('keeps a plan that was opened by its address while the form asks the same, whatever the order of its words', async () => {
  const propose = proposing('z')
  const actions: PlanActions = { propose, confirm: confirming({ ok: false, why: { code: 'nothing-to-do' } }) }
  const stored = {
    ...plan('a'),
    intent: { children: 'keep', snapshotIds: ['s1'], guestId: 'g1', do: 'delete' } as Intent,
  }
  const { result, rerender } = renderHook(
    ({ wanted }) => usePlan(wanted, 'checks', { kind: 'plan', plan: stored }, actions),
    {
      initialProps: { wanted: intent },
    },
  )
  rerender({ wanted: { ...intent, children: 'delete' } })
  await waitFor(() => expect(result.current.planned).toMatchObject({ plan: { digest: 'z' } }))
  // Only what asked something else was planned.
  expect(propose).toHaveBeenCalledTimes(1)
  expect(result.current.before).toBeNull()
})

it('tells what differs when the world changes what is asked for on Confirm, from what was read first', async () => {
  const actions: PlanActions = {
    propose: proposing('b', 'c'),
    confirm: confirming({ ok: false, why: { code: 'nothing-to-do' } }),
  }
  const { result, rerender } = renderHook(
    ({ wanted }) => usePlan(wanted, 'confirm', { kind: 'plan', plan: plan('a') }, actions),
    { initialProps: { wanted: intent } },
  )
  rerender({ wanted: { ...intent, snapshotIds: [asId<SnapshotId>('s2')] } })
  await waitFor(() => expect(result.current.planned).toMatchObject({ plan: { digest: 'b' } }))
  expect(result.current.before?.digest).toBe('a')
  rerender({ wanted: { ...intent, snapshotIds: [asId<SnapshotId>('s3')] } })
  await waitFor(() => expect(result.current.planned).toMatchObject({ plan: { digest: 'c' } }))
  expect(result.current.before?.digest).toBe('a')
})

it('makes a plan that ran out again', async () => {
  const propose = proposing('a')
  const actions: PlanActions = {
    propose,
    confirm: confirming({ ok: false, why: { code: 'expired', since: '2026-01-01T00:00:00.000Z' } }),
  }
  const { result } = renderHook(() => usePlan(intent, 'confirm', { kind: 'plan', plan: plan('a') }, actions))
  await act(async () => {
    expect(await result.current.agree(plan('a'), {})).toBeNull()
  })
  expect(propose).toHaveBeenCalledTimes(1)
  expect(result.current.expired).toBe(true)
  expect(result.current.before).toBeNull()
})

it('leads to the operation that somebody else started with the same plan', async () => {
  const actions: PlanActions = {
    propose: proposing(),
    confirm: confirming({ ok: false, why: { code: 'already-confirmed', operationId: 'op-1' } }),
  }
  const { result } = renderHook(() => usePlan(intent, 'confirm', { kind: 'plan', plan: plan('a') }, actions))
  await act(async () => {
    expect(await result.current.agree(plan('a'), {})).toBe('op-1')
  })
})

it('keeps the plan when the server does not answer', async () => {
  const actions: PlanActions = { propose: proposing(), confirm: () => Promise.reject(new Error('offline')) }
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const { result } = renderHook(() => usePlan(intent, 'confirm', { kind: 'plan', plan: plan('a') }, actions))
  await act(async () => {
    expect(await result.current.agree(plan('a'), {})).toBeNull()
  })
  expect(result.current.refusal?.code).toBe('unreachable')
  expect(result.current.planned).toMatchObject({ plan: { digest: 'a' } })
  said.mockRestore()
})

it('never shows the plan of one choice as that of another', async () => {
  const other: Intent = { do: 'delete', guestId: asId<GuestId>('g2'), snapshotIds: [], children: 'keep' }
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const actions: PlanActions = {
    propose: () => Promise.reject(new Error('offline')),
    confirm: confirming({ ok: false, why: { code: 'nothing-to-do' } }),
  }
  const first = { kind: 'plan', plan: plan('a') } as const
  const { result, rerender } = renderHook(
    ({ chosen }: { chosen: Intent }) => usePlan(chosen, 'checks', first, actions),
    {
      initialProps: { chosen: intent },
    },
  )
  expect(result.current.planning).toBe(false)
  rerender({ chosen: other })
  // From the moment of the choice: nothing can be agreed to before its own plan is there.
  expect(result.current.planning).toBe(true)
  await waitFor(() => expect(result.current.refusal?.code).toBe('unreachable'))
  expect(result.current).toMatchObject({ planned: null, planning: false })
  said.mockRestore()
})
