/** What pages read out of a plan: names, counts, the safety snapshot. Total functions over the plan alone. */
import type { GuestId } from '@/lib/domain/ids'
import {
  type Check,
  type Plan,
  type SingleIntent,
  type Step,
  type StepCost,
  type StepKey,
  TYPED_CONSENT_ABOVE_ITEMS,
} from '@/lib/domain/plan'
import { type ByteRange, type Bytes, GIB, type Instant } from '@/lib/domain/units'

/** Name of the snapshot that keeps today's state; null = none is taken first. */
export const safetySnapshotOf = (plan: Plan): string | null =>
  plan.parts.find((part) => part.safetySnapshot !== null)?.safetySnapshot ?? null

/** The same from steps and what was asked: a snapshot taken within a rollback is its safety snapshot. */
export function safetySnapshotIn(
  steps: readonly Pick<Step, 'command'>[],
  intents: readonly Pick<SingleIntent, 'do'>[],
): string | null {
  if (!intents.some((intent) => intent.do === 'rollback')) return null
  for (const { command } of steps) if (command.do === 'snapshot.take') return command.name
  return null
}

/** The guest's name as the plan has it. */
export const guestNameIn = (plan: Plan, guestId: GuestId | null): string =>
  plan.parts.find((part) => part.guestId === guestId)?.guestName ?? plan.parts[0]?.guestName ?? ''

export type SortedChecks = { blockers: Check[]; warnings: Check[]; overridden: Check[]; passed: Check[] }

/** Checks by what they do to the plan: `unknown` stands with the blockers, because it stops like one. */
export function sortChecks(checks: readonly Check[]): SortedChecks {
  const stops = (check: Check) => check.verdict === 'block' || check.verdict === 'unknown'
  return {
    blockers: checks.filter((check) => stops(check) && !check.overridden),
    warnings: checks.filter((check) => check.verdict === 'warn'),
    overridden: checks.filter((check) => stops(check) && check.overridden),
    passed: checks.filter((check) => check.verdict === 'pass'),
  }
}

/** Snapshots a plan deletes because it was asked to, not on the way to something else. */
export const deletedCount = (plan: Plan): number =>
  plan.parts.reduce((sum, { intent }) => sum + (intent.do === 'delete' ? intent.snapshotIds.length : 0), 0)

/** Ranges added up; what has no bound leaves the sum without one. */
export const addRanges = (ranges: readonly ByteRange[]): ByteRange =>
  ranges.reduce(
    (sum, { min, max }) => ({ min: sum.min + min, max: sum.max === null || max === null ? null : sum.max + max }),
    {
      min: 0,
      max: 0,
    },
  )

/** Whether its guests are off before, meanwhile and afterwards: nothing of them keeps running, and nobody loses it. */
export const staysOff = ({ downtime, parts }: Pick<Plan, 'downtime' | 'parts'>): boolean =>
  downtime === 'none' && parts.length > 0 && parts.every(({ predicted }) => predicted?.power === 'stopped')

/** Less than this is worth nobody's second look, on no storage. */
const WORTH_MARKING: Bytes = GIB

/** The step that needs most at its worst moment; null where none stands out: one alone, equals, or all small. */
export function mostNeeding(costs: readonly StepCost[]): StepKey | null {
  const most = (cost: StepCost): number => cost.needs.max ?? Number.POSITIVE_INFINITY
  const [first, second] = [...costs].sort((a, b) => (most(a) < most(b) ? 1 : most(a) > most(b) ? -1 : 0))
  if (first === undefined || second === undefined) return null
  return most(first) > most(second) && most(first) >= WORTH_MARKING ? first.key : null
}

/** The page's clock ticks every 15 s: what was read or made since then is new, not from the future. */
export const latest = (a: Instant, b: Instant): Instant => [a, b].sort()[1] ?? b

/** Why consent is asked in writing: the first that holds of many, no way back, production. A repair says why itself. */
export function consentBecause(plan: Plan): 'many' | 'noWayBack' | 'production' | 'productionMany' | 'written' {
  const items = Math.max(deletedCount(plan), plan.parts.length)
  if (items > TYPED_CONSENT_ABOVE_ITEMS) return 'many'
  if (plan.parts.some(({ intent }) => intent.do === 'repair')) return 'written'
  const unsafe = plan.parts.some(({ intent, safetySnapshot }) => intent.do === 'rollback' && safetySnapshot === null)
  const rollsBack = plan.parts.some(({ intent }) => intent.do === 'rollback')
  if (unsafe) return 'noWayBack'
  if (!rollsBack && plan.losses.length > 0 && plan.steps.every((step) => step.undo === 'none')) return 'noWayBack'
  return plan.parts.length > 1 ? 'productionMany' : 'production'
}

/** A red button ends what cannot be taken back; a rollback with a safety snapshot can. */
export const isDestructive = (plan: Plan): boolean =>
  plan.parts.some(
    (part) => part.intent.do === 'delete' || (part.intent.do === 'rollback' && safetySnapshotOf(plan) === null),
  )
