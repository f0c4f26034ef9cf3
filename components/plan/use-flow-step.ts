'use client'
import { useSearchParams } from 'next/navigation'
import { useCallback, useEffect } from 'react'

export type PlanStep = 'plan' | 'checks' | 'confirm'
const STEPS: readonly PlanStep[] = ['plan', 'checks', 'confirm']

/**
 * Which step of the flow is open. It lives in the browser's history: Back, Alt ← and the phone's gesture go to the
 * step before, and what was typed stays, because the page stays. Without anything to plan (`isReady` false) it is the
 * first, and the address says so.
 */
export function useFlowStep(start: PlanStep, isReady: boolean): [PlanStep, (step: PlanStep) => void] {
  const search = useSearchParams()
  const named = STEPS.find((each) => each === search.get('step')) ?? start
  // The address keeps a step and not what was chosen for it: without a plan of that, whoever opens it chooses first.
  const step = isReady ? named : 'plan'
  useEffect(() => {
    if (isReady || named === 'plan') return
    const query = new URLSearchParams(window.location.search)
    query.set('step', 'plan')
    window.history.replaceState(null, '', `?${query}`)
  }, [isReady, named])
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
