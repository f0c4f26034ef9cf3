/** Guests and storages as rows of lists: the SQL every read shares, and its mapping. */
import { STALE_AFTER } from '@/lib/domain/connection'
import { asId, type ConnectionId, type GuestId, type StorageId } from '@/lib/domain/ids'
import type { GuestKind, Power, StorageFacts } from '@/lib/domain/inventory'
import type { SizeConfidence } from '@/lib/domain/snapshot'
import type { Bytes, Instant } from '@/lib/domain/units'
import type { GuestRow, StorageRow } from '@/lib/domain/view'
import { hypervisorKind } from './connections'
import { forecastSchema, reasonSchema } from './json'

/**
 * When a row was last read: the later of its own writing and the last reading of the whole list. A reading that finds
 * a thousand guests unchanged writes one instant, not a thousand rows.
 */
export const collectedSql = (own: string, whole: string): string => `greatest(${own}, ${whole})`

/** Whether a row is last-known rather than current: its connection fails, or its reading is old. Never NULL. */
export const staleSql = (own: string, whole: string, now: string): string =>
  `(coalesce(s.failures, 0) > 0 OR ${collectedSql(own, whole)} < ${now}::timestamptz - interval '${STALE_AFTER} milliseconds')`

export const GUEST_TABLES = `guests g JOIN connections c ON c.id = g.connection_id
  LEFT JOIN connection_states s ON s.connection_id = c.id`

/** Columns of a GuestRow; `now` is the placeholder of the reading instant. */
export const guestColumns = (now: string): string => `g.id, g.name, g.native_id AS "nativeId",
  g.connection_id AS "connectionId", c.name AS "connectionName", c.kind AS "connectionKind", c.demo, g.node, g.kind,
  g.power, g.tags, g.storage_names AS "storageNames", g.snapshot_count AS "snapshotCount",
  g.memory_snapshot_count AS "memorySnapshotCount", g.unmanaged_count AS "unmanagedCount",
  g.chain_depth AS "chainDepth", g.tree_depth AS "treeDepth", g.oldest_snapshot_at AS "oldestSnapshotAt",
  g.held_bytes AS "heldBytes", g.held_confidence AS "heldConfidence",
  jsonb_array_length(g.findings) AS "findingCount", ${collectedSql('g.collected_at', 's.guests_at')} AS "collectedAt",
  ${staleSql('g.collected_at', 's.guests_at', now)} AS stale, s.changes_refused AS "changesRefused"`

export type GuestColumns = Omit<
  GuestRow,
  'id' | 'connectionId' | 'connectionKind' | 'kind' | 'power' | 'held' | 'changesRefused'
> & {
  changesRefused: unknown
  id: string
  connectionId: string
  connectionKind: string
  kind: string
  power: string
  heldBytes: Bytes | null
  heldConfidence: string
}

export const powerOf = oneOf<Power>('power', {
  running: true,
  paused: true,
  stopped: true,
  suspended: true,
  unknown: true,
})
export const guestKindOf = oneOf<GuestKind>('kind of guest', { vm: true, container: true })

/** Turns stored text into a confidence; unknown text is a bug and throws. */
export const confidenceOf = oneOf<SizeConfidence>('confidence', {
  exact: true,
  'at-least': true,
  'at-most': true,
  estimate: true,
  unknown: true,
})
export const storageSourceOf = oneOf<StorageFacts['source']>('source of figures', {
  'libvirt-pool': true,
  'proxmox-status': true,
  'vsphere-summary': true,
  demo: true,
})

/** A total mapping from stored text to a closed set: a member missing here does not compile, other text throws. */
export function oneOf<Member extends string>(what: string, members: Record<Member, true>): (text: string) => Member {
  return (text) => {
    if (!Object.hasOwn(members, text)) throw new Error(`unknown ${what} in the database: ${text}`)
    return text as Member
  }
}

export function guestRowFrom(row: GuestColumns): GuestRow {
  return {
    id: asId<GuestId>(row.id),
    name: row.name,
    nativeId: row.nativeId,
    connectionId: asId<ConnectionId>(row.connectionId),
    connectionName: row.connectionName,
    connectionKind: hypervisorKind(row.connectionKind),
    demo: row.demo,
    node: row.node,
    kind: guestKindOf(row.kind),
    power: powerOf(row.power),
    tags: row.tags,
    storageNames: row.storageNames,
    snapshotCount: row.snapshotCount,
    memorySnapshotCount: row.memorySnapshotCount,
    unmanagedCount: row.unmanagedCount,
    chainDepth: row.chainDepth,
    treeDepth: row.treeDepth,
    oldestSnapshotAt: row.oldestSnapshotAt,
    held: { bytes: row.heldBytes, confidence: confidenceOf(row.heldConfidence) },
    findingCount: row.findingCount,
    collectedAt: row.collectedAt,
    stale: row.stale,
    changesRefused: row.changesRefused === null ? null : reasonSchema.parse(row.changesRefused),
  }
}

