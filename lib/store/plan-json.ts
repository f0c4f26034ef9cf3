/** Plans and what operations keep, checked on reading: a shape we do not know is our bug and throws here. */
import { z } from 'zod'
import type { Command, CommandKind, TaskRef } from '@/lib/domain/command'
import type { Attention, NextMove, OperationStep, SpaceActual, Verification } from '@/lib/domain/operation'
import {
  CHECK_IDS,
  type Condition,
  type Evidence,
  type Intent,
  type LossKind,
  type Plan,
  type Planned,
  type Predicted,
  type SingleIntent,
  type SpaceEffect,
  type Step,
} from '@/lib/domain/plan'
import { reasonSchema } from './json'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A member of a closed set of shapes, known by one key; what else it carries is written by us alone. */
const member = <T>(key: string, known: Record<string, true>, also: (value: Record<string, unknown>) => boolean) =>
  z.custom<T>((value) => {
    if (!isRecord(value)) return false
    const name = value[key]
    return typeof name === 'string' && Object.hasOwn(known, name) && also(value)
  })

const COMMANDS: Record<CommandKind, true> = {
  'snapshot.take': true,
  'snapshot.rollback': true,
  'snapshot.delete': true,
  'snapshot.delete-data': true,
  'snapshot.adopt': true,
  'chain.merge': true,
  'chain.finish-job': true,
  'guest.power': true,
  'guest.thaw': true,
  'guest.set-tags': true,
  'guest.unlock': true,
  'guest.discard-saved-memory': true,
  'guest.fork': true,
  'volume.delete': true,
  'image.check': true,
}
const CONDITIONS: Record<Condition['holds'], true> = {
  always: true,
  all: true,
  'guest-is': true,
  'snapshot-exists': true,
  'snapshot-complete': true,
  'snapshot-absent': true,
  'snapshot-parent': true,
  'current-parent': true,
  'newest-is': true,
  power: true,
  unlocked: true,
  'no-saved-memory': true,
  'active-image': true,
  'active-image-is-not': true,
  'chain-lacks': true,
  'chain-is': true,
  tags: true,
  'no-unmanaged': true,
  'guest-exists': true,
}
const SINGLE: Record<SingleIntent['do'], true> = { rollback: true, delete: true, take: true, merge: true, repair: true }
const TASKS: Record<TaskRef['kind'], true> = { proxmox: true, 'libvirt-call': true, 'libvirt-job': true, fake: true }
const MOVES: Record<NextMove['move'], true> = {
  propose: true,
  'look-again': true,
  'run-on-node': true,
  'start-by-hand': true,
  'restore-backup': true,
  'wait-for-unlock': true,
  accept: true,
}
const LOSSES: Record<LossKind, true> = {
  'writes-since': true,
  memory: true,
  'newer-snapshot': true,
  disk: true,
  replication: true,
  'backup-chain': true,
  configuration: true,
  'way-back': true,
}

const commandSchema = member<Command>('do', COMMANDS, (value) => isRecord(value.guest) || isRecord(value.storage))
const isCondition = (value: unknown): value is Condition =>
  isRecord(value) &&
  typeof value.holds === 'string' &&
  Object.hasOwn(CONDITIONS, value.holds) &&
  (value.holds !== 'all' || (Array.isArray(value.of) && value.of.every(isCondition)))
const conditionSchema = z.custom<Condition>(isCondition)
const singleIntentSchema = member<SingleIntent>('do', SINGLE, (value) => typeof value.guestId === 'string')
export const intentSchema = z.custom<Intent>((value) =>
  isRecord(value) && value.do === 'batch'
    ? Array.isArray(value.intents) && value.intents.every((each) => singleIntentSchema.safeParse(each).success)
    : singleIntentSchema.safeParse(value).success,
)
export const taskSchema = member<TaskRef>('kind', TASKS, () => true)

const text = z.string()
const count = z.number().int().nonnegative()
const timeSchema = z.looseObject({ min: z.number(), max: z.number().nullable() }).nullable()
const range = z.object({ min: count, max: count.nullable() })
const evidence: z.ZodType<Evidence> = z.record(text, z.union([text, z.number(), z.boolean(), z.null(), z.array(text)]))

