/** What pages and programs read of alerts. JSON-safe. */
import type { Alert, AlertEventKind, AlertRule, Severity, Silence } from './alert'
import type { CleanUpRun } from './clean-up'
import type { Environment } from './environment'
import type { GuestId, PlanId, SnapshotId, StorageId } from './ids'
import type { Intent } from './plan'
import type { Reason } from './reason'
import type { SizeConfidence } from './snapshot'
import type { ByteRange, Bytes, Instant, Millis } from './units'

/** A storage behind an alert, for the bar on its card; null figures = not known. */
export type AlertStorage = {
  id: StorageId
  name: string
  usedBytes: Bytes | null
  snapshotBytes: Bytes | null
  usableBytes: Bytes | null
  availableBytes: Bytes | null
  fullAt: Instant | null
  guests: number
}

export type AlertView = Alert & { silence: Silence | null; storage: AlertStorage | null }

/** Everything that fires, most urgent first. */
export type OpenAlerts = { now: Instant; alerts: AlertView[] }

export type InboxShow = 'open' | 'silenced'
export type InboxRow = { alert: AlertView; nested: boolean; group: 'now' | 'later' }
/** The first lines of the inbox; thousands may fire at once. `counts` are of those that stand by themselves. */
export type AlertInbox = {
  now: Instant
  show: InboxShow
  rows: InboxRow[]
  /** lines there are, effects included */
  total: number
  counts: { now: number; later: number; silenced: number }
}
/** Lines of one page. */
export const INBOX_PAGE = 100
export const INBOX_MOST = 5_000
export type ClosedAlerts = { alerts: Alert[] /** mark of the page after; null = that is all */; next: string | null }

export type AlertHappening = {
  at: Instant
  event:
    | Exclude<AlertEventKind, 'pending' | 'calmed'>
    | 'acknowledged'
    | 'assigned'
    | 'commented'
    | 'prepared'
    | 'cleaned-up'
  severity: Severity | null
  by: string | null
  text: string
}

/** Why a snapshot is among the first to go. */
export type ReclaimBecause = 'past-limit' | 'safety-over' | 'old-memory' | 'oldest'

export type ReclaimItem = {
  snapshotId: SnapshotId
  name: string
  guestId: GuestId
  guestName: string
  createdAt: Instant | null
  because: ReclaimBecause
  environment: Environment
  limitMillis: Millis | null
  bytes: Bytes | null
  confidence: SizeConfidence
}

/**
 * The way out of a storage alert: which snapshots to delete first, and what that does. Where the low end of what is
 * freed is 0 no bought time is claimed: delete one, measure, look again.
 */
export type Reclaim = {
  storageId: StorageId
  items: ReclaimItem[]
  intent: Intent | null
  /** why it cannot be planned from here now, in the planner's own words; null = there is a plan, or nothing to plan */
  noPlan: Reason | null
  frees: ByteRange
  /** used share afterwards, from the low and the high end; null = not known */
  usedAfter: { best: number; worst: number } | null
  boughtMillis: Millis | null
  /** under this share it is aimed at */
  target: number
  /** what was left out, by why; 'no-room': its merge needs more than is left now */
  leftOut: { because: 'held' | 'incomplete' | 'shared' | 'no-room'; count: number }[]
}

export type AlertDetail = AlertView & {
  events: AlertHappening[]
  under: Alert[]
  rule: AlertRule | null
  reclaim: Reclaim | null
  /** a clean-up that was prepared when it became an emergency, and waits for consent */
  prepared: { planId: PlanId; at: Instant } | null
  /** an administrator allowed expired snapshots to go by themselves here: how the last attempt went, null = none yet */
  cleanUp: { last: CleanUpRun | null } | null
  /** the channel that hears of it next when nobody acknowledges */
  escalatesTo: { channel: string; at: Instant } | null
}

/** What a rule would have fired on in the past that is kept. */
export type RulePreview = {
  days: number
  firings: { subjectName: string; where: string; severity: Severity; from: Instant; until: Instant | null }[]
  firingsTotal: number
  /** subjects the rule looks at, and those it cannot be told of */
  subjects: number
  untold: number
  /** how far back the past goes for the kind; null = only the present is known */
  since: Instant | null
}

/** One snapshot with bytes on the storage, as last read. */
export type ReclaimCandidate = {
  snapshotId: SnapshotId
  name: string
  guestId: GuestId
  guestName: string
  environment: Environment
  createdAt: Instant | null
  memory: boolean
  unmanaged: boolean
  incomplete: boolean
  held: boolean
  /** something outside its guest reads through one of its images */
  shared: boolean
  safety: { expiresAt: Instant | null } | null
  bytes: Bytes | null
  confidence: SizeConfidence
}
