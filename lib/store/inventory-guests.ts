/** Reading guests: windows of the list, one guest, its snapshots. Raw SQL: a page never waits for hydration. */

import type { Filter } from '@/lib/domain/filter'
import { asId, type GuestId, type SnapshotId, type StorageId } from '@/lib/domain/ids'
import type { SizeSource, Snapshot } from '@/lib/domain/snapshot'
import type { Bytes, Instant } from '@/lib/domain/units'
import type { Freshness, GuestDetail, GuestSort, GuestWindow, SnapshotView } from '@/lib/domain/view'
import type { Db } from './client'
import { filterSql, newParameters } from './guest-filter'
import { guestMarkSql, HOLD_IS_ON } from './holds'
import {
  collectedSql,
  confidenceOf,
  GUEST_TABLES,
  type GuestColumns,
  guestColumns,
  guestRowFrom,
  oneOf,
} from './inventory-rows'
import {
  capabilitiesSchema,
  configurationSchema,
  disksSchema,
  findingsSchema,
  lastBackupSchema,
  memoryFileSchema,
  reasonSchema,
  snapshotDisksSchema,
  tasksSchema,
} from './json'

/** A browser asks for what it paints and some rows around; more in one answer only costs. */
export const MAX_GUEST_WINDOW = 500

export type GuestWindowQuery = {
  filter: Filter
  sort: GuestSort
  dir: 'asc' | 'desc'
  offset: number
  limit: number
  now: Instant
}

/**
 * One window of the guests that a filter matches. What is not known sorts last in both directions; equals sort by
 * name. `oldest` sorts by instant (ascending = the oldest snapshot first).
 */
export async function guestWindow(db: Db, query: GuestWindowQuery): Promise<GuestWindow> {
  const limit = Math.min(Math.max(query.limit, 1), MAX_GUEST_WINDOW)
  const offset = Math.max(query.offset, 0)
  const parameters = newParameters()
  const where = filterSql(query.filter, query.now, parameters)
  const counted = [...parameters.values]
  const direction = query.dir === 'desc' ? 'DESC' : 'ASC'
  const order = `${SORTS[query.sort]} ${direction} NULLS LAST, lower(g.name), g.id`
  // Counted in the same pass as found. Without a filter everything counts, and an index gives the first names.
  const total = query.filter.length === 0 ? 'NULL::bigint' : 'count(*) OVER ()'
  const [rows, alls] = await Promise.all([
    // First which rows, over ids alone, then what is in them: sorting whole rows would move megabytes.
    db.query<GuestColumns & { total: number | null }>(
      `SELECT ${guestColumns(parameters.bind(query.now))}, chosen.total
       FROM (SELECT g.id, ${total} AS total FROM ${GUEST_TABLES} WHERE ${where}
         ORDER BY ${order} LIMIT ${parameters.bind(limit)} OFFSET ${parameters.bind(offset)}) AS chosen
       JOIN guests g ON g.id = chosen.id JOIN connections c ON c.id = g.connection_id
       LEFT JOIN connection_states s ON s.connection_id = c.id ORDER BY ${order}`,
      parameters.values,
    ),
    db.query<{ count: number }>('SELECT count(*) AS count FROM guests'),
  ])
  const all = alls[0]?.count ?? 0
  const countMatches = async (): Promise<number> => {
    if (query.filter.length === 0) return all
    const [first] = rows
    if (first !== undefined) return first.total ?? 0
    if (offset === 0) return 0
    // A window beyond the end has no row that could tell.
    const sql = `SELECT count(*) AS count FROM ${GUEST_TABLES} WHERE ${where}`
    return (await db.query<{ count: number }>(sql, counted))[0]?.count ?? 0
  }
  return { rows: rows.map(guestRowFrom), offset, total: await countMatches(), all }
}

const SORTS: Record<GuestSort, string> = {
  name: 'lower(g.name)',
  connection: 'lower(c.name)',
  node: 'lower(g.node)',
  power: `CASE g.power WHEN 'running' THEN 1 WHEN 'paused' THEN 2 WHEN 'suspended' THEN 3 WHEN 'stopped' THEN 4 END`,
  snapshots: 'g.snapshot_count',
  chain: 'g.chain_depth',
  oldest: 'g.oldest_snapshot_at',
  held: 'g.held_bytes',
  collected: collectedSql('g.collected_at', 's.guests_at'),
}

/** Ids of all guests that a filter matches, by name, for "select all". */
export async function guestIds(db: Db, filter: Filter, now: Instant): Promise<GuestId[]> {
  const parameters = newParameters()
  const where = filterSql(filter, now, parameters)
  const rows = await db.query<{ id: string }>(
    `SELECT g.id FROM ${GUEST_TABLES} WHERE ${where} ORDER BY lower(g.name), g.id`,
    parameters.values,
  )
  return rows.map((row) => asId<GuestId>(row.id))
}

