/** Why a notice about an alert is due to one receiver, from what was sent to it before. */
import type { Alert, NotifyLog, NotifyReason } from '@/lib/domain/alert'
import { isAcknowledgedAt, isMoreSevere, severityNow } from '@/lib/domain/alert'
import { elapsedMillis, type Instant, type Millis } from '@/lib/domain/units'

export type NotifyTimes = {
  /** an alert nobody has is told again so often; null = once is enough */
  repeatMillis: Millis | null
  /** this receiver hears of it only when nobody acknowledged for so long; null = at once */
  escalateAfterMillis: Millis | null
}

/**
 * 'resolved' is told only to whom the firing was told. An acknowledgement ends repeats and escalation while it lasts;
 * becoming more severe is told in spite of it. What is on its way back is judged as what its figure says by now: no
 * notice calls an emergency what is none any more, and if it does not last, that is told then.
 */
export function notifyReason(alert: Alert, log: NotifyLog, times: NotifyTimes, now: Instant): NotifyReason {
  if (alert.resolvedAt !== null) return log.lastAt !== null && !log.resolvedSent ? 'resolved' : 'none'
  const severity = severityNow(alert)
  if (severity === null) return 'none'
  if (log.lastAt === null || log.lastSeverity === null) {
    if (times.escalateAfterMillis === null) return 'first'
    const waited = elapsedMillis(alert.firedAt, now) >= times.escalateAfterMillis
    return waited && !isAcknowledgedAt(alert, now) ? 'escalated' : 'none'
  }
  if (isMoreSevere(severity, log.lastSeverity)) return 'more-severe'
  const due = times.repeatMillis !== null && elapsedMillis(log.lastAt, now) >= times.repeatMillis
  return due && !isAcknowledgedAt(alert, now) ? 'repeat-due' : 'none'
}
