/**
 * What the planners take: the guests asked about, and everything around them that decides what a plan may do.
 * Read from the store in one go and JSON-safe, so that a plan can be made again from what was written down.
 * Nothing here is a decision; what could not be read is named, never left out.
 */
import type { ConnectionHealth, ConnectionMode, HypervisorKind } from './connection'
import type { Environment } from './environment'
import type { ConnectionId, GuestId, OperationId, SnapshotId, StorageId } from './ids'
import type { KnownGuest, KnownStorage } from './known'
import type { Permission } from './permission'
import type { MergeMeasured } from './plan'
import type { Reason } from './reason'
import type { Bytes, Instant, Millis } from './units'

export type PlanConnection = {
  id: ConnectionId
  name: string
  kind: HypervisorKind
  mode: ConnectionMode
  health: ConnectionHealth['state']
  lastAnswerAt: Instant | null
  lastError: Reason | null
  /** why it refuses every change now, although it can be read; null = nothing says so */
  changesRefused: Reason | null
  /** of the hypervisor: libvirt `11.3.0`, Proxmox VE `9.2.11`; null = not told */
  version: string | null
  /** may be fully changed by us: false while its adapter offers no commands */
  commands: boolean
}

/** What Snapwarden itself knows of one snapshot, beside what the hypervisor tells. */
export type PlanSnapshot = {
  id: SnapshotId
  nativeId: string
  hold: { by: string; note: string } | null
  owner: string | null
  purpose: string | null
  expiresAt: Instant | null
}

export type PlanGuest = {
  id: GuestId
  connectionId: ConnectionId
  known: KnownGuest
  /** digest of what was read of it; a plan that rests on another one is made again */
  fingerprint: string
  snapshots: PlanSnapshot[]
  environment: Environment
  /** an operation of ours that is queued or running on it */
  openOperation: OperationId | null
}

export type PlanStorage = {
  id: StorageId
  connectionId: ConnectionId
  known: KnownStorage
  /** used ÷ capacity that no plan may pass at its worst moment, e.g. 0.95 */
  ceilingRatio: number
  /** earlier merges on it, newest first: what the time of the next one is told from */
  measured: MergeMeasured[]
}

/**
 * One image file that a storage lists and that matters to the guests asked about: it is one of their images, or it
 * reads through one. `usedBy` are guests of the same connection, by native id.
 */
export type PlanVolume = {
  connectionId: ConnectionId
  storageId: StorageId
  path: string
  backingFile: string | null
  format: string
  virtualBytes: Bytes | null
  allocatedBytes: Bytes | null
  usedBy: { nativeId: string; name: string }[]
}

/** A part of a connection that could name an image, and was not read. */
export type ImagesUnread = {
  connectionId: ConnectionId
  connectionName: string
  section: 'guests' | 'disks' | 'snapshots' | 'images' | 'volumes'
  /** the guest or storage concerned; null = all of them */
  subject: string | null
  why: Reason
}

export type PlanPolicy = {
  /** a chain deeper than this is advised against (GUIDE: 3) */
  advisedDepth: number
  /** no overlay is put on a deeper chain */
  maxDepth: number
  /** guests read longer ago are read again before a plan rests on them */
  maxAgeMillis: Millis
  /** how long a plan may wait for its consent */
  validMillis: Millis
  /** how long a clean shutdown may take */
  shutdownLimitMillis: Millis
  /** name of a snapshot that is given none */
  nameTemplate: string
  /** IANA name: date and time in snapshot names are told in it */
  timeZone: string
}

export type PlanActor = { name: string; permissions: Permission[] }

export type PlanWorld = {
  /** who plans; a plan says what its proposer may not do, the confirmer is checked again */
  actor: PlanActor
  /** every connection that images could be shared with: those of the guests, and all of the same kind */
  connections: PlanConnection[]
  /** the guests the intent names */
  guests: PlanGuest[]
  /** storages of the guests' connections, and of others of the same kind that share a path with one of them */
  storages: PlanStorage[]
  volumes: PlanVolume[]
  imagesUnread: ImagesUnread[]
  policy: PlanPolicy
}
