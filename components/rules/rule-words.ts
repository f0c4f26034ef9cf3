'use client'
import { useTranslations } from 'next-intl'
import type { AlertRule, RuleKind } from '@/lib/domain/alert'
import { useFormat } from '@/lib/i18n/use-format'
import { shownValue, unitOf } from './rule-draft'

/** Shipped rules are named by what they measure, in the reader's language; one's own by their own name. */
export function useRuleName(): (rule: AlertRule) => string {
  const kinds = useTranslations('alerts.kind')
  return (rule) => (rule.shipped ? kinds(rule.kind) : rule.name)
}

/** A figure of a rule with its unit: `80 %`, `10 GiB`, `24 h`, `3 × the limit`, `failed`. */
export function useRuleFigure(): (kind: RuleKind, value: number) => string {
  const units = useTranslations('rules.unit')
  const ends = useTranslations('rules.ended')
  const format = useFormat()
  return (kind, value) => {
    // Its figure stands for an end, and nobody reads ends as numbers.
    if (kind === 'operation-ended') return ends(value >= 2 ? 'attention' : 'failed')
    const unit = unitOf(kind)
    const figure = unit === 'millis' ? format.duration(value) : format.number(shownValue(kind, value))
    return unit === 'millis' || unit === 'count' ? figure : `${figure}\u00a0${units(unit)}`
  }
}