/** A cluster has a storage of that name on every node, each another one; a shared one is on none. */
const ON_NODE = "t.node IN ('', g.node)"

/** Everything known about one guest; null when there is none of that id. */
export async function guestDetail(db: Db, id: GuestId, now: Instant): Promise<GuestDetail | null> {
  const [guests, snapshots, storages] = await Promise.all([
    db.query<GuestColumns & DetailColumns>(
      `SELECT ${guestColumns('$2')}, ${DETAIL_COLUMNS} FROM ${GUEST_TABLES} WHERE g.id = $1`,
      [id, now],
    ),
    guestSnapshots(db, id),
    db.query<{ id: string; name: string }>(
      `SELECT t.id, t.name FROM guests g JOIN storages t ON t.connection_id = g.connection_id
       WHERE g.id = $1 AND t.name = ANY(g.storage_names) AND (${ON_NODE} OR NOT EXISTS (
         SELECT 1 FROM storages o WHERE o.connection_id = t.connection_id AND o.name = t.name AND o.node IN ('', g.node)))
       ORDER BY t.name, t.id`,
      [id],
    ),
  ])
  const [row] = guests
  if (row === undefined) return null
  const parent = snapshots.find((snapshot) => snapshot.nativeId === row.currentParent)
  return {
    ...guestRowFrom(row),
    cpus: row.cpus,
    memoryBytes: row.memoryBytes,
    firmware: firmwareOf(row.firmware),
    tpm: row.tpm,
    agent: agentOf(row.agent),
    managedSave: row.managedSave,
    description: row.description,
    lock: row.lock,
    template: row.template,
    ha: row.ha,
    replicated: row.replicated,
    protected: row.protected,
    lastBackup: lastBackupSchema.parse(row.lastBackup),
    tasks: tasksSchema.parse(row.tasks),
    findings: findingsSchema.parse(row.findings),
    capabilities: capabilitiesSchema.parse(row.capabilities),
    disks: row.disks === null ? null : disksSchema.parse(row.disks),
    disksFreshness: freshness(row.disksAt, row.disksUnread),
    configuration: row.configuration === null ? null : configurationSchema.parse(row.configuration),
    configurationFreshness: freshness(row.configurationAt, row.configurationUnread),
    snapshotsFreshness: freshness(row.snapshotsAt, row.snapshotsUnread),
    snapshots,
    currentParentId: parent?.id ?? null,
    currentUnknown: row.currentUnknown,
    changedSince: {
      bytes: row.changedSinceBytes,
      confidence: confidenceOf(row.changedSinceConfidence),
      source: sizeSourceOf(row.changedSinceSource),
    },
    storages: storages.map((storage) => ({ id: asId<StorageId>(storage.id), name: storage.name })),
  }
}

/** The snapshots of one guest, oldest first (undated ones before all), with our ids. */
export async function guestSnapshots(db: Db, id: GuestId): Promise<SnapshotView[]> {
  const rows = await db.query<SnapshotColumns & OwnColumns>(
    `SELECT ${SNAPSHOT_COLUMNS}, h.placed_by AS "heldBy", h.note AS "heldNote", w.role, w.owner, w.purpose,
       w.expires_at AS "expiresAt"
     FROM snapshots n JOIN guests g ON g.id = n.guest_id LEFT JOIN holds h ON ${HOLD_IS_ON}
     LEFT JOIN snapshot_notes w ON w.connection_id = g.connection_id AND w.guest_mark = ${guestMarkSql('g')}
       AND w.snapshot_name = n.name
     WHERE n.guest_id = $1 ORDER BY n.created_at NULLS FIRST, n.native_id`,
    [id],
  )
  const ids = new Map(rows.map((row) => [row.nativeId, asId<SnapshotId>(row.id)]))
  return rows.map((row) => ({
    ...snapshotFrom(row),
    id: asId<SnapshotId>(row.id),
    parentId: row.parent === null ? null : (ids.get(row.parent) ?? null),
    held: row.heldBy !== null,
    hold: row.heldBy === null ? null : { by: row.heldBy, note: row.heldNote ?? '' },
    note:
      row.role === null
        ? null
        : { role: noteRoleOf(row.role), owner: row.owner, purpose: row.purpose, expiresAt: row.expiresAt },
  }))
}

/** What Snapwarden itself knows of a snapshot. */
type OwnColumns = {
  heldBy: string | null
  heldNote: string | null
  role: string | null
  owner: string | null
  purpose: string | null
  expiresAt: Instant | null
}

type DetailColumns = {
  cpus: number | null
  memoryBytes: Bytes | null
  firmware: string
  tpm: boolean
  agent: string
  managedSave: boolean | null
  description: string
  lock: string | null
  template: boolean
  ha: boolean | null
  replicated: boolean | null
  protected: boolean | null
  lastBackup: unknown
  tasks: unknown
  findings: unknown
  capabilities: unknown
  disks: unknown
  disksAt: Instant | null
  disksUnread: unknown
  configuration: unknown
  configurationAt: Instant | null
  configurationUnread: unknown
  snapshotsAt: Instant | null
  snapshotsUnread: unknown
  currentParent: string | null
  currentUnknown: boolean
  changedSinceBytes: Bytes | null
  changedSinceConfidence: string
  changedSinceSource: string
}

