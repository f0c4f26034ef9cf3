/** The channel form as what is saved, and back. Pure. A secret that is left empty stays as it is. */
import type { Severity } from '@/lib/domain/alert'
import {
  CHANNEL_KINDS,
  type Channel,
  type ChannelKind,
  type ChannelSecret,
  type ChannelSettings,
} from '@/lib/domain/channel'
import { ENVIRONMENTS, type Environment } from '@/lib/domain/environment'
import { MINUTE, type Millis } from '@/lib/domain/units'

/** Fields that hold a secret, by kind; `label` is a key of the form's words. */
type SecretLabel = 'secretUrl' | 'token' | 'botToken' | 'routingKey' | 'applicationToken' | 'signingKey' | 'password'
export type SecretField = { name: keyof ChannelSecret; label: SecretLabel; needed: boolean }

const url: SecretField = { name: 'url', label: 'secretUrl', needed: true }
export const SECRET_FIELDS: Record<ChannelKind, SecretField[]> = {
  email: [{ name: 'password', label: 'password', needed: false }],
  webhook: [{ name: 'signingKey', label: 'signingKey', needed: true }],
  slack: [url],
  teams: [url],
  ntfy: [{ name: 'token', label: 'token', needed: false }],
  gotify: [{ name: 'token', label: 'applicationToken', needed: true }],
  telegram: [{ name: 'token', label: 'botToken', needed: true }],
  pagerduty: [{ name: 'token', label: 'routingKey', needed: true }],
  wecom: [url],
  dingtalk: [url, { name: 'signingKey', label: 'signingKey', needed: false }],
  feishu: [url, { name: 'signingKey', label: 'signingKey', needed: false }],
}

export const kindOf = (text: string): ChannelKind => CHANNEL_KINDS.find((kind) => kind === text) ?? 'webhook'

const text = (form: FormData, name: string): string => String(form.get(name) ?? '').trim()
const list = (form: FormData, name: string): string[] =>
  text(form, name)
    .split(/[,，、\n]/)
    .map((each) => each.trim())
    .filter((each) => each !== '')
const millisOrNull = (form: FormData, name: string): Millis | null => Number(form.get(name)) || null

function settingsOf(kind: ChannelKind, form: FormData): ChannelSettings {
  switch (kind) {
    case 'email': {
      const encryption = text(form, 'encryption')
      return {
        kind,
        host: text(form, 'host'),
        port: Number(form.get('port')),
        encryption: encryption === 'tls' || encryption === 'none' ? encryption : 'starttls',
        username: text(form, 'username') || null,
        from: text(form, 'from'),
        to: list(form, 'to'),
        ca: text(form, 'ca') || null,
      }
    }
    case 'webhook':
    case 'gotify':
      return { kind, url: text(form, 'address') }
    case 'ntfy':
      return { kind, url: text(form, 'address'), topic: text(form, 'topic') }
    case 'telegram':
      return { kind, chatId: text(form, 'chat') }
    default:
      return { kind }
  }
}

/** Only what was typed: an empty secret is no secret, and keeps the one there is. */
function secretOf(kind: ChannelKind, form: FormData): ChannelSecret | undefined {
  const typed = SECRET_FIELDS[kind].flatMap(({ name }) => {
    const value = String(form.get(`secret-${name}`) ?? '')
    return value === '' ? [] : [[name, value] as const]
  })
  return typed.length === 0 ? undefined : Object.fromEntries(typed)
}

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]

const severityOf = (value: string): Severity => (value === 'critical' || value === 'emergency' ? value : 'warning')

/** What the action takes. */
export function draftOf(form: FormData, kind: ChannelKind, before: Channel | null) {
  const secret = secretOf(kind, form)
  const quietFrom = text(form, 'quietFrom')
  const quietUntil = text(form, 'quietUntil')
  const environments = ENVIRONMENTS.filter((each) => form.get(`environment-${each}`) !== null)
  return {
    ...(before !== null && { id: before.id as string }),
    ...(secret !== undefined && { secret }),
    name: text(form, 'name'),
    settings: settingsOf(kind, form),
    route: {
      leastSeverity: severityOf(text(form, 'least')),
      connectionIds: form.getAll('connection').map(String),
      tags: list(form, 'tags'),
      environments: environments as Environment[],
    },
    language: text(form, 'language') === 'zh-CN' ? ('zh-CN' as const) : ('en' as const),
    enabled: form.get('enabled') !== null,
    quietHours:
      form.get('quiet') === null || quietFrom === '' || quietUntil === ''
        ? null
        : { from: quietFrom, until: quietUntil, days: before?.quietHours?.days ?? EVERY_DAY },
    repeatMillis: millisOrNull(form, 'repeat'),
    escalateAfterMillis: millisOrNull(form, 'escalate'),
    groupMillis: Number(form.get('group')) || 0,
    anyAddress: form.get('anyAddress') !== null,
  }
}

/** A minute gathers what one reading finds. */
export const FIRST_GROUP: Millis = MINUTE
