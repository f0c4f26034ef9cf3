/** Everything a planner needs of the inventory, as last read. Facts only: what could not be read is named. */

import type { Environment } from '@/lib/domain/environment'
import {
  asId,
  type ConnectionId,
  type GuestId,
  type OperationId,
  type SnapshotId,
  type StorageId,
} from '@/lib/domain/ids'
import type { StorageFacts } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import type {
  PlanActor,
  PlanConnection,
  PlanGuest,
  PlanPolicy,
  PlanSnapshot,
  PlanStorage,
  PlanWorld,
} from '@/lib/domain/plan-world'
import type { Instant } from '@/lib/domain/units'
import type { Db } from './client'
import { connectionMode, healthState, hypervisorKind } from './connections'
import { environmentFrom, SAID_OF_GUEST } from './environments'
import { guestMarkSql, HOLD_IS_ON } from './holds'
import { collectedSql, storageSourceOf } from './inventory-rows'
import { reasonSchema } from './json'
import { knownGuests, knownVolumes } from './known'
import { measuredOn } from './measurements'
import { imageVolumes, unreadImages } from './plan-images'

export type PlanWorldInput = {
  actor: PlanActor
  guestIds: readonly GuestId[]
  /** files of no guest that are to be removed: who reads through them is asked, too */
  leftovers: readonly { storageId: StorageId; volume: string }[]
  policy: PlanPolicy
  now: Instant
  /** whether the adapter of a connection can change anything */
  canOperate: (connection: { kind: PlanConnection['kind']; demo: boolean }) => boolean
  /** what a guest is for, by its tags and name */
  environmentOf: (tags: readonly string[], name: string) => Environment
}

/** Used ÷ capacity that no plan may pass at its worst moment. */
const CEILING_RATIO = 0.95

/** What is known around these guests. Guests that are not there are missing from the answer. */
export async function planWorld(db: Db, input: PlanWorldInput): Promise<PlanWorld> {
  const asked = await askedGuests(db, input.guestIds)
  const own = [...new Set(asked.map(({ connectionId }) => connectionId))]
  const connections = await planConnections(db, own, input)
  const storages = await planStorages(db, own)
  const guests = await planGuests(db, asked, input.environmentOf)
  const files = [...new Set([...guests.flatMap(({ known }) => filesOf(known)), ...leftoverFiles(storages, input)])]
  const sharing = [...new Set([...own, ...storages.map(({ connectionId }) => connectionId)])]
  return {
    actor: input.actor,
    connections,
    guests,
    storages,
    volumes: await imageVolumes(
      db,
      storages.map(({ id }) => id),
      files,
    ),
    imagesUnread: await unreadImages(db, sharing, input.guestIds),
    policy: input.policy,
  }
}

type Asked = {
  id: string
  connectionId: ConnectionId
  nativeId: string
  name: string
  tags: string[]
  fingerprint: string
  /** what a person said it is for */
  said: string | null
  collectedAt: Instant
  openOperation: string | null
}

const askedGuests = (db: Db, ids: readonly GuestId[]): Promise<Asked[]> =>
  db.query<Asked>(
    `SELECT g.id, g.connection_id AS "connectionId", g.native_id AS "nativeId", g.name, g.tags, g.fingerprint,
       ge.environment AS said, ${collectedSql('g.collected_at', 's.guests_at')} AS "collectedAt",
       (SELECT o.id FROM operations o WHERE o.guest_id = g.id AND o.state IN ('queued', 'running')
        ORDER BY o.created_at LIMIT 1) AS "openOperation"
     FROM guests g LEFT JOIN connection_states s ON s.connection_id = g.connection_id ${SAID_OF_GUEST}
     WHERE g.id = ANY($1) ORDER BY array_position($1, g.id)`,
    [ids],
  )

