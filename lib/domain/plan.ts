/**
 * The plan: what will be done, what is checked first, what is lost, merged, kept, needed and freed.
 * Immutable and complete: no meaningful choice is left for execution. Stored as JSON with a version.
 */
import type { Command } from './command'
import type { ConnectionId, GuestId, OperationId, PlanId, SnapshotId, StorageId } from './ids'
import type { Power } from './inventory'
import type { Reason } from './reason'
import type { ByteRange, Bytes, Instant, Millis } from './units'

/**
 * Merges at a time on one storage. Two merges halve one another's throughput, and their peaks add up: one at a time is
 * as fast and needs the least room (and is what VMware and Proxmox advise). Plans count on it, the executor keeps it.
 */
export const MAX_MERGES_PER_STORAGE = 1

/** What somebody asks for. The public API takes the same words (CONTRACT: intents). */
export type Intent =
  | SingleIntent
  | { do: 'batch'; intents: SingleIntent[]; onFailure: 'stop' | 'continue'; override?: CheckId[] }

export type SingleIntent =
  | {
      do: 'rollback'
      guestId: GuestId
      snapshotId: SnapshotId
      /** take a snapshot of today's state first; absent = where it is possible and would not block the rollback */
      safetySnapshot?: boolean
      /** its name; a plan fills it in, so that planning again at another minute means the same */
      safetyName?: string
      /** shut a running guest down cleanly first, within the limit, instead of stopping it hard */
      shutdown?: boolean
      startAfter?: boolean
      /** also delete the newer snapshots that stand in the way (newest-only storage) */
      deleteNewer?: boolean
      override?: CheckId[]
    }
  | { do: 'delete'; guestId: GuestId; snapshotIds: SnapshotId[]; children: 'keep' | 'delete'; override?: CheckId[] }
  | {
      do: 'take'
      guestId: GuestId
      /** absent = made from the template */
      name?: string
      memory: boolean
      quiesce: boolean
      /** absent = the kind the guest's other snapshots have, else what it is capable of */
      kind?: 'internal' | 'external'
      note?: string
      purpose?: string
      owner?: string
      expiresAt?: Instant
      override?: CheckId[]
    }
  | { do: 'merge'; guestId: GuestId; disk?: string; direction?: 'commit' | 'pull'; override?: CheckId[] }
  | { do: 'repair'; guestId: GuestId; repair: Repair; override?: CheckId[] }

/** What is done to one guest; each is also what an operation is. */
export const SINGLE_KINDS = [
  'rollback',
  'delete',
  'take',
  'merge',
  'repair',
] as const satisfies readonly SingleIntent['do'][]

/** The doctor's steps. Each is planned, checked, consented and proven like everything else. */
export type Repair =
  | { fix: 'thaw' }
  | { fix: 'unlock' }
  | { fix: 'finish-job'; disk: string; end: 'pivot' | 'abort' }
  | { fix: 'remove-entry'; snapshotId: SnapshotId }
  | { fix: 'delete-data'; disk: string; name: string }
  | { fix: 'adopt'; snapshotId: SnapshotId }
  | { fix: 'delete-leftover'; storageId: StorageId; volume: string }
  | { fix: 'discard-saved-memory' }
  | { fix: 'check-image'; disk: string }
  | { fix: 'fork'; snapshotId: SnapshotId; as: string }

export const FIXES = [
  'thaw',
  'unlock',
  'finish-job',
  'remove-entry',
  'delete-data',
  'adopt',
  'delete-leftover',
  'discard-saved-memory',
  'check-image',
  'fork',
] as const satisfies readonly Repair['fix'][]

