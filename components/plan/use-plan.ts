'use client'
/** A plan while it is being agreed on: proposed whenever the intent changes, confirmed once, made again when the world moved. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Intent, Plan, Planned, PlanView } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { Wire } from '@/lib/web/gate'
import { asksTheSame } from './intent-facts'
import type { PlanStep } from './use-flow-step'

type ConfirmInput = { id: string; digest: string; typedName?: string; reason?: string }
export type PlanActions = {
  propose: (input: { intent: Intent }) => Promise<Wire<PlanView>>
  confirm: (
    input: ConfirmInput,
  ) => Promise<Wire<{ result: 'confirmed'; operationId: string } | { result: 'changed'; plan: PlanView }>>
}

export type PlanState = {
  planned: Planned | null
  /** the question `planned` or `refusal` is about: a plan of another one must not be agreed to in its place */
  answers: string
  /** the plan that was agreed on before the world moved; null = nothing to compare */
  before: Plan | null
  /** it had run out when it was confirmed */
  expired: boolean
  refusal: Reason | null
  planning: boolean
  confirming: boolean
}

const EMPTY: PlanState = {
  planned: null,
  answers: '',
  before: null,
  expired: false,
  refusal: null,
  planning: false,
  confirming: false,
}

/** What is asked while it is still being changed (a switch, a name) is planned when it rests. */
const PLAN_AFTER_MS = 250

/**
 * Keeps a plan of `intent` from the Checks on. `first` is a plan that was made before (a reload, a link): it stands
 * while the form asks the same, so that two people who open it agree on one plan.
 * On Confirm nobody changes the form: an intent that changes there was changed by the world, and the plan made for it
 * is told beside the one before.
 * `agree` answers the operation, or null when the person must look again: the state then says why.
 */
export function usePlan(intent: Intent | null, step: PlanStep, first: Planned | null, actions: PlanActions) {
  const text = intent === null ? '' : JSON.stringify(intent)
  const begun = first !== null && intent !== null && asksTheSame(intentOf(first), intent) ? text : ''
  const [state, setState] = useState<PlanState>({ ...EMPTY, planned: first, answers: begun })
  const asked = useRef(begun)
  const turn = useRef(0)
  const active = step !== 'plan'
  const agreeing = step === 'confirm'
  const { propose, confirm } = actions

  const make = useCallback(
    async (wanted: Intent, question: string, moved = false): Promise<Planned | null> => {
      turn.current += 1
      const mine = turn.current
      asked.current = JSON.stringify(wanted)
      setState((now) => ({ ...now, planning: true, refusal: null }))
      const answer = await propose({ intent: wanted }).catch(silent)
      // A later question makes this answer nobody's.
      if (mine !== turn.current) return null
      setState((now) => ({
        ...now,
        planning: false,
        planned: answer.ok ? answer.value.planned : now.answers === question ? now.planned : null,
        before: moved && answer.ok ? planToCompare(now, answer.value.planned) : now.before,
        answers: question,
        refusal: answer.ok ? null : answer.why,
      }))
      return answer.ok ? answer.value.planned : null
    },
    [propose],
  )

  useEffect(() => {
    if (!active || text === '' || text === asked.current) return
    const timer = setTimeout(() => {
      setState((now) => ({ ...now, before: agreeing ? now.before : null, expired: false }))
      void make(JSON.parse(text) as Intent, text, agreeing)
    }, PLAN_AFTER_MS)
    return () => clearTimeout(timer)
  }, [active, agreeing, text, make])

  const again = useCallback(() => {
    if (text !== '') void make(JSON.parse(text) as Intent, text)
  }, [text, make])

  const agree = useCallback(
    async (plan: Plan, consent: { typedName?: string; reason?: string }): Promise<string | null> => {
      setState((now) => ({ ...now, confirming: true, refusal: null }))
      const answer = await confirm({ id: plan.id, digest: plan.digest, ...consent }).catch(silent)
      setState((now) => ({ ...now, confirming: false }))
      if (answer.ok) {
        if (answer.value.result === 'confirmed') return answer.value.operationId
        const { planned } = answer.value.plan
        setState((state) => ({ ...state, planned, before: planned.kind === 'plan' ? plan : null, expired: false }))
        return null
      }
      if (answer.why.code === 'already-confirmed') return answer.why.operationId
      if (answer.why.code === 'expired') {
        const renewed = await make(plan.intent, text)
        const differs = renewed?.kind === 'plan' && renewed.plan.digest !== plan.digest
        setState((state) => ({ ...state, expired: true, before: differs ? plan : null }))
        return null
      }
      setState((state) => ({ ...state, refusal: answer.why }))
      return null
    },
    [confirm, make, text],
  )

  // What was asked a moment ago and is not answered yet is being planned, also while it rests.
  const unanswered = active && text !== '' && text !== state.answers
  return { ...state, planning: state.planning || unanswered, again, agree }
}

const intentOf = (planned: Planned): Intent => (planned.kind === 'plan' ? planned.plan.intent : planned.intent)

/** What a person had read when the world moved, also when it moved twice; null where nothing they read differs. */
function planToCompare({ before, planned }: PlanState, made: Planned): Plan | null {
  const read = before ?? (planned?.kind === 'plan' ? planned.plan : null)
  return read !== null && made.kind === 'plan' && made.plan.digest !== read.digest ? read : null
}

/** An action whose answer never arrives is Snapwarden itself not answering; nothing typed is lost. */
function silent(error: unknown): { ok: false; why: Reason } {
  console.error('The server did not answer', error)
  return { ok: false, why: { code: 'unreachable', address: window.location.host, cause: 'network' } }
}
