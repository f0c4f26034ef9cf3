'use client'
/** What an entry of the audit log reads like. Every action has words: a new one fails the type-check until it has. */
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import type { AuditEntry } from '@/lib/domain/audit'
import { HYPERVISOR_KINDS } from '@/lib/domain/connection'
import { OPERATION_KINDS, OPERATION_STATES, STEP_STATES } from '@/lib/domain/operation'
import { ROLES } from '@/lib/domain/permission'
import { DENSITIES, THEMES } from '@/lib/i18n/cookies'
import { LOCALE_NAMES, LOCALES } from '@/lib/i18n/locale'
import { useFormat } from '@/lib/i18n/use-format'

type Value = AuditEntry['detail'][string]
const MODES = ['observe', 'operate'] as const
const PLANNED = ['plan', 'impossible'] as const
/** Facts that are a name, an id or a code behind a word that says of what. */
const NAMED = [
  'name',
  'prefix',
  'version',
  'snapshot',
  'proposer',
  'placedBy',
  'by',
  'step',
  'command',
  'operation',
  'digest',
  'check',
  'why',
  'because',
  'alert',
  'retryOf',
  'assignee',
  'owner',
  'target',
  'was',
  'levels',
  'notice',
  'covers',
] as const
/** Those of them that are somebody, as the log writes actors. */
const SOMEBODY = ['proposer', 'placedBy', 'by']
/** Ids and digests: for whoever follows a trail, and so behind what they belong to. */
const TRAIL = ['step', 'command', 'operation', 'digest', 'retryOf']
const COUNTED = ['connections', 'all', 'operations', 'steps', 'proven', 'expiring'] as const
const YES_OR_NO = ['disabled', 'shortcuts', 'ok', 'asPredicted', 'allGood', 'enabled', 'anyCertificate'] as const
/** Facts that speak for themselves. */
const PLAIN = ['address', 'code', 'guest', 'guests', 'note', 'reason', 'environment']

/** What it was done to: a plan and an operation by their guests, where the entry names them. */
export const subjectOf = ({ subject, detail }: AuditEntry): string => {
  if (subject === null) return ''
  const guests = /^(?:plan|operation):/.test(subject) ? (detail.guest ?? detail.guests) : null
  return typeof guests === 'string' ? guests : subjectName(subject)
}

/** `user:lin@example.cn` without its kind: what was done tells that already. */
export const subjectName = (subject: string): string =>
  subject.replace(/^(?:user|token|connection|guest|plan|operation|alert|rule|channel|clean-up):/, '')

export function useAuditWords() {
  const t = useTranslations('settings.audit')
  const words = useTranslations('words')
  const shell = useTranslations('shell')
  const profile = useTranslations('settings.profile')
  const format = useFormat()
  const now = useNow()

  /** Who, as the log writes actors (lib/domain/actor). What it does not know is shown as it stands. */
  const actor = (text: string): string => {
    const [kind, ...rest] = text.split(':')
    const name = rest.join(':')
    if (kind === 'user') return name
    if (kind === 'token' || kind === 'local' || kind === 'policy') return t(`actors.${kind}`, { name })
    if (kind === 'system' && (name === 'worker' || name === 'setup' || name === 'gate')) return t(`actors.${name}`)
    return text
  }

  /** The word of a member of a closed set; what is none of them stands as it is. */
  const wordOf = <Member extends string>(
    members: readonly Member[],
    value: Value,
    word: (member: Member) => string,
  ) => {
    const member = members.find((known) => known === value)
    return member === undefined ? String(value) : word(member)
  }
  const role = (value: Value) => wordOf(ROLES, value, (member) => words(`role.${member}`))
  const mode = (value: Value) => wordOf(MODES, value, (member) => words(`mode.${member}`))
  /** `Viewer → Operator` where the entry tells both. */
  const change = (before: Value | undefined, after: Value, word: (value: Value) => string) =>
    before === undefined ? word(after) : t('change', { before: word(before), after: word(after) })

  /** One fact in words; null for one that another fact already tells. */
  const factOf = (key: string, value: Value, detail: AuditEntry['detail']): string | null => {
    // Nothing to say of it: no reason, no limit, no time.
    if (value === null && key !== 'language') return null
    const named = NAMED.find((known) => known === key)
    if (named !== undefined)
      return t(`detail.${named}`, { value: SOMEBODY.includes(named) ? actor(String(value)) : String(value) })
    const counted = COUNTED.find((known) => known === key)
    if (counted !== undefined) return t(`detail.${counted}`, { count: Number(value) })
    const asked = YES_OR_NO.find((known) => known === key)
    if (asked !== undefined) return t(`detail.${asked}.${value === true ? 'yes' : 'no'}`)
    if (PLAIN.includes(key)) return value === '' ? null : String(value)
    switch (key) {
      case 'roleBefore':
      case 'before':
        return null
      case 'intent':
        return wordOf(OPERATION_KINDS, value, (member) => t(`detail.intent.${member}`))
      case 'state':
        return wordOf(OPERATION_STATES, value, (member) => t(`detail.state.${member}`))
      case 'end':
        return wordOf(STEP_STATES, value, (member) => t(`detail.end.${member}`))
      case 'role':
        return t('detail.role', { value: change(detail.roleBefore, value, role) })
      case 'mode':
        return t('detail.mode', { value: change(detail.before, value, mode) })
      case 'expiresAt':
        return t('detail.expiresAt', { value: format.date(String(value), 'day', now) })
      case 'until':
        return t('detail.expiresAt', { value: format.date(String(value), 'moment', now) })
      case 'kind':
        if (PLANNED.some((known) => known === value)) return value === 'plan' ? null : t('detail.impossible')
        return wordOf(HYPERVISOR_KINDS, value, (member) => words(`hypervisor.${member}`))
      case 'language':
        return value === null
          ? t('detail.languageAuto')
          : t('detail.language', { value: wordOf(LOCALES, value, (member) => LOCALE_NAMES[member]) })
      case 'theme':
        return t('detail.theme', { value: wordOf(THEMES, value, (member) => shell(`theme.${member}`)) })
      case 'density':
        return t('detail.density', { value: wordOf(DENSITIES, value, (member) => profile(`densities.${member}`)) })
      case 'own':
        return t('detail.own')
      case 'credentials':
        return t('detail.credentials')
      case 'demo':
        return value === true ? t('detail.demo') : null
      default:
        return `${key} ${String(value)}`
    }
  }

  return {
    actor,
    action: (entry: AuditEntry): string => t(`actions.${entry.action}`),
    /** The facts of an entry in words; a fact without words of its own shows its name. */
    facts: (entry: AuditEntry): string[] =>
      Object.entries(entry.detail)
        .sort(([one], [other]) => Number(TRAIL.includes(one)) - Number(TRAIL.includes(other)))
        .map(([key, value]) => factOf(key, value, entry.detail))
        .filter((fact) => fact !== null),
  }
}
