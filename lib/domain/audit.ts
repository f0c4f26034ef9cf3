/** The audit log's vocabulary. Written in the same transaction as what it describes, or nothing is. */
import type { AuditId } from './ids'
import type { Instant } from './units'

export const AUDIT_ACTIONS = [
  'setup.administrator-created',
  'session.signed-in',
  'session.sign-in-failed',
  'session.signed-out',
  'session.revoked',
  'user.created',
  'user.changed',
  'user.password-reset',
  'user.removed',
  'token.created',
  'token.revoked',
  'connection.added',
  'connection.changed',
  'connection.mode-changed',
  'connection.removed',
  'connection.tested',
  'connection.cleartext-accepted',
  'connection.collect-requested',
  'plan.proposed',
  'plan.confirmed',
  'plan.overridden',
  'operation.step-asked',
  'operation.step-ended',
  'operation.ended',
  'operation.cancel-requested',
  'operation.looked-again',
  'operation.verified',
  'hold.placed',
  'hold.released',
  'hold.lost',
  'alert.acknowledged',
  'alert.assigned',
  'alert.commented',
  'alert.silenced',
  'alert.silence-ended',
  'rule.added',
  'rule.changed',
  'rule.removed',
  'channel.added',
  'channel.changed',
  'channel.removed',
  'channel.tested',
  'channel.notice-revived',
  'service-probe.set',
  'service-probe.cleared',
  'service-probe.tried',
  'clean-up.set',
  'clean-up.removed',
  'clean-up.started',
  'environment.set',
  'environment.limits-changed',
  'audit.exported',
  'demo.added',
  'demo.removed',
  'export.made',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export type AuditEntry = {
  id: AuditId
  at: Instant
  actor: string
  action: AuditAction
  /** what it was done to: `connection:kvm-gz-01`, null when the action is its own subject */
  subject: string | null
  /** plain facts, never a secret */
  detail: Record<string, string | number | boolean | null>
  address: string | null
  /** its place in the chain, its hash, and that of the entry before ('' for the first) */
  seal: { seq: number; hash: string; previous: string }
}

/**
 * What checking the whole log found; `head` is the hash of its last entry. The first entry that is not what was sealed,
 * or is missing, is named.
 */
export type ChainVerdict = { entries: number; head: string } & ({ intact: true } | { intact: false; brokenAt: number })