/** The hypervisors' own ids of guests, by ours; those that are gone are missing. */
export async function nativeGuestIds(db: Db, ids: readonly GuestId[]): Promise<Map<GuestId, string>> {
  const rows = await db.query<{ id: string; nativeId: string }>(
    'SELECT id, native_id AS "nativeId" FROM guests WHERE id = ANY($1)',
    [ids],
  )
  return new Map(rows.map(({ id, nativeId }) => [asId<GuestId>(id), nativeId]))
}

/** Those of these snapshots that are still there. */
export async function snapshotsLeft(db: Db, ids: readonly SnapshotId[]): Promise<SnapshotId[]> {
  const rows = await db.query<{ id: string }>('SELECT id FROM snapshots WHERE id = ANY($1)', [ids])
  const left = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => left.has(id))
}

async function planConnections(
  db: Db,
  own: readonly ConnectionId[],
  { now, canOperate }: PlanWorldInput,
): Promise<PlanConnection[]> {
  const rows = await db.query<{
    id: string
    name: string
    kind: string
    mode: string
    demo: boolean
    failures: number | null
    lastAnswerAt: Instant | null
    lastError: unknown
    changesRefused: unknown
    version: string | null
  }>(
    `SELECT c.id, c.name, c.kind, c.mode, c.demo, s.failures, s.last_answer_at AS "lastAnswerAt",
       s.last_error AS "lastError", s.version, s.changes_refused AS "changesRefused"
     FROM connections c LEFT JOIN connection_states s ON s.connection_id = c.id
     WHERE (c.kind, c.demo) IN (SELECT kind, demo FROM connections WHERE id = ANY($1)) ORDER BY lower(c.name), c.id`,
    [own],
  )
  return rows.map(({ demo, failures, ...row }) => {
    const kind = hypervisorKind(row.kind)
    return {
      ...row,
      id: asId<ConnectionId>(row.id),
      kind,
      mode: connectionMode(row.mode),
      health: healthState(failures ?? 0, row.lastAnswerAt, now),
      lastError: row.lastError === null ? null : reasonSchema.parse(row.lastError),
      changesRefused: row.changesRefused === null ? null : reasonSchema.parse(row.changesRefused),
      commands: canOperate({ kind, demo }),
    }
  })
}

/** Storages of these connections, and those of others of the same kind that lie at the same path. */
async function planStorages(db: Db, own: readonly ConnectionId[]): Promise<PlanStorage[]> {
  const rows = await db.query<
    Omit<StorageFacts, 'source'> & { id: string; connectionId: ConnectionId; source: string; collectedAt: Instant }
  >(
    `SELECT t.id, t.connection_id AS "connectionId", t.native_id AS "nativeId", t.name, t.node, t.type, t.active, t.path,
       t.capacity_bytes AS "capacityBytes", t.used_bytes AS "usedBytes", t.available_bytes AS "availableBytes",
       t.provisioned_bytes AS "provisionedBytes", t.source, ${collectedSql('t.collected_at', 's.storages_at')} AS "collectedAt"
     FROM storages t JOIN connections c ON c.id = t.connection_id
     LEFT JOIN connection_states s ON s.connection_id = t.connection_id
     WHERE t.connection_id = ANY($1) OR EXISTS (SELECT 1 FROM storages mine JOIN connections m ON m.id = mine.connection_id
       WHERE mine.connection_id = ANY($1) AND mine.path = t.path AND m.kind = c.kind AND m.demo = c.demo)
     ORDER BY t.name, t.id`,
    [own],
  )
  const ids = rows.map(({ id }) => asId<StorageId>(id))
  const measured = await measuredOn(db, ids)
  const volumes = new Map<string, Awaited<ReturnType<typeof knownVolumes>>>()
  for (const connectionId of new Set(rows.map((row) => row.connectionId))) {
    const nativeIds = rows.filter((row) => row.connectionId === connectionId).map(({ nativeId }) => nativeId)
    volumes.set(connectionId, await knownVolumes(db, connectionId, nativeIds))
  }
  return rows.map(({ id, connectionId, collectedAt, source, ...facts }) => ({
    id: asId<StorageId>(id),
    connectionId,
    known: {
      facts: { ...facts, source: storageSourceOf(source) },
      volumes: volumes.get(connectionId)?.get(facts.nativeId) ?? { value: null, at: null, unread: null },
      collectedAt,
    },
    ceilingRatio: CEILING_RATIO,
    measured: measured.get(asId<StorageId>(id)) ?? [],
  }))
}

