/** What alert rules look at, in a few statements for the whole fleet. */
import { setImmediate } from 'node:timers/promises'
import type { AlertFacts, ConnectionFact, GuestFact, OperationFact, StorageFact } from '@/lib/domain/alert-facts'
import type { Environment } from '@/lib/domain/environment'
import type { ConnectionId, GuestId, StorageId } from '@/lib/domain/ids'
import type { Reason } from '@/lib/domain/reason'
import { type Bytes, elapsedMillis, type Instant } from '@/lib/domain/units'
import type { Db } from './client'
import { environmentFrom, SAID_OF_GUEST } from './environments'
import { EFFECTIVE_CAPACITY } from './inventory-storages'
import { reasonSchema } from './json'

/**
 * Rows as they were last read, each with the version it had. PostgreSQL gives a row another one with every write
 * (`xmin`), whoever writes: what has the same version is the same, and is not fetched again. Snapshots and volumes are
 * only ever written together with the row of their guest or storage.
 */
export type FactMemory = {
  guests: Map<GuestId, GuestKept>
  merges: Map<StorageId, { version: string; bytes: Bytes | null }>
}

export const emptyFacts = (): FactMemory => ({ guests: new Map(), merges: new Map() })

type EnvironmentOf = (tags: readonly string[], name: string) => Environment

/** Everything, read from the beginning. `environmentOf` proposes what a guest is for where nobody said. */
export const alertFacts = (db: Db, now: Instant, environmentOf: EnvironmentOf): Promise<AlertFacts> =>
  renewFacts(db, emptyFacts(), now, environmentOf)

/**
 * The facts as they are now: of guests only those are fetched that were written since `memory` saw them. `memory` holds
 * what was read of the committed database, whatever becomes of the caller's transaction.
 */
export async function renewFacts(
  db: Db,
  memory: FactMemory,
  now: Instant,
  environmentOf: EnvironmentOf,
): Promise<AlertFacts> {
  await renewGuests(db, memory.guests, environmentOf)
  const connections = await connectionRows(db)
  const storages = await storageFacts(db, memory.merges, connections, now)
  return {
    storages,
    guests: guestFacts(memory.guests, connections, storages),
    connections: [...connections.values()].map(({ id, name, lastAnswerAt, addedAt, unread }) => ({
      id,
      name,
      lastAnswerAt,
      addedAt,
      unread,
    })),
    operations: await operationFacts(db, now),
  }
}

/** Operations that ended longer ago are history, whatever became of them. */
const OPERATIONS_FOR = '7 days'

const operationFacts = (db: Db, now: Instant): Promise<OperationFact[]> =>
  db.query<OperationFact>(
    `SELECT o.id, o.guest_id AS "guestId", o.guest_name AS name, o.connection_id AS "connectionId",
       coalesce(c.name, '') AS "connectionName", o.state, o.finished_at AS "finishedAt"
     FROM operations o LEFT JOIN connections c ON c.id = o.connection_id
     WHERE o.state IN ('failed', 'needs-attention') AND o.finished_at > $1::timestamptz - interval '${OPERATIONS_FOR}'
       AND NOT EXISTS (SELECT 1 FROM operations child WHERE child.parent_id = o.id)`,
    [now],
  )

type ConnectionKept = ConnectionFact & { guestsAt: Instant | null; storagesAt: Instant | null }

/** A connection that failed last time tells nothing of what lies on it, however young the rows are. */
async function connectionRows(db: Db): Promise<Map<ConnectionId, ConnectionKept>> {
  const rows = await db.query<Omit<ConnectionKept, 'unread'> & { unread: unknown }>(
    `SELECT c.id, c.name, s.last_answer_at AS "lastAnswerAt", c.created_at AS "addedAt", s.guests_at AS "guestsAt",
       s.storages_at AS "storagesAt", CASE WHEN coalesce(s.failures, 0) > 0 THEN s.last_error END AS unread
     FROM connections c LEFT JOIN connection_states s ON s.connection_id = c.id`,
  )
  return new Map(rows.map((row) => [row.id, { ...row, unread: reasonOf(row.unread) }]))
}

