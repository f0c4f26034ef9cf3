/** The order of the inbox. */
import { type Alert, FILLING_KINDS, SEVERITIES } from '@/lib/domain/alert'

/**
 * The most severe first, what fills up before the rest, storages before what lies on them, then the oldest. Of what fired in the same evaluation the
 * rule and the subject decide: the same happenings are told in the same order, whatever ids alerts drew.
 */
export function byUrgency(a: Alert, b: Alert): number {
  const severity = SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity)
  if (severity !== 0) return severity
  const filling = Number(FILLING_KINDS.includes(b.kind)) - Number(FILLING_KINDS.includes(a.kind))
  if (filling !== 0) return filling
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
