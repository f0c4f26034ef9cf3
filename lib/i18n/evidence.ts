/**
 * Facts behind a verdict as label and value. Evidence is data of the planner and of foreign systems: values are shown
 * as text; a key without words of ours is shown as it is, so that nothing that was known is hidden.
 */
import type { useTranslations } from 'next-intl'
import type { Evidence } from '@/lib/domain/plan'
import type { Line } from './consequences'
import type { Format } from './format'
import type { evidence as words } from './messages/en/evidence'

type EvidenceKey = keyof typeof words.keys
export type EvidenceTranslator = ReturnType<typeof useTranslations<'evidence'>>

const isKnown = (key: string, t: EvidenceTranslator): key is EvidenceKey =>
  t.has(`keys.${key}` as `keys.${EvidenceKey}`)

/** One line a fact; facts that are null say that they are not known. */
export function evidenceLines(evidence: Evidence, { t, format }: { t: EvidenceTranslator; format: Format }): Line[] {
  return Object.entries(evidence)
    .filter(([, value]) => !(Array.isArray(value) && value.length === 0) && value !== '')
    .map(([key, value]) => ({
      label: isKnown(key, t) ? t(`keys.${key}`) : key,
      value: valueText(key, value, { t, format }),
    }))
}

function valueText(
  key: string,
  value: Evidence[string],
  { t, format }: { t: EvidenceTranslator; format: Format },
): string {
  if (value === null) return t('unknown')
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (Array.isArray(value)) return format.list(value)
  if (typeof value === 'number') {
    if (/bytes$/i.test(key)) return format.bytes(value)
    return /millis$/i.test(key) ? format.duration(value) : format.number(value)
  }
  return value
}
