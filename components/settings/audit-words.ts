'use client'
/** What an entry of the audit log reads like. Every action has words: a new one fails the type-check until it has. */
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import type { AuditEntry } from '@/lib/domain/audit'
import { HYPERVISOR_KINDS } from '@/lib/domain/connection'
import { ROLES } from '@/lib/domain/permission'
import { DENSITIES, THEMES } from '@/lib/i18n/cookies'
import { LOCALE_NAMES, LOCALES } from '@/lib/i18n/locale'
import { useFormat } from '@/lib/i18n/use-format'

type Value = AuditEntry['detail'][string]
const MODES = ['observe', 'operate'] as const

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
    switch (key) {
      case 'roleBefore':
      case 'before':
        return null
      case 'role':
        return t('detail.role', { value: change(detail.roleBefore, value, role) })
      case 'mode':
        return t('detail.mode', { value: change(detail.before, value, mode) })
      case 'expiresAt':
        return t('detail.expiresAt', { value: format.date(String(value), 'day', now) })
      case 'kind':
        return wordOf(HYPERVISOR_KINDS, value, (member) => words(`hypervisor.${member}`))
      case 'language':
        return value === null
          ? t('detail.languageAuto')
          : t('detail.language', { value: wordOf(LOCALES, value, (member) => LOCALE_NAMES[member]) })
      case 'theme':
        return t('detail.theme', { value: wordOf(THEMES, value, (member) => shell(`theme.${member}`)) })
      case 'density':
        return t('detail.density', { value: wordOf(DENSITIES, value, (member) => profile(`densities.${member}`)) })
      case 'name':
      case 'prefix':
      case 'version':
        return t(`detail.${key}`, { value: String(value) })
      case 'disabled':
      case 'shortcuts':
      case 'ok':
        return t(`detail.${key}.${value === true ? 'yes' : 'no'}`)
      case 'connections':
      case 'all':
        return t(`detail.${key}`, { count: Number(value) })
      case 'own':
        return t('detail.own')
      case 'credentials':
        return t('detail.credentials')
      case 'demo':
        return value === true ? t('detail.demo') : null
      case 'address':
      case 'code':
        return value === null ? null : String(value)
      default:
        // Nothing to say of it: no reason, no limit, no time.
        return value === null ? null : `${key} ${String(value)}`
    }
  }

  return {
    actor,
    action: (entry: AuditEntry): string => t(`actions.${entry.action}`),
    /** The facts of an entry in words; a fact without words of its own shows its name. */
    facts: (entry: AuditEntry): string[] =>
      Object.entries(entry.detail)
        .map(([key, value]) => factOf(key, value, entry.detail))
        .filter((fact) => fact !== null),
  }
}