export const predictedSchema = z.object({
  snapshots: z.array(z.object({ name: text, parentName: text.nullable() })),
  currentParentName: text.nullable(),
  currentUnknown: z.literal(true).optional(),
  power: z.enum(['running', 'paused', 'stopped', 'suspended', 'unknown']),
}) satisfies z.ZodType<Predicted>

export const spaceSchema = z.array(
  z.looseObject({ storageId: text, storageName: text, peak: range, frees: range, insideImages: range }),
) as unknown as z.ZodType<SpaceEffect[]>

export const spaceActualSchema = z.array(
  z.looseObject({ storageId: text, peakBytes: count.nullable(), freedBytes: z.number().int().nullable() }),
) as unknown as z.ZodType<SpaceActual[]>

export const stepSchema = z.looseObject({
  key: text,
  guestId: text,
  connectionId: text,
  command: commandSchema,
  before: conditionSchema,
  after: conditionSchema,
  proof: z.enum(['state', 'act']),
  undo: text,
  onFail: z.enum(['stop', 'continue']),
  storages: z.array(text),
  safeStop: z.boolean(),
}) as unknown as z.ZodType<Step>

const checkSchema = z.looseObject({
  id: z.enum(CHECK_IDS),
  guestId: text.nullable(),
  verdict: z.enum(['pass', 'warn', 'block', 'unknown']),
  why: reasonSchema.optional(),
  evidence,
  overridden: z.boolean(),
})

const planSchema = z.looseObject({
  version: z.literal(1),
  id: text,
  intent: intentSchema,
  parts: z.array(
    z.looseObject({
      guestId: text,
      guestName: text,
      connectionId: text,
      guestFingerprint: text,
      intent: singleIntentSchema,
      stepKeys: z.array(text),
      predicted: predictedSchema,
      consistency: z.enum(['crash', 'filesystem', 'application', 'unknown']).nullable(),
    }),
  ),
  steps: z.array(stepSchema),
  checks: z.array(checkSchema),
  losses: z.array(member('kind', LOSSES, (value) => typeof value.name === 'string')),
  merges: z.array(z.looseObject({ guestId: text, disk: text, layers: z.array(text), into: text, direction: text })),
  keeps: z.array(z.looseObject({ guestId: text, kind: text, name: text })),
  space: spaceSchema,
  costs: z.array(z.object({ key: text, needs: range, frees: range, insideImages: range, time: timeSchema })).optional(),
  time: timeSchema,
  downtime: z.enum(['none', 'stun', 'off']),
  consent: z.enum(['click', 'type-name']),
  consentText: text,
  predicted: predictedSchema.nullable(),
  digest: text,
  madeAt: text,
  validUntil: text,
}) as unknown as z.ZodType<Plan>

/** What a planner answered, as stored. */
export const plannedSchema = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('plan'), plan: planSchema }),
  z.looseObject({
    kind: z.literal('impossible'),
    id: text,
    intent: intentSchema,
    why: z.array(reasonSchema),
    checks: z.array(checkSchema),
    instead: z.array(intentSchema),
    madeAt: text,
  }),
]) as unknown as z.ZodType<Planned>

export const attentionSchema = z.looseObject({
  why: reasonSchema,
  evidence,
  moves: z.array(member<NextMove>('move', MOVES, () => true)),
}) as unknown as z.ZodType<Attention>

export const verificationsSchema = z.array(
  z.object({
    what: z.enum(['state', 'chain', 'configuration', 'power', 'agent', 'probe', 'human']),
    text,
    result: z.enum(['pass', 'fail', 'unknown']),
    why: reasonSchema.optional(),
    at: text,
    by: text.nullable(),
  }),
) as unknown as z.ZodType<Verification[]>

export const progressSchema = z.object({
  done: z.number(),
  total: z.number().nullable(),
  unit: z.enum(['bytes', 'percent']),
}) satisfies z.ZodType<NonNullable<OperationStep['progress']>>

export const warningsSchema = z.array(text)
