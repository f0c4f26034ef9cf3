/** Rules as people type them: percent, GiB, hours. Pure. */
import { type AlertRule, RULE_KINDS, type RuleKind, type RuleUnit, SEVERITIES } from '@/lib/domain/alert'
import { ENVIRONMENTS } from '@/lib/domain/environment'
import { RULE_SHAPES } from '@/lib/domain/rule-shapes'
import { GIB, HOUR, MINUTE } from '@/lib/domain/units'

const FACTOR: Record<RuleUnit, number> = { ratio: 0.01, bytes: GIB, millis: HOUR, count: 1, limits: 1 }

export const unitOf = (kind: RuleKind): RuleUnit => RULE_SHAPES[kind].unit
export const worseOf = (kind: RuleKind): 'above' | 'below' => RULE_SHAPES[kind].worse
export const kindOf = (text: string): RuleKind => RULE_KINDS.find((kind) => kind === text) ?? 'storage-used'

/** The figure in the unit a person reads, without the dust of floating point. */
export const shownValue = (kind: RuleKind, value: number): number =>
  Number((value / FACTOR[unitOf(kind)]).toPrecision(12))
const readValue = (kind: RuleKind, text: string): number =>
  Number((Number(text) * FACTOR[unitOf(kind)]).toPrecision(12))

/** What the actions take; a level without a figure is none. */
export function draftOf(form: FormData, kind: RuleKind, before: AlertRule | null) {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const levels = SEVERITIES.flatMap((severity) => {
    const fire = text(`fire-${severity}`)
    if (fire === '') return []
    const clear = text(`clear-${severity}`)
    return [{ severity, fire: readValue(kind, fire), clear: readValue(kind, clear === '' ? fire : clear) }]
  })
  return {
    name: before?.shipped ? before.name : text('name'),
    levels,
    holdMillis: Math.round(Number(text('hold')) * MINUTE),
    clearHoldMillis: Math.round(Number(text('clearHold')) * MINUTE),
    scope: {
      connectionIds: form.getAll('connection').map(String),
      storageIds: form.getAll('storage').map(String),
      tags: text('tags')
        .split(/[,，、]/)
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
      environments: ENVIRONMENTS.filter((each) => form.get(`environment-${each}`) !== null),
    },
    enabled: form.get('enabled') !== null,
  }
}
