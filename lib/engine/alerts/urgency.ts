/** The order of the inbox. */
import { type Alert, SEVERITIES } from '@/lib/domain/alert'

/**
 * The most severe first, storages before what lies on them, then the oldest. Of what fired in the same evaluation the
 * rule and the subject decide: the same happenings are told in the same order, whatever ids alerts drew.
 */
export function byUrgency(a: Alert, b: Alert): number {
  const severity = SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity)
  if (severity !== 0) return severity
  const storage = Number(b.subject.of === 'storage') - Number(a.subject.of === 'storage')
  if (storage !== 0) return storage
  return (
    compared(a.firedAt, b.firedAt) ||
    compared(a.ruleId, b.ruleId) ||
    compared(a.subject.id, b.subject.id) ||
    compared(a.id, b.id)
  )
}

const compared = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
