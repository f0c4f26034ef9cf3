'use client'
import { useSearchParams } from 'next/navigation'
import { useCallback } from 'react'

export type PlanStep = 'plan' | 'checks' | 'confirm'
const STEPS: readonly PlanStep[] = ['plan', 'checks', 'confirm']

/**
 * Which step of the flow is open. It lives in the browser's history: Back, Alt ← and the phone's gesture go to the
 * step before, and what was typed stays, because the page stays.
 */
export function useFlowStep(start: PlanStep): [PlanStep, (step: PlanStep) => void] {
  const search = useSearchParams()
  const named = search.get('step')
  const step = STEPS.find((each) => each === named) ?? start
  const go = useCallback((next: PlanStep) => {
    const query = new URLSearchParams(window.location.search)
    query.set('step', next)
    window.history.pushState(null, '', `?${query}`)
  }, [])
  return [step, go]
}

/** Notes the plan in the address, so that a reload finds it. */
export function notePlan(id: string): void {
  const query = new URLSearchParams(window.location.search)
  if (query.get('plan') === id) return
  query.set('plan', id)
  window.history.replaceState(null, '', `?${query}`)
}
