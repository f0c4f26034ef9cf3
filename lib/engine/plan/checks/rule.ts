/** One check: what it looks at, and what it makes of it. Pure; one file each, found by its id. */
import type { CheckId, Evidence, RefusedBy, SingleIntent, Verdict } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { Context } from '../context'
import type { Draft } from '../draft'

export type CheckInput = { context: Context; draft: Draft; intent: SingleIntent }

export type Judgement = { verdict: Verdict; by: RefusedBy | null; why?: Reason; evidence: Evidence }

export type CheckRule = {
  id: CheckId
  /** null = it does not concern this plan */
  judge(input: CheckInput): Judgement | null
}

export const passes = (evidence: Evidence = {}): Judgement => ({ verdict: 'pass', by: null, evidence })
export const warns = (why: Reason | undefined, evidence: Evidence = {}): Judgement => ({
  verdict: 'warn',
  by: null,
  ...(why === undefined ? {} : { why }),
  evidence,
})
export const blocks = (by: RefusedBy, why: Reason, evidence: Evidence = {}): Judgement => ({
  verdict: 'block',
  by,
  why,
  evidence,
})
/** The deciding fact is not known, and by itself that stops. */
export const isOpen = (why: Reason, evidence: Evidence = {}): Judgement => ({
  verdict: 'unknown',
  by: 'guard',
  why,
  evidence,
})
