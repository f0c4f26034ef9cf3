/** Which level of a rule a value reaches. */
import type { AlertRule, RuleKind, RuleLevel, Severity } from '@/lib/domain/alert'
import { RULE_SHAPES } from '@/lib/domain/rule-shapes'

/** The most severe level whose fire value is reached; null = none. */
export function breachedLevel(rule: AlertRule, value: number): RuleLevel | null {
  return mostSevere(rule.levels.filter((level) => reaches(rule.kind, value, level.fire)))
}

/** The most severe level, at most `severity`, that the value has not yet cleared; null = it is clear of all of them. */
export function unclearedLevel(rule: AlertRule, value: number, severity: Severity): RuleLevel | null {
  const upTo = rule.levels.filter((level) => rank(level.severity) <= rank(severity))
  return mostSevere(upTo.filter((level) => !isClear(rule.kind, value, level.clear)))
}

const reaches = (kind: RuleKind, value: number, fire: number): boolean =>
  RULE_SHAPES[kind].worse === 'above' ? value >= fire : value <= fire

const isClear = (kind: RuleKind, value: number, clear: number): boolean =>
  RULE_SHAPES[kind].worse === 'above' ? value < clear : value > clear

const RANK: Record<Severity, number> = { warning: 0, critical: 1, emergency: 2 }
const rank = (severity: Severity): number => RANK[severity]

const mostSevere = (levels: readonly RuleLevel[]): RuleLevel | null =>
  levels.reduce<RuleLevel | null>(
    (worst, level) => (worst === null || rank(level.severity) > rank(worst.severity) ? level : worst),
    null,
  )
