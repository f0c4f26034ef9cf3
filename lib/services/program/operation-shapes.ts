/** From plans and operations as pages read them to what programs read. */
import type { z } from 'zod'
import type { OperationRow, OperationView } from '@/lib/domain/operation'
import type { Check, Plan, PlanView } from '@/lib/domain/plan'
import type { operationRowSchema, operationSchema, planSchema } from './operation-schemas'

type ProgramPlan = z.input<typeof planSchema>

const NO_PLAN = {
  digest: null,
  guests: null,
  steps: null,
  losses: null,
  merges: null,
  keeps: null,
  space: null,
  time: null,
  downtime: null,
  consent: null,
  consentText: null,
  predicted: null,
  validUntil: null,
} satisfies Partial<ProgramPlan>

export function planForPrograms({ planned, proposer, operationId }: PlanView): ProgramPlan {
  if (planned.kind === 'impossible') {
    const { id, intent, why, checks, instead, madeAt } = planned
    const shown = checks.map(checkForPrograms)
    return { ...NO_PLAN, id, kind: 'impossible', intent, why, instead, checks: shown, madeAt, proposer, operationId }
  }
  const { plan } = planned
  return { ...possible(plan), proposer, operationId }
}

function possible(plan: Plan): Omit<ProgramPlan, 'proposer' | 'operationId'> {
  const { id, digest, intent, merges, keeps, space, time, downtime, consent, consentText, predicted } = plan
  return {
    id,
    kind: 'plan',
    digest,
    intent,
    why: [],
    instead: [],
    guests: plan.parts.map((part) => ({
      id: part.guestId,
      name: part.guestName,
      connectionId: part.connectionId,
      predicted: part.predicted,
    })),
    steps: plan.steps.map(({ key, command, guestId, before, after, undo, safeStop }) => ({
      key,
      do: command.do,
      command,
      guestId,
      before,
      after,
      undo,
      safeStop,
    })),
    checks: plan.checks.map(checkForPrograms),
    losses: plan.losses.map(({ kind, guestId, name, bytes, detail }) => ({ kind, guestId, name, bytes, detail })),
    merges,
    keeps,
    space: space.map(({ storageId, storageName, peak, frees, insideImages }) => ({
      storageId,
      storageName,
      peak,
      frees,
      insideImages,
    })),
    time,
    downtime,
    consent,
    consentText,
    predicted,
    madeAt: plan.madeAt,
    validUntil: plan.validUntil,
  }
}

const checkForPrograms = ({
  id,
  guestId,
  verdict,
  why,
  evidence,
  overridden,
}: Check): ProgramPlan['checks'][number] => ({
  id,
  guestId,
  verdict,
  ...(why === undefined ? {} : { why }),
  evidence,
  overridden,
})

export function operationRowForPrograms(row: OperationRow): z.input<typeof operationRowSchema> {
  const { steps, connectionName: _name, snapshots: _some, fix: _fix, each: _each, firstGuests: _few, ...rest } = row
  return { ...rest, stepsOver: steps.over, stepsTotal: steps.total }
}

export function operationForPrograms(operation: OperationView): z.input<typeof operationSchema> {
  const { log: _log, connectionName: _name, children, steps, cancelRequestedBy: _by, ...rest } = operation
  return {
    ...rest,
    kind: operation.intent.do,
    steps: steps.map(({ key, command, state, askedAt, finishedAt, progress, why, warnings, safeStop }) => ({
      key,
      do: command.do,
      command,
      state,
      askedAt,
      finishedAt,
      progress,
      why,
      warnings,
      safeStop,
    })),
    spacePredicted: operation.spacePredicted.map(({ storageId, storageName, peak, frees, insideImages }) => ({
      storageId,
      storageName,
      peak,
      frees,
      insideImages,
    })),
    operations: children.map(operationRowForPrograms),
  }
}
