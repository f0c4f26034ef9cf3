/** What people say of a channel. What is secret goes in here and comes out nowhere. */
import { z } from 'zod'
import { SEVERITIES } from '@/lib/domain/alert'
import type { ChannelSettings } from '@/lib/domain/channel'
import { ENVIRONMENTS } from '@/lib/domain/environment'
import { DAY, HOUR, MINUTE } from '@/lib/domain/units'
import { channelId, clockTime, connectionId, thingName } from '../fields'

const httpUrl = z.url({ protocol: /^https?$/ }).max(2_000)
const address = z
  .string()
  .trim()
  .min(3)
  .max(320)
  .regex(/^[^\r\n]*@[^\r\n]*$/, 'must be an e-mail address')
const settings: z.ZodType<ChannelSettings, ChannelSettings> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('email'),
    host: z
      .string()
      .trim()
      .min(1)
      .max(253)
      .regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name'),
    port: z.number().int().min(1).max(65_535),
    encryption: z.enum(['tls', 'starttls', 'none']),
    username: z.string().trim().min(1).max(320).nullable(),
    from: address,
    to: z.array(address).min(1).max(50),
    ca: z.string().max(100_000).nullable(),
  }),
  z.object({ kind: z.literal('webhook'), url: httpUrl }),
  z.object({ kind: z.enum(['slack', 'teams', 'wecom', 'dingtalk', 'feishu']) }),
  z.object({
    kind: z.literal('ntfy'),
    url: httpUrl,
    topic: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .regex(/^[-_A-Za-z0-9]+$/),
  }),
  z.object({ kind: z.literal('gotify'), url: httpUrl }),
  z.object({ kind: z.literal('telegram'), chatId: z.string().trim().min(1).max(64) }),
  z.object({ kind: z.literal('pagerduty') }),
])
const secretText = z.string().min(1).max(2_000)

export const saveChannelInput = z.object({
  /** absent = a new one */
  id: channelId.optional(),
  name: thingName,
  settings,
  /** absent = the one it has */
  secret: z
    .object({ url: httpUrl, token: secretText, signingKey: secretText, password: secretText })
    .partial()
    .optional(),
  route: z.object({
    leastSeverity: z.enum(SEVERITIES),
    connectionIds: z.array(connectionId).max(500),
    tags: z.array(z.string().trim().min(1).max(200)).max(100),
    environments: z.array(z.enum(ENVIRONMENTS)),
  }),
  language: z.enum(['en', 'zh-CN']),
  enabled: z.boolean(),
  quietHours: z
    .object({ from: clockTime, until: clockTime, days: z.array(z.number().int().min(0).max(6)).max(7) })
    .nullable(),
  repeatMillis: z
    .number()
    .int()
    .min(5 * MINUTE)
    .max(7 * DAY)
    .nullable(),
  escalateAfterMillis: z.number().int().min(MINUTE).max(DAY).nullable(),
  groupMillis: z.number().int().min(0).max(HOUR),
  anyAddress: z.boolean(),
})