/** One file a check: lib/engine/plan/checks/<id>.ts. Closed set; each has a test, a text and a place in the documents. */
export const CHECK_IDS = [
  'fresh-enough',
  'reachable',
  'permitted',
  'supported',
  'guest-not-locked',
  'no-task-running',
  'no-operation-running',
  'not-held',
  'newest-only',
  'chain-depth',
  'space-for-plan',
  'disks-covered',
  'memory-compatible',
  'snapshot-still-there',
  'target-complete',
  'children-handled',
  'not-mixed',
  'no-saved-memory',
  'not-backup-owned',
  'replication-safe',
  'backup-checkpoint',
  'passthrough-media',
  'same-guest',
  'ha-managed',
  'base-not-shared',
  'firmware-state',
  'identity-risk',
  'name-free',
  'quiesce-possible',
] as const
export type CheckId = (typeof CHECK_IDS)[number]

/** `unknown` blocks where the fact decides data loss or a pause; an administrator may override by name, audited. */
export type Verdict = 'pass' | 'warn' | 'block' | 'unknown'

/** Plain facts behind a verdict, shown and stored: never a secret. */
export type Evidence = Record<string, string | number | boolean | null | string[]>

/** Who says no: the hypervisor would, or a guard of ours does although the hypervisor would not. */
export type RefusedBy = 'hypervisor' | 'guard'

export type Check = {
  id: CheckId
  /** the guest it is about; null = the plan as a whole */
  guestId: GuestId | null
  verdict: Verdict
  /** of a `block` or an `unknown`; null otherwise */
  by: RefusedBy | null
  why?: Reason
  evidence: Evidence
  /** an administrator named it in `override`: the verdict stands, and does not stop */
  overridden: boolean
}

export type LossKind =
  | 'writes-since'
  | 'memory'
  | 'newer-snapshot'
  | 'disk'
  | 'replication'
  | 'backup-chain'
  | 'configuration'
  | 'way-back'

/** What is gone afterwards. `bytes` is an upper bound of distinct blocks, never "written"; null where bytes say nothing. */
export type Loss = { kind: LossKind; guestId: GuestId; name: string; bytes: ByteRange | null; detail: Evidence }

/** What is folded, and what stays, in the same sentence form as losses. */
export type Merge = {
  guestId: GuestId
  disk: string
  layers: string[]
  into: string
  direction: 'commit' | 'pull' | 'inside-image' | 'storage'
}
export type Keep = {
  guestId: GuestId
  kind: 'current-data' | 'snapshot' | 'side-branch' | 'backup' | 'configuration'
  name: string
}

/**
 * Space per storage, all integer bytes. `peak`: needed on top of today's use at the worst moment. `frees`: what the
 * storage gets back at the end. `insideImages`: clusters freed inside image files, reusable by that guest only.
 */
export type SpaceEffect = {
  storageId: StorageId
  storageName: string
  peak: ByteRange
  frees: ByteRange
  insideImages: ByteRange
  /** 'virtual-size': what it needs was told by nothing; the peak is what the disks could be at most */
  bound: 'told' | 'virtual-size'
}

/**
 * A sentence about one guest that can be yes, no or unknown on what was read of it. Conditions are the only thing
 * the executor believes: `before` must hold to ask, `after` must hold to call it done.
 */
export type Condition =
  | { holds: 'always' }
  | { holds: 'all'; of: Condition[] }
  | { holds: 'guest-is'; birthMark: string | null }
  | { holds: 'snapshot-exists'; name: string; nativeId?: string }
  /** neither half-made nor half-deleted */
  | { holds: 'snapshot-complete'; name: string; nativeId?: string }
  | { holds: 'snapshot-absent'; name: string; nativeId?: string }
  /** name = the only way libvirt and Proxmox know one another's parents */
  | { holds: 'snapshot-parent'; name: string; parentName: string | null }
  | { holds: 'current-parent'; name: string | null }
  | { holds: 'newest-is'; name: string }
  | { holds: 'power'; in: Power[] }
  | { holds: 'unlocked' }
  | { holds: 'no-saved-memory' }
  | { holds: 'active-image'; target: string; file: string }
  | { holds: 'active-image-is-not'; target: string; file: string }
  | { holds: 'chain-lacks'; target: string; files: string[] }
  | { holds: 'chain-is'; target: string; files: string[] }
  | { holds: 'tags'; tags: string[]; protected: boolean | null }
  | { holds: 'no-unmanaged'; name: string }
  | { holds: 'guest-exists'; name: string }

