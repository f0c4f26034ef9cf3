/** Which level of a rule a value reaches. Asked of every subject at every evaluation: nothing here makes a list. */
import type { AlertRule, RuleKind, RuleLevel, Severity } from '@/lib/domain/alert'
import { RULE_SHAPES } from '@/lib/domain/rule-shapes'

/** The most severe level whose fire value is reached; null = none. */
export function breachedLevel(rule: AlertRule, value: number): RuleLevel | null {
  let worst: RuleLevel | null = null
  for (const level of rule.levels) {
    if (reaches(rule.kind, value, level.fire) && isWorse(level, worst)) worst = level
  }
  return worst
}

/** The most severe level, at most `severity`, that the value has not yet cleared; null = it is clear of all of them. */
export function unclearedLevel(rule: AlertRule, value: number, severity: Severity): RuleLevel | null {
  let worst: RuleLevel | null = null
  for (const level of rule.levels) {
    if (RANK[level.severity] > RANK[severity] || isClear(rule.kind, value, level.clear)) continue
    if (isWorse(level, worst)) worst = level
  }
  return worst
}

const reaches = (kind: RuleKind, value: number, fire: number): boolean =>
  RULE_SHAPES[kind].worse === 'above' ? value >= fire : value <= fire

const isClear = (kind: RuleKind, value: number, clear: number): boolean =>
  RULE_SHAPES[kind].worse === 'above' ? value < clear : value > clear

const RANK: Record<Severity, number> = { warning: 0, critical: 1, emergency: 2 }

const isWorse = (level: RuleLevel, than: RuleLevel | null): boolean =>
  than === null || RANK[level.severity] > RANK[than.severity]
