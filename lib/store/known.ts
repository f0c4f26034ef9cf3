/** What was last known of a connection's things, read by the worker before it merges a new reading into it. */
import type { ConnectionId } from '@/lib/domain/ids'
import type { GuestFacts, Volume } from '@/lib/domain/inventory'
import type { GuestSections, KeptGuest, KnownSection } from '@/lib/domain/known'
import type { Snapshot } from '@/lib/domain/snapshot'
import type { Bytes, Instant } from '@/lib/domain/units'
import type { Db } from './client'
import {
  agentOf,
  firmwareOf,
  SNAPSHOT_COLUMNS,
  type SnapshotColumns,
  sectionAt,
  snapshotFrom,
} from './inventory-guests'
import { collectedSql, guestKindOf, powerOf } from './inventory-rows'
import { volumeRoleOf } from './inventory-storages'
import {
  capabilitiesSchema,
  configurationSchema,
  disksSchema,
  findingsSchema,
  lastBackupSchema,
  reasonSchema,
  tasksSchema,
} from './json'

/** Enough of every known thing to tell which ones a reading changes: some hundred bytes for each. */
export type KnownIndex = {
  /** `storageNames` as JSON text, which is compared far more often than read */
  guests: Map<string, { id: string; fingerprint: string; storageNames: string; birthMark: string | null }>
  storages: Map<string, { id: string; fingerprint: string; name: string }>
}

/** Rows taken at once, so that ten thousand do not hold the event loop. */
const INDEX_PAGE = 2_000

/** The index of a connection, by native id; of these guests only, where a reading named them. */
export async function knownIndex(
  db: Db,
  connectionId: ConnectionId,
  only: readonly string[] | null,
): Promise<KnownIndex> {
  const guests: KnownIndex['guests'] = new Map()
  let after = ''
  for (;;) {
    const page = await db.query<{
      id: string
      nativeId: string
      fingerprint: string
      storageNames: string
      birthMark: string | null
    }>(
      `SELECT id, native_id AS "nativeId", fingerprint, to_json(storage_names)::text AS "storageNames",
         birth_mark AS "birthMark" FROM guests
       WHERE connection_id = $1 AND native_id > $2 AND ($3::text[] IS NULL OR native_id = ANY($3))
       ORDER BY native_id LIMIT ${INDEX_PAGE}`,
      [connectionId, after, only],
    )
    for (const { nativeId, ...rest } of page) guests.set(nativeId, rest)
    const last = page.at(-1)
    if (page.length < INDEX_PAGE || last === undefined) break
    after = last.nativeId
  }
  const storages = await db.query<{ id: string; nativeId: string; fingerprint: string; name: string }>(
    'SELECT id, native_id AS "nativeId", fingerprint, name FROM storages WHERE connection_id = $1',
    [connectionId],
  )
  return { guests, storages: new Map(storages.map(({ nativeId, ...rest }) => [nativeId, rest])) }
}

/** Some guests as last known, with the ages of their sections, by native id. */
export async function knownGuests(
  db: Db,
  connectionId: ConnectionId,
  nativeIds: readonly string[],
): Promise<Map<string, KeptGuest>> {
  const guests = await db.query<SectionColumns & FactColumns>(
    `SELECT g.id, g.native_id AS "nativeId", g.disks, ${sectionAt('disks')} AS "disksAt",
       g.disks_unread AS "disksUnread", g.configuration, ${sectionAt('configuration')} AS "configurationAt",
       g.configuration_unread AS "configurationUnread", ${sectionAt('snapshots')} AS "snapshotsAt",
       g.snapshots_unread AS "snapshotsUnread", g.images_unread AS "imagesUnread",
       g.current_parent AS "currentParent", g.current_unknown AS "currentUnknown", g.snapshot_count AS "snapshotCount", g.name, g.node, g.kind, g.power, g.tags,
       g.cpus, g.memory_bytes AS "memoryBytes", g.firmware, g.tpm, g.agent, g.managed_save AS "managedSave",
       g.description, g.lock, g.template, g.ha, g.replicated, g.protected, g.birth_mark AS "birthMark",
       g.last_backup AS "lastBackup", g.tasks, g.capabilities, g.findings
     FROM guests g LEFT JOIN connection_states s ON s.connection_id = g.connection_id
     WHERE g.connection_id = $1 AND g.native_id = ANY($2)`,
    [connectionId, nativeIds],
  )
  const snapshots = await db.query<SnapshotColumns & { guestId: string }>(
    `SELECT n.guest_id AS "guestId", ${SNAPSHOT_COLUMNS} FROM snapshots n WHERE n.guest_id = ANY($1)
     ORDER BY n.created_at NULLS FIRST, n.native_id`,
    [guests.map((guest) => guest.id)],
  )
  const items = new Map<string, Snapshot[]>(guests.map((guest) => [guest.id, []]))
  for (const row of snapshots) items.get(row.guestId)?.push(snapshotFrom(row))
  return new Map(guests.map((row) => [row.nativeId, keptFrom(row, items.get(row.id) ?? [])]))
}