const reasonOf = (value: unknown): Reason | null => (value === null ? null : reasonSchema.parse(value))

/** The later of two instants; null = it never was. */
const later = (own: Instant, whole: Instant | null): Instant => (whole !== null && whole > own ? whole : own)

type StorageColumns = Omit<
  StorageFact,
  'unread' | 'readAt' | 'connectionName' | 'timeToFullMillis' | 'forecastSilent' | 'largestMergeBytes'
> & { version: string; collectedAt: Instant; fullAt: Instant | null; forecastStatus: string | null }

async function storageFacts(
  db: Db,
  merges: FactMemory['merges'],
  connections: ReadonlyMap<ConnectionId, ConnectionKept>,
  now: Instant,
): Promise<StorageFact[]> {
  const rows = await db.query<StorageColumns>(
    `SELECT t.id, t.name, t.connection_id AS "connectionId", t.xmin::text AS version, t.collected_at AS "collectedAt",
       t.used_bytes AS "usedBytes", ${EFFECTIVE_CAPACITY} AS "usableBytes",
       coalesce(t.usable_bytes, t.available_bytes) AS "availableBytes", t.metadata_ratio AS "metadataRatio",
       t.inodes_total AS "inodesTotal", t.inodes_free AS "inodesFree",
       t.orphan_count AS "orphanCount", f.full_at AS "fullAt", f.forecast ->> 'status' AS "forecastStatus"
     FROM storages t
     LEFT JOIN storage_series e ON e.connection_id = t.connection_id AND e.native_id = t.native_id
     LEFT JOIN storage_forecasts f ON f.series = e.id`,
  )
  await renewMerges(db, merges, rows)
  return rows.flatMap(({ version: _, collectedAt, fullAt, forecastStatus, ...row }) => {
    const connection = connections.get(row.connectionId)
    // Added between two statements: seen whole by the next evaluation.
    if (connection === undefined) return []
    return {
      ...row,
      connectionName: connection.name,
      readAt: later(collectedAt, connection.storagesAt),
      unread: connection.unread,
      forecastSilent: forecastStatus !== 'told',
      timeToFullMillis: fullAt === null ? null : Math.max(0, elapsedMillis(now, fullAt)),
      largestMergeBytes: merges.get(row.id)?.bytes ?? null,
    }
  })
}

/** The largest overlay of each storage that was written since. */
async function renewMerges(db: Db, merges: FactMemory['merges'], storages: readonly StorageColumns[]): Promise<void> {
  const moved = storages.filter(({ id, version }) => merges.get(id)?.version !== version)
  const there = new Set(storages.map(({ id }) => id))
  for (const id of merges.keys()) if (!there.has(id)) merges.delete(id)
  if (moved.length === 0) return
  const rows = await db.query<{ id: StorageId; bytes: Bytes | null }>(
    `SELECT storage_id AS id, max(allocated_bytes) AS bytes FROM volumes
     WHERE storage_id = ANY($1) AND role = 'overlay' GROUP BY storage_id`,
    [moved.map(({ id }) => id)],
  )
  const largest = new Map(rows.map(({ id, bytes }) => [id, bytes]))
  for (const { id, version } of moved) merges.set(id, { version, bytes: largest.get(id) ?? null })
}

/** A guest as its own rows tell; what its connection and storages tell is added at every evaluation. */
type GuestKept = {
  own: Omit<GuestFact, 'connectionName' | 'readAt' | 'unread' | 'storageIds'>
  version: string
  storageNames: string[]
  collectedAt: Instant
  /** when its snapshots were last read, and why they are not now */
  snapshotsAt: Instant | null
  snapshotsUnread: Reason | null
}

/** Rows taken at once: lists of tags and storages are parsed in one go, and thousands would hold the event loop. */
const GUESTS_AT_ONCE = 500

