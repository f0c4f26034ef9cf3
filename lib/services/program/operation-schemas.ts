/** What programs read of plans and operations: the contract's names, additions beside them. */
import { z } from 'zod'
import { OPERATION_KINDS, OPERATION_STATES, STEP_STATES } from '@/lib/domain/operation'
import { CHECK_IDS } from '@/lib/domain/plan'

const instant = z.iso.datetime({ precision: 3 }).meta({ description: 'ISO 8601, UTC' })
const id = z.string()
const bytes = z.int().min(0).nullable().meta({ description: 'bytes; null = not known' })
const range = z.object({ min: bytes, max: bytes }).meta({ id: 'ByteRange', description: 'integers; null = not known' })

/** A reason: its code, and what it is about. */
const reasonForPrograms = z.looseObject({ code: z.string() }).meta({ id: 'Reason' })
const evidence = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]))
const condition = z.looseObject({ holds: z.string() }).meta({ id: 'Condition' })
const intent = z.looseObject({ do: z.string() }).meta({ id: 'Intent' })
const command = z
  .looseObject({ do: z.string() })
  .meta({ id: 'Command', description: 'what is asked of the hypervisor, with every choice made' })

const predicted = z
  .object({
    snapshots: z.array(z.object({ name: z.string(), parentName: z.string().nullable() })),
    currentParentName: z.string().nullable(),
    currentUnknown: z.literal(true).optional().meta({
      description: 'there: nobody tells what the current state stands on; a null name then does not mean the base disk',
    }),
    power: z.enum(['running', 'paused', 'stopped', 'suspended', 'unknown']),
  })
  .meta({ id: 'Predicted' })

const space = z.object({ storageId: id, storageName: z.string(), peak: range, frees: range, insideImages: range })

export const planSchema = z
  .object({
    id,
    kind: z.enum(['plan', 'impossible']),
    digest: z.string().nullable(),
    intent,
    why: z.array(reasonForPrograms).meta({ description: 'why it is impossible; empty for a plan' }),
    instead: z.array(intent).meta({ description: 'what is possible instead' }),
    guests: z.array(z.object({ id, name: z.string(), connectionId: id, predicted })).nullable(),
    steps: z
      .array(
        z.object({
          key: z.string(),
          do: z.string(),
          command,
          guestId: id,
          before: condition,
          after: condition,
          undo: z.string(),
          safeStop: z.boolean(),
        }),
      )
      .nullable(),
    checks: z.array(
      z.object({
        id: z.enum(CHECK_IDS),
        guestId: id.nullable(),
        verdict: z.enum(['pass', 'warn', 'block', 'unknown']),
        why: reasonForPrograms.optional(),
        evidence,
        overridden: z.boolean(),
      }),
    ),
    losses: z
      .array(z.object({ kind: z.string(), guestId: id, name: z.string(), bytes: range.nullable(), detail: evidence }))
      .nullable(),
    merges: z.array(z.looseObject({ guestId: id, disk: z.string(), into: z.string() })).nullable(),
    keeps: z.array(z.looseObject({ guestId: id, kind: z.string(), name: z.string() })).nullable(),
    space: z.array(space).nullable(),
    time: z.object({ min: z.number(), max: z.number().nullable() }).nullable().meta({ description: 'milliseconds' }),
    downtime: z.enum(['none', 'stun', 'off']).nullable(),
    consent: z.enum(['click', 'type-name']).nullable(),
    consentText: z.string().nullable(),
    predicted: predicted.nullable().meta({ description: 'null for several guests: see guests' }),
    madeAt: instant,
    validUntil: instant.nullable(),
    proposer: z.string(),
    operationId: id.nullable().meta({ description: 'the operation that took it' }),
  })
  .meta({ id: 'Plan' })

const operationFields = {
  id,
  planId: id,
  parentId: id.nullable(),
  kind: z.enum(OPERATION_KINDS),
  guestId: id.nullable(),
  guestName: z.string(),
  connectionId: id.nullable(),
  state: z.enum(OPERATION_STATES),
  why: reasonForPrograms.nullable(),
  askedBy: z.string(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  cancelRequestedAt: instant.nullable(),
}

export const operationRowSchema = z
  .object({
    ...operationFields,
    stepsOver: z.int(),
    stepsTotal: z.int(),
    children: z.record(z.enum(OPERATION_STATES), z.int()).nullable().meta({ description: 'of a batch, by state' }),
    predictedMatches: z.boolean().nullable(),
  })
  .meta({ id: 'OperationRow' })

export const operationSchema = z
  .object({
    ...operationFields,
    intent,
    proposedBy: z.string(),
    steps: z.array(
      z.object({
        key: z.string(),
        do: z.string(),
        command,
        state: z.enum(STEP_STATES),
        askedAt: instant.nullable(),
        finishedAt: instant.nullable(),
        progress: z
          .object({ done: z.number(), total: z.number().nullable(), unit: z.enum(['bytes', 'percent']) })
          .nullable(),
        why: reasonForPrograms.nullable(),
        warnings: z.array(z.string()),
        safeStop: z.boolean(),
      }),
    ),
    predicted: predicted.nullable(),
    actual: predicted.nullable().meta({ description: 'null until verified' }),
    predictedMatches: z.boolean().nullable(),
    spacePredicted: z.array(space),
    spaceActual: z.array(z.object({ storageId: id, peakBytes: bytes, freedBytes: z.int().nullable() })),
    attention: z
      .object({ why: reasonForPrograms, evidence, moves: z.array(z.looseObject({ move: z.string() })) })
      .nullable(),
    verifications: z.array(
      z.object({
        what: z.string(),
        text: z.string(),
        result: z.enum(['pass', 'fail', 'unknown']),
        why: reasonForPrograms.optional(),
        at: instant,
        by: z.string().nullable(),
      }),
    ),
    operations: z.array(operationRowSchema).meta({ description: 'of a batch' }),
  })
  .meta({ id: 'Operation' })

export const holdSchema = z
  .object({
    id,
    connectionId: id,
    guestId: id,
    guestName: z.string(),
    snapshotName: z.string(),
    note: z.string(),
    by: z.string(),
    placedAt: instant,
    lostAt: instant.nullable().meta({ description: 'when it was found to be deleted elsewhere' }),
  })
  .meta({ id: 'Hold' })