/** When a section was last read: with the whole list, unless the last attempt could not read it. */
export const sectionAt = (section: string): string =>
  `CASE WHEN g.${section}_unread IS NULL THEN ${collectedSql(`g.${section}_at`, 's.guests_at')} ELSE g.${section}_at END`

const DETAIL_COLUMNS = `g.cpus, g.memory_bytes AS "memoryBytes", g.firmware, g.tpm, g.agent,
  g.managed_save AS "managedSave", g.description, g.lock, g.template, g.ha, g.replicated, g.protected,
  g.last_backup AS "lastBackup", g.tasks, g.findings, g.capabilities, g.disks,
  ${sectionAt('disks')} AS "disksAt", g.disks_unread AS "disksUnread", g.configuration,
  ${sectionAt('configuration')} AS "configurationAt", g.configuration_unread AS "configurationUnread",
  ${sectionAt('snapshots')} AS "snapshotsAt", g.snapshots_unread AS "snapshotsUnread",
  g.current_parent AS "currentParent", g.current_unknown AS "currentUnknown", g.changed_since_bytes AS "changedSinceBytes",
  g.changed_since_confidence AS "changedSinceConfidence", g.changed_since_source AS "changedSinceSource"`

/** Freshness of a section from its columns. */
export const freshness = (at: Instant | null, unread: unknown): Freshness =>
  unread === null ? { at } : { at, unread: reasonSchema.parse(unread) }

export type SnapshotColumns = {
  id: string
  nativeId: string
  name: string
  parent: string | null
  parentMissing: string | null
  createdAt: Instant | null
  description: string
  memory: string
  powerThen: string
  consistency: string
  kind: string
  unmanaged: boolean
  incomplete: boolean
  disks: unknown
  memoryFile: unknown
  sizeBytes: Bytes | null
  sizeConfidence: string
  sizeSource: string
}

export const SNAPSHOT_COLUMNS = `n.id, n.native_id AS "nativeId", n.name, n.parent,
  n.parent_missing AS "parentMissing", n.created_at AS "createdAt", n.description, n.memory,
  n.power_then AS "powerThen", n.consistency, n.kind, n.unmanaged, n.incomplete, n.disks,
  n.memory_file AS "memoryFile", n.size_bytes AS "sizeBytes", n.size_confidence AS "sizeConfidence",
  n.size_source AS "sizeSource"`

/** A snapshot from its row. */
export const snapshotFrom = (row: SnapshotColumns): Snapshot => ({
  nativeId: row.nativeId,
  name: row.name,
  parent: row.parent,
  parentMissing: row.parentMissing,
  createdAt: row.createdAt,
  description: row.description,
  memory: memoryOf(row.memory),
  powerThen: powerThenOf(row.powerThen),
  consistency: consistencyOf(row.consistency),
  kind: snapshotKindOf(row.kind),
  unmanaged: row.unmanaged,
  incomplete: row.incomplete,
  disks: snapshotDisksSchema.parse(row.disks),
  memoryFile: memoryFileSchema.parse(row.memoryFile),
  size: {
    bytes: row.sizeBytes,
    confidence: confidenceOf(row.sizeConfidence),
    source: sizeSourceOf(row.sizeSource),
  },
})

const noteRoleOf = oneOf<'taken' | 'safety'>('role of a snapshot note', { taken: true, safety: true })
export const firmwareOf = oneOf<GuestDetail['firmware']>('firmware', { bios: true, uefi: true, unknown: true })
export const agentOf = oneOf<GuestDetail['agent']>('agent state', {
  connected: true,
  absent: true,
  'not-configured': true,
  unknown: true,
})
const memoryOf = oneOf<Snapshot['memory']>('memory state', { none: true, saved: true })
const powerThenOf = oneOf<Snapshot['powerThen']>('power', { running: true, paused: true, off: true, unknown: true })
const consistencyOf = oneOf<Snapshot['consistency']>('consistency', {
  crash: true,
  filesystem: true,
  application: true,
  unknown: true,
})
const snapshotKindOf = oneOf<Snapshot['kind']>('kind of snapshot', { internal: true, external: true, native: true })
const sizeSourceOf = oneOf<SizeSource>('source of a size', {
  'overlay-allocation': true,
  'overlay-allocation-live': true,
  'memory-reported': true,
  'overlay-and-memory': true,
  'internal-shared': true,
  'image-tables': true,
  'file-not-in-a-pool': true,
  'chain-file-unlisted': true,
  'thin-shared': true,
  'zfs-shared': true,
  'rbd-shared': true,
  'btrfs-shared': true,
  'not-told': true,
  demo: true,
})
