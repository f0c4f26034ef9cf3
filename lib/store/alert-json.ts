/** JSON columns of alerts and channels, checked on reading. */
import { z } from 'zod'
import {
  type Alert,
  type AlertRule,
  type AlertState,
  type AlertSubject,
  RULE_KINDS,
  type RuleKind,
  SEVERITIES,
  type Severity,
  type SilenceScope,
} from '@/lib/domain/alert'
import { CHANNEL_KINDS, type Channel, type ChannelSettings, type Notice, type Receipt } from '@/lib/domain/channel'
import { ENVIRONMENTS } from '@/lib/domain/environment'

const severity = z.enum(SEVERITIES)
const text = z.string()

export const levelsSchema: z.ZodType<AlertRule['levels']> = z
  .array(z.object({ severity, fire: z.number(), clear: z.number() }))
  .min(1)

export const clearingSchema: z.ZodType<Alert['clearing']> = z
  .object({ to: severity.nullable(), since: text })
  .nullable()

const ids = z.array(z.custom<never>((value) => typeof value === 'string'))
export const ruleScopeSchema: z.ZodType<AlertRule['scope']> = z.object({
  connectionIds: ids,
  storageIds: ids,
  tags: z.array(text),
  environments: z.array(z.enum(ENVIRONMENTS)),
})

export const alertStateSchema: z.ZodType<AlertState> = z.discriminatedUnion('is', [
  z.object({ is: z.literal('ok') }),
  z.object({ is: z.literal('pending'), severity, since: text, value: z.number(), ruleVersion: z.number() }),
  z.object({
    is: z.literal('firing'),
    severity,
    since: text,
    firedAt: text,
    rising: z.object({ severity, since: text }).nullable(),
    clearing: clearingSchema,
    value: z.number(),
    at: text,
    stale: z.boolean(),
    ruleVersion: z.number(),
  }),
])

export const acknowledgedSchema: z.ZodType<Alert['acknowledged']> = z
  .object({ by: text, at: text, until: text.nullable(), note: text })
  .nullable()

export const silenceScopeSchema = z.custom<SilenceScope>((value) => typeof value === 'object' && value !== null)

export const settingsSchema = z.custom<ChannelSettings>(
  (value) =>
    typeof value === 'object' && value !== null && 'kind' in value && CHANNEL_KINDS.some((kind) => kind === value.kind),
)
export const routeSchema: z.ZodType<Channel['route']> = z.object({
  leastSeverity: severity,
  connectionIds: ids,
  tags: z.array(text),
  environments: z.array(text),
})
export const quietHoursSchema: z.ZodType<Channel['quietHours']> = z
  .object({ from: text, until: text, days: z.array(z.number()) })
  .nullable()
const link = z.object({ text, url: text })
export const noticeSchema: z.ZodType<Notice> = z.object({
  key: text,
  threadKey: text.nullable(),
  why: z.enum(['first', 'more-severe', 'repeat-due', 'escalated', 'resolved', 'test', 'many', 'clean-up']),
  severity: severity.nullable(),
  resolved: z.boolean(),
  title: text,
  lines: z.array(text),
  link,
  action: link.nullable(),
  alertIds: ids,
  at: text,
})
export const receiptSchema: z.ZodType<Receipt | null> = z
  .object({ status: z.number().nullable(), answer: text })
  .nullable()

export const ruleKindOf = (value: string): RuleKind => memberOf(RULE_KINDS, value, 'rule kind')
export const severityOf = (value: string): Severity => memberOf(SEVERITIES, value, 'severity')

/** A subject from its two columns. */
export function subjectOf(of: string, id: string): AlertSubject {
  const known = memberOf(['storage', 'guest', 'connection', 'operation'] as const, of, 'subject')
  return { of: known, id } as AlertSubject
}

function memberOf<Member extends string>(members: readonly Member[], value: string, what: string): Member {
  const member = members.find((known) => known === value)
  if (member === undefined) throw new Error(`unknown ${what} in the database: ${value}`)
  return member
}