async function planGuests(
  db: Db,
  asked: readonly Asked[],
  environmentOf: PlanWorldInput['environmentOf'],
): Promise<PlanGuest[]> {
  const known = new Map<string, KnownGuest>()
  for (const connectionId of new Set(asked.map((each) => each.connectionId))) {
    const mine = asked.filter((each) => each.connectionId === connectionId)
    const kept = await knownGuests(
      db,
      connectionId,
      mine.map(({ nativeId }) => nativeId),
    )
    for (const { id, nativeId, collectedAt } of mine) {
      const guest = kept.get(nativeId)
      if (guest !== undefined) known.set(id, { ...guest, collectedAt })
    }
  }
  const snapshots = await planSnapshots(
    db,
    asked.map(({ id }) => id),
  )
  return asked.flatMap((each): PlanGuest[] => {
    const guest = known.get(each.id)
    if (guest === undefined) return []
    return [
      {
        id: asId<GuestId>(each.id),
        connectionId: each.connectionId,
        known: guest,
        fingerprint: each.fingerprint,
        snapshots: snapshots.get(each.id) ?? [],
        environment: environmentFrom(each.said, () => environmentOf(each.tags, each.name)).environment,
        openOperation: each.openOperation === null ? null : asId<OperationId>(each.openOperation),
      },
    ]
  })
}

async function planSnapshots(db: Db, guestIds: readonly string[]): Promise<Map<string, PlanSnapshot[]>> {
  const rows = await db.query<
    Omit<PlanSnapshot, 'id' | 'hold'> & { id: string; guestId: string; heldBy: string | null; heldNote: string | null }
  >(
    `SELECT n.id, n.guest_id AS "guestId", n.native_id AS "nativeId", h.placed_by AS "heldBy", h.note AS "heldNote",
       w.owner, w.purpose, w.expires_at AS "expiresAt"
     FROM snapshots n JOIN guests g ON g.id = n.guest_id
     LEFT JOIN holds h ON ${HOLD_IS_ON}
     LEFT JOIN snapshot_notes w ON w.connection_id = g.connection_id AND w.guest_mark = ${guestMarkSql('g')}
       AND w.snapshot_name = n.name
     WHERE n.guest_id = ANY($1) ORDER BY n.created_at NULLS FIRST, n.native_id`,
    [guestIds],
  )
  const found = new Map<string, PlanSnapshot[]>()
  for (const { guestId, id, heldBy, heldNote, ...rest } of rows) {
    const hold = heldBy === null ? null : { by: heldBy, note: heldNote ?? '' }
    found.set(guestId, [...(found.get(guestId) ?? []), { ...rest, id: asId<SnapshotId>(id), hold }])
  }
  return found
}

/** Where the files lie that are to be removed, as far as their storages are known. */
function leftoverFiles(storages: readonly PlanStorage[], { leftovers }: PlanWorldInput): string[] {
  return leftovers.flatMap(({ storageId, volume }) => {
    const { value } = storages.find(({ id }) => id === storageId)?.known.volumes ?? { value: null }
    return value?.find(({ name, nativeId }) => name === volume || nativeId === volume)?.path ?? []
  })
}

/** Every image a guest's disks and snapshots name. */
function filesOf({ disks, snapshots }: KnownGuest): string[] {
  return [
    ...(disks.value ?? []).flatMap((disk) => (disk.chain ?? []).map((image) => image.file)),
    ...(snapshots.value?.items ?? []).flatMap((item) => [
      ...item.disks.flatMap(({ file }) => (file === null ? [] : [file])),
      ...(item.memoryFile === null ? [] : [item.memoryFile.file]),
    ]),
  ]
}
