/** The order of the inbox. */
import { type Alert, SEVERITIES } from '@/lib/domain/alert'

/** The most severe first, storages before what lies on them, then the oldest. Total: no two alerts are equal. */
export function byUrgency(a: Alert, b: Alert): number {
  const severity = SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity)
  if (severity !== 0) return severity
  const storage = Number(b.subject.of === 'storage') - Number(a.subject.of === 'storage')
  if (storage !== 0) return storage
  if (a.firedAt !== b.firedAt) return a.firedAt < b.firedAt ? -1 : 1
  return a.id < b.id ? -1 : 1
}
