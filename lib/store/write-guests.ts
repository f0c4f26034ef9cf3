/** Writes guests and their snapshots as merged, in batches of JSON: one statement for some hundred rows. */
import { randomUUID } from 'node:crypto'
import type { ConnectionId } from '@/lib/domain/ids'
import type { GuestFiguresKept, KnownGuest } from '@/lib/domain/known'
import type { Reason } from '@/lib/domain/reason'
import type { Snapshot } from '@/lib/domain/snapshot'
import type { Instant } from '@/lib/domain/units'
import { cleanBytes, cleanId, cleanInstant, cleanInteger, MAX_NAME_LENGTH } from './clean'
import { cleanJson, cleanText } from './text'
import type { Tx } from './tx'

export type GuestToWrite = {
  guest: KnownGuest
  figures: GuestFiguresKept
  storageNames: string[]
  /** digest of what was read */
  fingerprint: string
}

/** Inserts or rewrites guests with their snapshots; snapshots a guest no longer has go. Returns id by native id. */
export async function writeGuests(
  tx: Tx,
  connectionId: ConnectionId,
  guests: readonly GuestToWrite[],
): Promise<Map<string, string>> {
  if (guests.length === 0) return new Map()
  const rows = guests.map((each) => cleanJson(guestRow(each)))
  const written = await tx.query<{ id: string; nativeId: string }>(WRITE_GUESTS, [connectionId, `[${rows.join(',')}]`])
  const ids = new Map(written.map((row) => [row.nativeId, row.id]))
  // A guest whose snapshots were never read has none stored; one whose reading failed now keeps what it has.
  const read = guests.filter(({ guest }) => guest.snapshots.unread === null && guest.snapshots.value !== null)
  await writeSnapshots(tx, connectionId, ids, read)
  return ids
}

/** Removes guests that are gone, with their snapshots. Returns their ids. */
export async function removeGuests(
  tx: Tx,
  connectionId: ConnectionId,
  nativeIds: readonly string[],
): Promise<string[]> {
  if (nativeIds.length === 0) return []
  const rows = await tx.query<{ id: string }>(
    'DELETE FROM guests WHERE connection_id = $1 AND native_id = ANY($2) RETURNING id',
    [connectionId, nativeIds],
  )
  return rows.map((row) => row.id)
}

/** Rewrites the names of the storages some guests lie on; nothing else of them changes. */
export async function writeStorageNames(
  tx: Tx,
  connectionId: ConnectionId,
  names: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  if (names.size === 0) return
  const rows = [...names].map(([nativeId, storageNames]) => ({ native_id: nativeId, storage_names: storageNames }))
  await tx.query(
    `UPDATE guests SET storage_names = r.storage_names
     FROM jsonb_to_recordset($2::jsonb) AS r(native_id text, storage_names text[])
     WHERE guests.connection_id = $1 AND guests.native_id = r.native_id`,
    [connectionId, cleanJson(rows)],
  )
}

/**
 * Says of guests that nothing of them was read now and why; what is known stays. Returns their ids, those aside that
 * said so before.
 */
export async function markUnread(
  tx: Tx,
  connectionId: ConnectionId,
  nativeIds: readonly string[],
  reason: Reason,
): Promise<string[]> {
  if (nativeIds.length === 0) return []
  const rows = await tx.query<{ id: string }>(
    // Another digest than any reading's: the next one that has the guest writes it anew.
    `UPDATE guests SET snapshots_unread = $3, disks_unread = $3, configuration_unread = $3, fingerprint = ''
     WHERE connection_id = $1 AND native_id = ANY($2) AND fingerprint <> '' RETURNING id`,
    [connectionId, nativeIds, cleanJson(reason)],
  )
  return rows.map((row) => row.id)
}

/**
 * Says that a reading of some guests found these as they were. (One of all of them moves an instant of the connection
 * instead.) A section that it could not read keeps its age.
 */
export async function renewGuests(
  tx: Tx,
  connectionId: ConnectionId,
  nativeIds: readonly string[],
  at: Instant,
): Promise<void> {
  if (nativeIds.length === 0) return
  const aged = ['snapshots', 'disks', 'configuration'].map(
    (section) => `${section}_at = CASE WHEN ${section}_unread IS NULL THEN $3 ELSE ${section}_at END`,
  )
  await tx.query(
    `UPDATE guests SET collected_at = $3, ${aged.join(', ')}
     WHERE connection_id = $1 AND native_id = ANY($2) AND collected_at < $3`,
    [connectionId, nativeIds, at],
  )
}

