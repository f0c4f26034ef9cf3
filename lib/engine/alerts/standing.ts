/** Where a rule stands on a subject, with the alert that people see of it. */
import type { Alert, AlertRule } from '@/lib/domain/alert'
import type { AlertId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import type { KeptState, Transition } from './evaluate'

/** A kept state; the alert is there while it fires. */
export type Standing = KeptState & { alert: Alert | null }

/**
 * The alert after a transition: new under `newId` when it fired, null when none is or was there. What is over keeps its
 * last figures; what goes on takes the new ones, and the name its subject has by now.
 */
export function alertAfter(
  { subject, measured, after, events }: Transition,
  before: Alert | null,
  { rule, newId, now }: { rule: Pick<AlertRule, 'id' | 'name' | 'kind'>; newId: () => AlertId; now: Instant },
): Alert | null {
  if (after.is !== 'firing') {
    return before === null
      ? null
      : { ...before, subjectName: nameAfter(measured, before), clearing: null, resolvedAt: now }
  }
  const { severity, since, firedAt, value, at: valueAt, stale, clearing } = after
  if (before !== null && !events.includes('fired')) {
    return { ...before, severity, value, valueAt, stale, clearing, subjectName: nameAfter(measured, before) }
  }
  return {
    id: newId(),
    ruleId: rule.id,
    ruleName: rule.name,
    kind: rule.kind,
    subject,
    subjectName: measured?.name ?? '',
    connectionId: measured?.connectionId ?? null,
    where: measured?.where ?? '',
    severity,
    since,
    firedAt,
    resolvedAt: null,
    value,
    valueAt,
    stale,
    clearing,
    acknowledged: null,
    assignee: null,
    silencedBy: null,
    underId: null,
  }
}

/** What is gone, and what nobody named, keeps the name it had. */
const nameAfter = (measured: Transition['measured'], before: Alert): string =>
  measured === null || measured.name === '' ? before.subjectName : measured.name