/** The volumes of some storages as last known, by the storage's native id. */
export async function knownVolumes(
  db: Db,
  connectionId: ConnectionId,
  nativeIds: readonly string[],
): Promise<Map<string, KnownSection<Volume[]>>> {
  const storages = await db.query<{ id: string; nativeId: string; at: Instant | null; unread: unknown }>(
    `SELECT t.id, t.native_id AS "nativeId", t.volumes_unread AS unread,
       CASE WHEN t.volumes_unread IS NULL THEN ${collectedSql('t.volumes_at', 's.storages_at')} ELSE t.volumes_at END AS at
     FROM storages t LEFT JOIN connection_states s ON s.connection_id = t.connection_id
     WHERE t.connection_id = $1 AND t.native_id = ANY($2)`,
    [connectionId, nativeIds],
  )
  const rows = await db.query<VolumeColumns>(
    `SELECT storage_id AS "storageId", native_id AS "nativeId", name, path, format, virtual_bytes AS "virtualBytes",
       allocated_bytes AS "allocatedBytes", backing_file AS "backingFile", backing_unread AS "backingUnread",
       used_by AS "usedBy", role
     FROM volumes WHERE storage_id = ANY($1) ORDER BY native_id`,
    [storages.map((storage) => storage.id)],
  )
  const volumes = new Map<string, Volume[]>(storages.map((storage) => [storage.id, []]))
  for (const { storageId, role, backingUnread, ...row } of rows) {
    const untold = backingUnread ? { backingUnread: true as const } : {}
    volumes.get(storageId)?.push({ ...row, ...untold, role: volumeRoleOf(role) })
  }
  return new Map(
    storages.map((row) => [
      row.nativeId,
      {
        // A time of reading is there exactly when they were ever read: an empty storage is not an unread one.
        value: row.at === null ? null : (volumes.get(row.id) ?? []),
        at: row.at,
        unread: row.unread === null ? null : reasonSchema.parse(row.unread),
      },
    ]),
  )
}

type SectionColumns = {
  id: string
  nativeId: string
  disks: unknown
  disksAt: Instant | null
  disksUnread: unknown
  configuration: unknown
  configurationAt: Instant | null
  configurationUnread: unknown
  snapshotsAt: Instant | null
  snapshotsUnread: unknown
  imagesUnread: unknown
  currentParent: string | null
  currentUnknown: boolean
  snapshotCount: number | null
}

type VolumeColumns = {
  storageId: string
  nativeId: string
  name: string
  path: string | null
  format: string
  virtualBytes: Bytes | null
  allocatedBytes: Bytes | null
  backingFile: string | null
  backingUnread: boolean
  usedBy: string[]
  role: string
}

type FactColumns = Omit<GuestFacts, 'kind' | 'power' | 'firmware' | 'agent' | 'lastBackup' | 'tasks'> & {
  kind: string
  power: string
  firmware: string
  agent: string
  lastBackup: unknown
  tasks: unknown
  capabilities: unknown
  findings: unknown
}

const keptFrom = (row: SectionColumns & FactColumns, items: Snapshot[]): KeptGuest => ({
  facts: {
    nativeId: row.nativeId,
    name: row.name,
    node: row.node,
    kind: guestKindOf(row.kind),
    power: powerOf(row.power),
    tags: row.tags,
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
    birthMark: row.birthMark,
    lastBackup: lastBackupSchema.parse(row.lastBackup),
    tasks: tasksSchema.parse(row.tasks),
  },
  capabilities: capabilitiesSchema.parse(row.capabilities),
  findings: findingsSchema.parse(row.findings),
  ...sectionsFrom(row, items),
})

function sectionsFrom(row: SectionColumns, items: Snapshot[]): GuestSections {
  const reason = (value: unknown) => (value === null ? null : reasonSchema.parse(value))
  const images = reason(row.imagesUnread)
  return {
    disks: {
      value: row.disks === null ? null : disksSchema.parse(row.disks),
      at: row.disksAt,
      unread: reason(row.disksUnread),
    },
    snapshots: {
      // The count is null exactly when they were never read.
      value:
        row.snapshotCount === null
          ? null
          : {
              items,
              currentParent: row.currentParent,
              ...(row.currentUnknown ? { currentUnknown: true } : {}),
              ...(images === null ? {} : { imagesUnread: images }),
            },
      at: row.snapshotsAt,
      unread: reason(row.snapshotsUnread),
    },
    configuration: {
      value: row.configuration === null ? null : configurationSchema.parse(row.configuration),
      at: row.configurationAt,
      unread: reason(row.configurationUnread),
    },
  }
}
