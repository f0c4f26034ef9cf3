/** From alerts, rules and channels as pages read them to what programs read. */
import type { z } from 'zod'
import type { Alert, AlertRule } from '@/lib/domain/alert'
import type { AlertDetail } from '@/lib/domain/alert-view'
import type { Channel } from '@/lib/domain/channel'
import type { CleanUpPolicyRow } from '@/lib/domain/clean-up'
import { RULE_SHAPES } from '@/lib/domain/rule-shapes'
import type { alertDetailSchema, alertSchema, channelSchema, cleanUpSchema, ruleSchema } from './alert-schemas'

export function alertForPrograms(alert: Alert): z.input<typeof alertSchema> {
  const { subject, subjectName } = alert
  return {
    id: alert.id,
    ruleId: alert.ruleId,
    kind: alert.kind,
    severity: alert.severity,
    subject: { of: subject.of, id: subject.id, name: subjectName },
    connectionId: alert.connectionId,
    where: alert.where,
    since: alert.since,
    firedAt: alert.firedAt,
    resolvedAt: alert.resolvedAt,
    value: alert.value,
    unit: RULE_SHAPES[alert.kind].unit,
    valueAt: alert.valueAt,
    stale: alert.stale,
    clearing: alert.clearing,
    acknowledged: alert.acknowledged,
    assignee: alert.assignee,
    underId: alert.underId,
  }
}

export function alertDetailForPrograms(alert: AlertDetail): z.input<typeof alertDetailSchema> {
  const { reclaim } = alert
  return {
    ...alertForPrograms(alert),
    silencedUntil: alert.silence?.until ?? null,
    underneath: alert.under.map(({ id }) => id),
    events: alert.events,
    reclaim:
      reclaim === null
        ? null
        : {
            planId: alert.prepared?.planId ?? null,
            snapshotIds: reclaim.items.map(({ snapshotId }) => snapshotId),
            frees: reclaim.frees,
            usedAfter: reclaim.usedAfter,
            boughtMillis: reclaim.boughtMillis,
          },
  }
}

export const ruleForPrograms = (rule: AlertRule): z.input<typeof ruleSchema> => ({
  ...rule,
  unit: RULE_SHAPES[rule.kind].unit,
})

export const channelForPrograms = (channel: Channel): z.input<typeof channelSchema> => ({
  ...channel,
  kind: channel.settings.kind,
})

export const cleanUpForPrograms = (policy: CleanUpPolicyRow): z.input<typeof cleanUpSchema> => ({
  id: policy.id,
  connectionId: policy.connectionId,
  storageId: policy.storageId,
  enabled: policy.enabled,
  maxSnapshots: policy.maxSnapshots,
  maxPeakBytes: policy.maxPeakBytes,
  busyHours: policy.busyHours,
  setBy: policy.setBy,
  setAt: policy.setAt,
})