async function renewGuests(db: Db, kept: FactMemory['guests'], environmentOf: EnvironmentOf): Promise<void> {
  const versions = await db.query<{ id: GuestId; version: string }>(
    `SELECT g.id, concat_ws(' ', g.xmin, ge.xmin) AS version FROM guests g ${SAID_OF_GUEST}`,
  )
  const moved = versions.filter(({ id, version }) => kept.get(id)?.version !== version)
  if (kept.size + moved.length > versions.length) {
    const there = new Set(versions.map(({ id }) => id))
    for (const id of kept.keys()) if (!there.has(id)) kept.delete(id)
  }
  for (let from = 0; from < moved.length; from += GUESTS_AT_ONCE) {
    const batch = moved.slice(from, from + GUESTS_AT_ONCE)
    const versionOf = new Map(batch.map(({ id, version }) => [id, version]))
    for (const row of await guestRows(db, [...versionOf.keys()])) {
      const { snapshotsUnread, said, storageNames, collectedAt, snapshotsAt, ...own } = row
      kept.set(own.id, {
        own: { ...own, environment: environmentFrom(said, () => environmentOf(own.tags, own.name)).environment },
        version: versionOf.get(own.id) ?? '',
        storageNames,
        collectedAt,
        snapshotsAt,
        snapshotsUnread: reasonOf(snapshotsUnread),
      })
    }
    await setImmediate()
  }
}

type GuestColumns = Omit<GuestKept['own'], 'environment'> &
  Omit<GuestKept, 'own' | 'version' | 'snapshotsUnread'> & { snapshotsUnread: unknown; said: string | null }

const guestRows = (db: Db, ids: readonly GuestId[]): Promise<GuestColumns[]> =>
  db.query<GuestColumns>(
    `SELECT g.id, g.name, g.connection_id AS "connectionId", g.tags, g.collected_at AS "collectedAt",
       g.snapshots_at AS "snapshotsAt", g.snapshots_unread AS "snapshotsUnread", ge.environment AS said,
       coalesce(g.storage_names, '{}') AS "storageNames", g.snapshot_count AS "snapshotCount",
       g.oldest_snapshot_at AS "oldestSnapshotAt", n.memory AS "oldestMemoryAt", n.largest AS "largestSnapshotBytes",
       g.chain_depth AS "chainDepth", g.unmanaged_count AS "unmanagedCount", g.locked_since AS "lockedSince"
     FROM guests g ${SAID_OF_GUEST}
     LEFT JOIN LATERAL (SELECT min(created_at) FILTER (WHERE memory = 'saved') AS memory, max(size_bytes) AS largest
       FROM snapshots WHERE guest_id = g.id) n ON true
     WHERE g.id = ANY($1)`,
    [ids],
  )

function guestFacts(
  kept: FactMemory['guests'],
  connections: ReadonlyMap<ConnectionId, ConnectionKept>,
  storages: readonly StorageFact[],
): GuestFact[] {
  const idsByName = new Map<ConnectionId, Map<string, StorageId[]>>()
  for (const { id, name, connectionId } of storages) {
    const ofConnection = idsByName.get(connectionId) ?? new Map<string, StorageId[]>()
    idsByName.set(connectionId, ofConnection.set(name, [...(ofConnection.get(name) ?? []), id]))
  }
  const facts: GuestFact[] = []
  for (const { own, storageNames, collectedAt, snapshotsAt, snapshotsUnread } of kept.values()) {
    const connection = connections.get(own.connectionId)
    if (connection === undefined) continue
    const named = idsByName.get(own.connectionId)
    facts.push({
      ...own,
      connectionName: connection.name,
      storageIds: storageNames.flatMap((name) => named?.get(name) ?? []),
      readAt: snapshotsUnread === null ? later(collectedAt, connection.guestsAt) : (snapshotsAt ?? collectedAt),
      unread: connection.unread ?? snapshotsUnread,
    })
  }
  return facts
}