async function writeSnapshots(
  tx: Tx,
  connectionId: ConnectionId,
  ids: ReadonlyMap<string, string>,
  guests: readonly GuestToWrite[],
): Promise<void> {
  if (guests.length === 0) return
  const rows: string[] = []
  const kept: { guest_id: string; native_ids: string[] }[] = []
  for (const { guest } of guests) {
    const guestId = ids.get(cleanId(guest.facts.nativeId))
    if (guestId === undefined) throw new Error(`guest ${guest.facts.nativeId} was not written`)
    const items = guest.snapshots.value?.items ?? []
    kept.push({ guest_id: guestId, native_ids: items.map((snapshot) => cleanId(snapshot.nativeId)) })
    for (const snapshot of items) rows.push(cleanJson(snapshotRow(guestId, snapshot)))
  }
  await tx.query(
    `DELETE FROM snapshots USING jsonb_to_recordset($1::jsonb) AS kept(guest_id text, native_ids text[])
     WHERE snapshots.guest_id = kept.guest_id AND snapshots.native_id <> ALL (kept.native_ids)`,
    [cleanJson(kept)],
  )
  for (let from = 0; from < rows.length; from += SNAPSHOTS_PER_STATEMENT) {
    const batch = rows.slice(from, from + SNAPSHOTS_PER_STATEMENT)
    await tx.query(WRITE_SNAPSHOTS, [connectionId, `[${batch.join(',')}]`])
  }
}

/** One statement's text stays around a megabyte, whatever a single guest holds. */
const SNAPSHOTS_PER_STATEMENT = 2_000

function guestRow({ guest, figures, storageNames, fingerprint }: GuestToWrite): Record<string, unknown> {
  const { facts, disks, snapshots, configuration } = guest
  const name = cleanText(facts.name, MAX_NAME_LENGTH)
  return {
    id: randomUUID(),
    native_id: cleanId(facts.nativeId),
    name,
    node: cleanText(facts.node, MAX_NAME_LENGTH),
    kind: facts.kind,
    power: facts.power,
    tags: facts.tags,
    cpus: cleanInteger(facts.cpus),
    memory_bytes: cleanBytes(facts.memoryBytes),
    firmware: facts.firmware,
    tpm: facts.tpm,
    agent: facts.agent,
    managed_save: facts.managedSave,
    description: facts.description,
    lock: facts.lock,
    template: facts.template,
    ha: facts.ha,
    replicated: facts.replicated,
    protected: facts.protected,
    birth_mark: facts.birthMark,
    last_backup: facts.lastBackup,
    tasks: facts.tasks,
    capabilities: guest.capabilities,
    findings: guest.findings,
    disks: disks.value,
    disks_at: disks.at,
    disks_unread: disks.unread,
    configuration: configuration.value,
    configuration_at: configuration.at,
    configuration_unread: configuration.unread,
    snapshots_at: snapshots.at,
    snapshots_unread: snapshots.unread,
    images_unread: snapshots.value?.imagesUnread ?? null,
    current_parent: snapshots.value?.currentParent == null ? null : cleanId(snapshots.value.currentParent),
    current_unknown: snapshots.value?.currentUnknown === true,
    snapshot_count: figures.snapshotCount,
    memory_snapshot_count: figures.memorySnapshotCount,
    unmanaged_count: figures.unmanagedCount,
    chain_depth: figures.chainDepth,
    tree_depth: figures.treeDepth,
    oldest_snapshot_at: cleanInstant(figures.oldestSnapshotAt),
    held_bytes: cleanBytes(figures.held.bytes),
    held_confidence: figures.held.confidence,
    storage_names: storageNames,
    changed_since_bytes: cleanBytes(figures.changedSince.bytes),
    changed_since_confidence: figures.changedSince.confidence,
    changed_since_source: figures.changedSince.source,
    search_text: [name, facts.node, facts.nativeId, ...facts.tags, facts.description.slice(0, SEARCHED_DESCRIPTION)]
      .join('\n')
      .toLowerCase(),
    fingerprint,
    collected_at: guest.collectedAt,
  }
}

/** The first lines of a note are what people remember of it. */
const SEARCHED_DESCRIPTION = 400

const snapshotRow = (guestId: string, snapshot: Snapshot): Record<string, unknown> => ({
  id: randomUUID(),
  guest_id: guestId,
  native_id: cleanId(snapshot.nativeId),
  name: cleanText(snapshot.name, MAX_NAME_LENGTH),
  parent: snapshot.parent === null ? null : cleanId(snapshot.parent),
  parent_missing: snapshot.parentMissing,
  created_at: cleanInstant(snapshot.createdAt),
  description: snapshot.description,
  memory: snapshot.memory,
  power_then: snapshot.powerThen,
  consistency: snapshot.consistency,
  kind: snapshot.kind,
  unmanaged: snapshot.unmanaged,
  incomplete: snapshot.incomplete,
  disks: snapshot.disks,
  memory_file: snapshot.memoryFile,
  size_bytes: cleanBytes(snapshot.size.bytes),
  size_confidence: snapshot.size.confidence,
  size_source: snapshot.size.source,
})

