/**
 * Facts behind a verdict as label and value. Evidence is data of the planner and of foreign systems: values are shown
 * as text; a key without words of ours is shown as it is, so that nothing that was known is hidden.
 */
import type { useTranslations } from 'next-intl'
import type { Evidence } from '@/lib/domain/plan'
import type { Instant } from '@/lib/domain/units'
import type { Line } from './consequences'
import type { Format } from './format'
import type { evidence as words } from './messages/en/evidence'

type EvidenceKey = keyof typeof words.keys
type EvidenceTranslator = ReturnType<typeof useTranslations<'evidence'>>

const isKnown = (key: string, t: EvidenceTranslator): key is EvidenceKey =>
  t.has(`keys.${key}` as `keys.${EvidenceKey}`)

type Tools = { t: EvidenceTranslator; format: Format; now: Instant }

/** One line a fact; facts that are null say that they are not known. */
export function evidenceLines(evidence: Evidence, { t, format, now }: Tools): Line[] {
  return Object.entries(evidence)
    .filter(([, value]) => !(Array.isArray(value) && value.length === 0) && value !== '')
    .map(([key, value]) => ({
      label: isKnown(key, t) ? t(`keys.${key}`) : key,
      value: valueText(key, value, { t, format, now }),
    }))
}

/** An instant as every part of Snapwarden writes it. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

function valueText(key: string, value: Evidence[string], { t, format, now }: Tools): string {
  if (value === null) return t('unknown')
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (Array.isArray(value)) return format.list(value)
  if (typeof value === 'number') {
    if (/bytes$/i.test(key)) return format.bytes(value)
    return /millis$/i.test(key) ? format.duration(value) : format.number(value)
  }
  return INSTANT.test(value) ? format.date(value, 'moment', now) : value
}