export type StepKey = string

export type Step = {
  /** unique within the plan: `guest-name/2-delete-a` */
  key: StepKey
  guestId: GuestId
  connectionId: ConnectionId
  command: Command
  before: Condition
  after: Condition
  /** 'state': `after` tells whether it is done. 'act': looks the same before and after; only our own finished task proves it */
  proof: 'state' | 'act'
  /** the step that takes it back; 'none' = irreversible, and we never pretend */
  undo: 'none' | StepKey
  onFail: 'stop' | 'continue'
  /** storages it works on heavily: one merge per storage at a time */
  storages: StorageId[]
  /** what it copies; null = not known. Throughput is learned from it */
  moves: ByteRange | null
  /** a step after which a person may safely stop */
  safeStop: boolean
}

/** What one step needs and frees on its storages together, and how long it takes. Not bound by consent: figures move. */
export type StepCost = {
  key: StepKey
  needs: ByteRange
  frees: ByteRange
  insideImages: ByteRange
  time: { min: Millis; max: Millis | null } | null
}

export type PredictedSnapshot = { name: string; parentName: string | null }
/** What must be so afterwards. The same keys as `actual` of an operation. */
export type Predicted = {
  snapshots: PredictedSnapshot[]
  currentParentName: string | null
  /** there: nobody tells what the current state stands on; a null name then does not mean the base disk */
  currentUnknown?: true | undefined
  power: Power
}

/** The part of a plan that concerns one guest; a batch has many, executed as one operation each. */
export type PlanPart = {
  guestId: GuestId
  guestName: string
  connectionId: ConnectionId
  /** digest of what was read of the guest that the plan rests on */
  guestFingerprint: string
  intent: SingleIntent
  stepKeys: StepKey[]
  predicted: Predicted
  /** taken before the rollback; deleted by nobody before its rollback is verified */
  safetySnapshot: string | null
  consistency: 'crash' | 'filesystem' | 'application' | 'unknown' | null
}

export type Downtime = 'none' | 'stun' | 'off'

export type Plan = {
  version: 1
  id: PlanId
  /** as asked, with every name and choice filled in: planning it again gives the same steps */
  intent: Intent
  parts: PlanPart[]
  steps: Step[]
  checks: Check[]
  losses: Loss[]
  merges: Merge[]
  keeps: Keep[]
  space: SpaceEffect[]
  /** each step alone, in their order; absent in plans stored before these were told */
  costs?: StepCost[]
  /** ms from first to last step; null = nothing measured on these storages yet */
  time: { min: Millis; max: Millis | null } | null
  downtime: Downtime
  consent: 'click' | 'type-name'
  /** what must be typed when consent is 'type-name'; a guest's name or "6 snapshots" */
  consentText: string
  /** predicted of the only part; null for a batch of several guests (see parts) */
  predicted: Predicted | null
  /** SHA-256 hex of steps, losses and space class: what consent is bound to */
  digest: string
  madeAt: Instant
  validUntil: Instant
}

export type Planned =
  | { kind: 'plan'; plan: Plan }
  | {
      kind: 'impossible'
      id: PlanId
      intent: Intent
      why: Reason[]
      checks: Check[]
      instead: Intent[]
      madeAt: Instant
    }

/** Consent is asked in writing for production, more than this many items, or where no way back is left. */
export const TYPED_CONSENT_ABOVE_ITEMS = 5

/** Which operation took what a confirmed plan asked for. */
export type PlanConfirmation = { planId: PlanId; operationId: OperationId; confirmedBy: string; confirmedAt: Instant }

/** A figure of the space law, kept per storage so that each delete teaches the next range. */
export type MergeMeasured = {
  storageId: StorageId
  at: Instant
  movedBytes: Bytes
  tookMillis: Millis
  peakBytes: Bytes | null
  freedBytes: Bytes | null
}

/** A stored plan as pages read it. */
export type PlanView = {
  planned: Planned
  proposer: string
  /** the operation that took it, once somebody confirmed */
  operationId: OperationId | null
}