const GUEST_TYPES = {
  id: 'text',
  native_id: 'text',
  name: 'text',
  node: 'text',
  kind: 'text',
  power: 'text',
  tags: 'text[]',
  cpus: 'integer',
  memory_bytes: 'bigint',
  firmware: 'text',
  tpm: 'boolean',
  agent: 'text',
  managed_save: 'boolean',
  description: 'text',
  lock: 'text',
  template: 'boolean',
  ha: 'boolean',
  replicated: 'boolean',
  protected: 'boolean',
  birth_mark: 'text',
  last_backup: 'jsonb',
  tasks: 'jsonb',
  capabilities: 'jsonb',
  findings: 'jsonb',
  disks: 'jsonb',
  disks_at: 'timestamptz',
  disks_unread: 'jsonb',
  configuration: 'jsonb',
  configuration_at: 'timestamptz',
  configuration_unread: 'jsonb',
  snapshots_at: 'timestamptz',
  snapshots_unread: 'jsonb',
  images_unread: 'jsonb',
  current_parent: 'text',
  current_unknown: 'boolean',
  snapshot_count: 'integer',
  memory_snapshot_count: 'integer',
  unmanaged_count: 'integer',
  chain_depth: 'integer',
  tree_depth: 'integer',
  oldest_snapshot_at: 'timestamptz',
  held_bytes: 'bigint',
  held_confidence: 'text',
  storage_names: 'text[]',
  changed_since_bytes: 'bigint',
  changed_since_confidence: 'text',
  changed_since_source: 'text',
  search_text: 'text',
  fingerprint: 'text',
  collected_at: 'timestamptz',
} as const

const SNAPSHOT_TYPES = {
  id: 'text',
  guest_id: 'text',
  native_id: 'text',
  name: 'text',
  parent: 'text',
  parent_missing: 'text',
  created_at: 'timestamptz',
  description: 'text',
  memory: 'text',
  power_then: 'text',
  consistency: 'text',
  kind: 'text',
  unmanaged: 'boolean',
  incomplete: 'boolean',
  disks: 'jsonb',
  memory_file: 'jsonb',
  size_bytes: 'bigint',
  size_confidence: 'text',
  size_source: 'text',
} as const

const names = (types: object, without: readonly string[] = []): string[] =>
  Object.keys(types).filter((name) => !without.includes(name))
const recordset = (types: object): string =>
  Object.entries(types)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ')

/** A lock is as old as the first reading that saw it; hypervisors do not tell since when it is there. */
const WRITE_GUESTS = `INSERT INTO guests (connection_id, locked_since, ${names(GUEST_TYPES).join(', ')})
  SELECT $1, CASE WHEN lock IS NOT NULL THEN collected_at END, ${names(GUEST_TYPES).join(', ')} FROM jsonb_to_recordset($2::jsonb) AS r(${recordset(GUEST_TYPES)})
  ON CONFLICT (connection_id, native_id) DO UPDATE SET ${names(GUEST_TYPES, ['id', 'native_id'])
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')},
    locked_since = CASE WHEN excluded.lock IS NOT NULL THEN coalesce(guests.locked_since, excluded.locked_since) END
  RETURNING id, native_id AS "nativeId"`

const SNAPSHOT_CONTENT = names(SNAPSHOT_TYPES, ['id', 'guest_id', 'native_id'])

/** A snapshot that is as it was is not written again: a guest with a thousand of them gains one at a time. */
const WRITE_SNAPSHOTS = `INSERT INTO snapshots (connection_id, ${names(SNAPSHOT_TYPES).join(', ')})
  SELECT $1, ${names(SNAPSHOT_TYPES).join(', ')} FROM jsonb_to_recordset($2::jsonb) AS r(${recordset(SNAPSHOT_TYPES)})
  ON CONFLICT (guest_id, native_id) DO UPDATE SET ${SNAPSHOT_CONTENT.map((name) => `${name} = excluded.${name}`).join(', ')}
  WHERE (${SNAPSHOT_CONTENT.map((name) => `snapshots.${name}`).join(', ')})
    IS DISTINCT FROM (${SNAPSHOT_CONTENT.map((name) => `excluded.${name}`).join(', ')})`