/**
 * Per connection, the storages of guests whose snapshots nobody tells the size of: those inside an image, on a thin
 * pool, or never read. `anywhere`: one of these guests has disks that were never read either.
 */
const HIDDEN_SNAPSHOTS = `(SELECT g.connection_id, array_agg(DISTINCT n.name) AS names,
    bool_or(g.storage_names IS NULL) AS anywhere
  FROM guests g LEFT JOIN LATERAL unnest(g.storage_names) n(name) ON true
  WHERE g.snapshot_count IS NULL OR (g.snapshot_count > 0 AND g.held_confidence <> 'exact')
  GROUP BY g.connection_id)`

export const STORAGE_TABLES = `storages t JOIN connections c ON c.id = t.connection_id
  LEFT JOIN connection_states s ON s.connection_id = c.id
  LEFT JOIN ${HIDDEN_SNAPSHOTS} h ON h.connection_id = c.id
  LEFT JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id
  LEFT JOIN storage_forecasts f ON f.series = q.id`

/** Columns of a StorageRow; `now` is the placeholder of the reading instant. */
export const storageColumns = (now: string): string => `t.id, t.name, t.connection_id AS "connectionId",
  c.name AS "connectionName", c.kind AS "connectionKind", c.demo, t.node, t.type, t.active, t.path,
  t.capacity_bytes AS "capacityBytes", t.used_bytes AS "usedBytes", t.available_bytes AS "availableBytes",
  t.provisioned_bytes AS "provisionedBytes", t.usable_bytes AS "usableBytes",
  t.metadata_ratio::float8 AS "metadataRatio", t.inodes_total AS "inodesTotal", t.inodes_free AS "inodesFree", f.forecast, f.spark, f.spark_from AS "sparkFrom", t.snapshot_bytes AS "snapshotBytes", t.orphan_count AS "orphanCount",
  t.orphan_bytes AS "orphanBytes", t.source,
  coalesce(h.anywhere OR t.name = ANY(h.names), false) AS "snapshotsHidden", ${collectedSql('t.collected_at', 's.storages_at')} AS "collectedAt",
  ${staleSql('t.collected_at', 's.storages_at', now)} AS stale`

export type StorageColumns = Omit<
  StorageRow,
  'id' | 'connectionId' | 'connectionKind' | 'source' | 'snapshotConfidence' | 'outlook' | 'inodes'
> & {
  id: string
  inodesTotal: number | null
  inodesFree: number | null
  /** some snapshot on it has a size that is in no file of its own */
  snapshotsHidden: boolean
  forecast: unknown
  spark: number[] | null
  sparkFrom: Instant | null
  connectionId: string
  connectionKind: string
  source: string
}

/** The files snapshots made are a lower bound where others lie inside images; where only such are, nothing is known. */
function snapshotFigure(row: StorageColumns): Pick<StorageRow, 'snapshotBytes' | 'snapshotConfidence'> {
  const { snapshotBytes, snapshotsHidden } = row
  if (snapshotBytes === null || (snapshotsHidden && snapshotBytes === 0))
    return { snapshotBytes: null, snapshotConfidence: 'unknown' }
  return { snapshotBytes, snapshotConfidence: snapshotsHidden ? 'at-least' : 'exact' }
}

const inodesOf = ({ inodesTotal: total, inodesFree: free }: StorageColumns): StorageRow['inodes'] =>
  total === null || total === 0 || free === null ? null : { total, free }

export const storageRowFrom = (row: StorageColumns): StorageRow => ({
  id: asId<StorageId>(row.id),
  name: row.name,
  connectionId: asId<ConnectionId>(row.connectionId),
  connectionName: row.connectionName,
  connectionKind: hypervisorKind(row.connectionKind),
  demo: row.demo,
  node: row.node,
  type: row.type,
  active: row.active,
  path: row.path,
  capacityBytes: row.capacityBytes,
  usedBytes: row.usedBytes,
  availableBytes: row.availableBytes,
  provisionedBytes: row.provisionedBytes,
  usableBytes: row.usableBytes,
  metadataRatio: row.metadataRatio,
  inodes: inodesOf(row),
  ...snapshotFigure(row),
  orphanCount: row.orphanCount,
  orphanBytes: row.orphanBytes,
  source: storageSourceOf(row.source),
  outlook:
    row.forecast === null
      ? null
      : { forecast: forecastSchema.parse(row.forecast), spark: row.spark ?? [], sparkFrom: row.sparkFrom },
  collectedAt: row.collectedAt,
  stale: row.stale,
})
