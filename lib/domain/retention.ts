/** What is past its limit, as a team lead reviews it. JSON-safe; null = not known. */
import type { Environment, EnvironmentLimits } from './environment'
import type { ConnectionId, GuestId, SnapshotId } from './ids'
import type { SizeConfidence } from './snapshot'
import type { Bytes, Instant, Millis } from './units'

/** Bytes added up: `at-least` where some of what is counted tells none. */
export type Summed = { bytes: Bytes | null; confidence: SizeConfidence }

export type EnvironmentShare = {
  environment: Environment
  limitMillis: Millis | null
  guests: number
  snapshots: number
  past: number
  /** of `snapshots`: those that tell no time, so neither inside a limit nor past it */
  withoutTime: number
  oldestPastAt: Instant | null
  held: Summed
}

/** An environment in short. */
export type LimitShare = Pick<EnvironmentShare, 'environment' | 'limitMillis' | 'snapshots' | 'past' | 'withoutTime'>

/** `owner` null = nobody is named. */
export type OwnerShare = { owner: string | null; past: number; oldestAt: Instant; held: Summed }

export type PastSnapshot = {
  snapshotId: SnapshotId
  name: string
  createdAt: Instant
  guestId: GuestId
  guestName: string
  connectionId: ConnectionId
  connectionName: string
  environment: Environment
  /** said by a person, not proposed from tags */
  environmentSaid: boolean
  owner: string | null
  limitMillis: Millis
  memory: boolean
  size: Summed
  held: { by: string; note: string } | null
  /** newest backup of the guest; undefined kept out of JSON: null = none told, absent figures are not known */
  lastBackupAt: Instant | null
  backupKnown: boolean
}

export type RetentionView = {
  now: Instant
  limits: EnvironmentLimits
  snapshots: number
  environments: EnvironmentShare[]
  owners: OwnerShare[]
  /** the oldest beyond its limit first; at most RETENTION_LISTED of them */
  past: PastSnapshot[]
  pastTotal: number
  /** guests whose snapshots, or whose snapshots' ages, are not known: they are in no figure above */
  unknown: { guests: number; snapshotsWithoutTime: number }
  /** guests of no known environment: no limit applies to them */
  withoutEnvironment: { guests: number; snapshots: number }
  /** connections that do not answer, with when they last did */
  silent: { name: string; lastAnswerAt: Instant | null }[]
}

/** More than a person reviews in one sitting; the CSV holds as many. */
export const RETENTION_LISTED = 2_000

export type GuestEnvironment = {
  environment: Environment
  /** by a person; false = proposed from tags and name */
  said: boolean
  proposed: Environment
  owner: string | null
  limitMillis: Millis | null
}
