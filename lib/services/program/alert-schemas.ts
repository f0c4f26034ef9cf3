/** What programs read of alerts, rules and channels. Secrets of channels have no field here. */
import { z } from 'zod'
import { RULE_KINDS, SEVERITIES } from '@/lib/domain/alert'
import { CHANNEL_KINDS } from '@/lib/domain/channel'

const instant = z.iso.datetime({ precision: 3 }).meta({ description: 'ISO 8601, UTC' })
const id = z.string()
const severity = z.enum(SEVERITIES)
const unit = z.enum(['ratio', 'bytes', 'millis', 'count', 'limits'])
const range = z.object({ min: z.int(), max: z.int().nullable() })

const alertFields = {
  id,
  ruleId: id,
  kind: z.enum(RULE_KINDS),
  severity,
  subject: z.object({ of: z.enum(['storage', 'guest', 'connection', 'operation']), id, name: z.string() }),
  connectionId: id.nullable(),
  where: z.string(),
  since: instant.meta({ description: 'when the breach began' }),
  firedAt: instant,
  resolvedAt: instant.nullable().meta({ description: 'null = it fires' }),
  value: z.number(),
  unit: unit.meta({ description: 'unit of `value`; limits = multiples of the age limit that applies' }),
  valueAt: instant,
  stale: z.boolean().meta({ description: 'nothing is told any more: it stays as it was' }),
  clearing: z.object({ to: severity.nullable(), since: instant }).nullable().meta({
    description: 'back behind the line of its severity since then; once that held it becomes `to`, null = it is over',
  }),
  acknowledged: z.object({ by: z.string(), at: instant, until: instant.nullable(), note: z.string() }).nullable(),
  assignee: z.string().nullable(),
  underId: id.nullable().meta({ description: 'the alert that this one is an effect of' }),
}
export const alertSchema = z.object(alertFields).meta({ id: 'Alert' })

export const alertDetailSchema = z
  .object({
    ...alertFields,
    silencedUntil: instant.nullable(),
    underneath: z.array(id).meta({ description: 'alerts that stand under this one' }),
    events: z.array(
      z.object({
        at: instant,
        event: z.string(),
        severity: severity.nullable(),
        by: z.string().nullable(),
        text: z.string(),
      }),
    ),
    reclaim: z
      .object({
        planId: id.nullable().meta({ description: 'prepared, and waiting for consent' }),
        snapshotIds: z.array(id),
        frees: range,
        usedAfter: z.object({ best: z.number(), worst: z.number() }).nullable(),
        boughtMillis: z.int().nullable().meta({ description: 'null = not claimed' }),
      })
      .nullable(),
  })
  .meta({ id: 'AlertDetail' })

export const silenceSchema = z
  .object({ id, scope: z.looseObject({}), from: instant, until: instant, reason: z.string(), by: z.string() })
  .meta({ id: 'Silence' })

export const ruleSchema = z
  .object({
    id,
    name: z.string(),
    kind: z.enum(RULE_KINDS),
    unit,
    levels: z.array(z.object({ severity, fire: z.number(), clear: z.number() })),
    holdMillis: z.int(),
    clearHoldMillis: z.int(),
    scope: z.object({
      connectionIds: z.array(id),
      storageIds: z.array(id),
      tags: z.array(z.string()),
      environments: z.array(z.string()),
    }),
    enabled: z.boolean(),
    shipped: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'AlertRule' })

export const channelSchema = z
  .object({
    id,
    name: z.string(),
    kind: z.enum(CHANNEL_KINDS),
    settings: z.looseObject({}).meta({ description: 'what may be shown; keys and passwords are never told' }),
    route: z.looseObject({}),
    language: z.enum(['en', 'zh-CN']),
    enabled: z.boolean(),
    quietHours: z.looseObject({}).nullable(),
    repeatMillis: z.int().nullable(),
    escalateAfterMillis: z.int().nullable(),
    groupMillis: z.int(),
    anyAddress: z.boolean(),
  })
  .meta({ id: 'Channel' })

export const receiptSchema = z
  .object({ status: z.int().nullable(), answer: z.string().meta({ description: "the receiver's own answer, cut" }) })
  .meta({ id: 'Receipt' })

export const cleanUpSchema = z
  .object({
    id,
    connectionId: id,
    storageId: id.nullable().meta({ description: 'null = every storage of the connection that has none of its own' }),
    enabled: z.boolean(),
    maxSnapshots: z.int().meta({ description: 'in one run; runs on one storage are an hour apart' }),
    maxPeakBytes: z.int().meta({ description: 'room a run may need for a while on any one storage' }),
    busyHours: z
      .object({ from: z.string(), until: z.string(), days: z.array(z.int()) })
      .nullable()
      .meta({ description: "hours of the installation's time zone in which none begins; days 0 = Sunday" }),
    setBy: z.string(),
    setAt: instant,
  })
  .meta({ id: 'CleanUpPolicy' })
