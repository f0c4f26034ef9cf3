/** Alerts: what is watched, when it fires, and who has it. The state machine is lib/engine/alerts/advance.ts. */
import type { Environment } from './environment'
import type { AlertId, AlertRuleId, ConnectionId, GuestId, OperationId, SilenceId, StorageId } from './ids'
import type { Reason } from './reason'
import type { Instant, Millis } from './units'

/** From the least to the most urgent. */
export const SEVERITIES = ['warning', 'critical', 'emergency'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Whether `severity` is more urgent than `than`. */
export const isMoreSevere = (severity: Severity, than: Severity): boolean =>
  SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(than)

/** One firing of a rule is on one of these. */
export type AlertSubject =
  | { of: 'storage'; id: StorageId }
  | { of: 'guest'; id: GuestId }
  | { of: 'connection'; id: ConnectionId }
  | { of: 'operation'; id: OperationId }

/**
 * What a rule measures, each with its own unit. One file a kind: lib/engine/alerts/rules/<kind>.ts.
 * 'above' kinds breach at or over `fire` and clear under `clear`; 'below' kinds the other way round.
 */
export const RULE_KINDS = [
  'storage-used',
  'storage-free',
  'time-to-full',
  'thin-metadata',
  'inodes-used',
  'stale-data',
  'snapshot-age',
  'chain-depth',
  'snapshot-count',
  'snapshot-size',
  'memory-age',
  'unmanaged-data',
  'orphaned-files',
  'operation-ended',
  'guest-locked',
  'merge-space',
] as const
export type RuleKind = (typeof RULE_KINDS)[number]

/** What fills up has a moment when it is too late; as bad as something else, it comes first. */
export const FILLING_KINDS: readonly RuleKind[] = [
  'storage-used',
  'storage-free',
  'time-to-full',
  'thin-metadata',
  'inodes-used',
  'merge-space',
]

/** ratio: 0…1 and beyond · bytes · millis · count · limits: multiples of the limit that applies */
export type RuleUnit = 'ratio' | 'bytes' | 'millis' | 'count' | 'limits'

/** A fire/clear pair. Between the two nothing changes, so that a figure at the line does not flap. */
export type RuleLevel = { severity: Severity; fire: number; clear: number }

/** What a rule looks at; an empty list leaves that side open. Tags are Snapwarden's or the hypervisor's. */
export type RuleScope = {
  connectionIds: ConnectionId[]
  storageIds: StorageId[]
  tags: string[]
  environments: Environment[]
}

export type AlertRule = {
  id: AlertRuleId
  name: string
  kind: RuleKind
  /** least severe first; at least one */
  levels: RuleLevel[]
  /** a breach fires, and a return clears, only after it held so long */
  holdMillis: Millis
  clearHoldMillis: Millis
  scope: RuleScope
  enabled: boolean
  /** shipped with Snapwarden: can be changed and switched off, not removed */
  shipped: boolean
  /** grows with every change: a changed rule is judged at once, without waiting out holds */
  version: number
}

/** What was measured on one subject; or that it could not be, which resolves nothing. */
export type Reading =
  | { told: true; value: number; at: Instant }
  /** `at`: when it was last told; null = not known */
  | { told: false; why: Reason | null; at: Instant | null }

/** Below the clear value of its level since then: once that held it becomes `to`, and at null it is over. */
export type Clearing = { to: Severity | null; since: Instant }

/** Where one rule stands on one subject. */
export type AlertState =
  | { is: 'ok' }
  | { is: 'pending'; severity: Severity; since: Instant; value: number; ruleVersion: number }
  | {
      is: 'firing'
      severity: Severity
      /** when the breach began, and when it fired */
      since: Instant
      firedAt: Instant
      /** a more severe level is breached since then, its hold not yet over */
      rising: { severity: Severity; since: Instant } | null
      clearing: Clearing | null
      /** the last value told, and when */
      value: number
      at: Instant
      /** nothing is told any more: it stays as it was, and says so */
      stale: boolean
      ruleVersion: number
    }

export type AlertEventKind =
  | 'pending'
  | 'fired'
  | 'raised'
  | 'lowered'
  | 'resolved'
  | 'went-stale'
  | 'fresh-again'
  | 'calmed'

export type Acknowledgement = { by: string; at: Instant; until: Instant | null; note: string }

/** A firing alert, or one that ended, as people see it. */
export type Alert = {
  id: AlertId
  ruleId: AlertRuleId
  ruleName: string
  kind: RuleKind
  subject: AlertSubject
  subjectName: string
  connectionId: ConnectionId | null
  where: string
  severity: Severity
  since: Instant
  firedAt: Instant
  resolvedAt: Instant | null
  value: number
  valueAt: Instant
  stale: boolean
  clearing: Clearing | null
  acknowledged: Acknowledgement | null
  assignee: string | null
  silencedBy: SilenceId | null
  /** the alert that causes this one, or that it is an effect of */
  underId: AlertId | null
}

/**
 * How bad its figure is by now; null = no longer bad at all. The alert itself stays what it was until that has lasted,
 * but nobody is woken for, and nothing is deleted for, what is not so any more.
 */
export const severityNow = ({ severity, clearing }: Pick<Alert, 'severity' | 'clearing'>): Severity | null =>
  clearing === null ? severity : clearing.to

/** Whether somebody has it now. An acknowledgement without an end lasts as long as the firing. */
export const isAcknowledgedAt = ({ acknowledged }: Pick<Alert, 'acknowledged'>, now: Instant): boolean =>
  acknowledged !== null && (acknowledged.until === null || now < acknowledged.until)

/** What a silence covers: every given field must match. It mutes notices; it never changes an alert's state. */
export type SilenceScope = {
  alertId?: AlertId
  ruleId?: AlertRuleId
  subject?: AlertSubject
  connectionId?: ConnectionId
  tag?: string
}
export type Silence = { id: SilenceId; scope: SilenceScope; from: Instant; until: Instant; reason: string; by: string }

/** Why a notice is not sent now. */
export type MuteReason =
  | { mute: 'silenced'; silenceId: SilenceId; until: Instant }
  | { mute: 'source-down'; connectionId: ConnectionId; since: Instant | null }
  | { mute: 'operation-open'; operationId: OperationId }
  | { mute: 'under-another'; alertId: AlertId }
  | { mute: 'rule-off' }

/** Why a notice is due. 'none' is an answer. */
export type NotifyReason = 'first' | 'more-severe' | 'repeat-due' | 'escalated' | 'resolved' | 'none'

/** What one receiver was last told of a firing; null fields = never. */
export type NotifyLog = { lastAt: Instant | null; lastSeverity: Severity | null; resolvedSent: boolean }
