/** What each guest takes on a storage, now and some hours ago: where the growth of a storage comes from. */
import { asId, type ConnectionId, type GuestId, type GuestRef, type SnapshotId, type StorageId } from '@/lib/domain/ids'
import type { GuestWrites } from '@/lib/domain/sample'
import type { SizeConfidence } from '@/lib/domain/snapshot'
import type { LeftoverFile, SnapshotSpace, SpaceMoment } from '@/lib/domain/storage'
import { type Bytes, DAY, epochMillis, HOUR, type Instant, instantAt, type Millis } from '@/lib/domain/units'
import { cleanBytes, cleanId } from './clean'
import type { Db } from './client'
import { HOLD_IS_ON } from './holds'
import { ensurePartitions } from './partitions'
import type { Tx } from './tx'

/** Four times a day: since yesterday means since 24 to 30 hours ago, and the page names the moment. */
const SLOT: Millis = 6 * HOUR
/** What was remembered longer ago than this is not yesterday. */
const OLDEST_YESTERDAY: Millis = 36 * HOUR

/** Remembers what every guest takes on every storage, once in each slot of six hours. Fresh storages only. */
export async function recordGuestSpace(tx: Tx, now: Instant): Promise<void> {
  const slot = instantAt(Math.floor(epochMillis(now) / SLOT) * SLOT)
  await ensurePartitions(tx, 'guest_space', slot, now)
  await tx.query(
    `INSERT INTO guest_space (series, at, guest_native_id, data_bytes, snapshot_bytes, written_bytes)
     SELECT q.id, $1, v.guest, v.data, v.snapshots, w.total_bytes
     FROM storages t JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id
     JOIN LATERAL (${SPACE_OF_GUESTS}) v ON true
     LEFT JOIN guest_writes w ON w.connection_id = t.connection_id AND w.native_id = v.guest
     WHERE q.last_at > $1::timestamptz - interval '10 minutes'
     ON CONFLICT (series, at, guest_native_id) DO NOTHING`,
    [slot],
  )
}

/** Half a sum is not a sum: NULL when one of its parts is not known. */
const sumOf = (roles: string): string =>
  `CASE WHEN bool_or(allocated_bytes IS NULL AND role IN (${roles})) THEN NULL
     ELSE coalesce(sum(allocated_bytes) FILTER (WHERE role IN (${roles})), 0)::bigint END`

const SPACE_OF_GUESTS = `SELECT used_by[1] AS guest, ${sumOf("'disk', 'base', 'unknown'")} AS data,
    ${sumOf("'overlay', 'memory'")} AS snapshots
  FROM volumes WHERE storage_id = t.id AND cardinality(used_by) = 1 GROUP BY 1`

/** Adds what guests wrote since their counters were last seen; a counter that begins again bridges a restart. */
export async function recordWrites(
  tx: Tx,
  connectionId: ConnectionId,
  writes: readonly GuestWrites[],
  at: Instant,
): Promise<void> {
  const told = writes.flatMap(({ nativeId, writtenBytes }) => {
    const bytes = cleanBytes(writtenBytes)
    return bytes === null ? [] : [{ nativeId: cleanId(nativeId), bytes }]
  })
  if (told.length === 0) return
  await tx.query(
    `INSERT INTO guest_writes AS w (connection_id, native_id, counter_bytes, total_bytes, at)
     SELECT $1, native_id, counter, 0, $4 FROM unnest($2::text[], $3::bigint[]) AS told(native_id, counter)
     ON CONFLICT (connection_id, native_id) DO UPDATE SET counter_bytes = excluded.counter_bytes, at = excluded.at,
       total_bytes = w.total_bytes + CASE WHEN excluded.counter_bytes >= w.counter_bytes
         THEN excluded.counter_bytes - w.counter_bytes ELSE excluded.counter_bytes END
     WHERE w.at < $4::timestamptz - interval '5 minutes'`,
    [connectionId, told.map(({ nativeId }) => nativeId), told.map(({ bytes }) => bytes), at],
  )
}

/** The moment from which growth since yesterday is counted at first contact: the newest slot that is a day old. */
export const yesterdayOf = (now: Instant): Instant => instantAt(Math.floor((epochMillis(now) - DAY) / SLOT) * SLOT)

/** Guests that run and write, who wrote most first, where nothing is remembered of yesterday yet. */
export const guestsWithoutPast = (
  db: Db,
  connectionId: ConnectionId,
  now: Instant,
  most: number,
): Promise<GuestRef[]> =>
  db.query(
    `SELECT g.native_id AS "nativeId", g.name, g.node FROM guest_writes w JOIN guests g USING (connection_id, native_id)
     WHERE w.connection_id = $1 AND w.counter_bytes > 0 AND g.power = 'running' AND NOT EXISTS (
       SELECT 1 FROM guest_space s JOIN storage_series q ON q.id = s.series WHERE q.connection_id = $1 AND s.at <= $2)
     ORDER BY w.counter_bytes DESC, g.native_id LIMIT $3`,
    [connectionId, yesterdayOf(now), most],
  )

/**
 * Remembers how much guests had written by yesterday, going back from what they have written in all. What they took
 * then nobody knows, nor anything of the other guests: they get a row all the same, because none says "was not there".
 */
export async function storePastWrites(
  tx: Tx,
  connectionId: ConnectionId,
  past: readonly GuestWrites[],
  now: Instant,
): Promise<void> {
  const slot = yesterdayOf(now)
  const told = past.flatMap(({ nativeId, writtenBytes }) => {
    const bytes = cleanBytes(writtenBytes)
    return bytes === null ? [] : [{ nativeId: cleanId(nativeId), bytes }]
  })
  await ensurePartitions(tx, 'guest_space', slot, now)
  await tx.query(
    `INSERT INTO guest_space (series, at, guest_native_id, written_bytes)
     SELECT q.id, $2, v.guest, w.total_bytes - told.bytes
     FROM storages t JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id
     JOIN LATERAL (SELECT DISTINCT used_by[1] AS guest FROM volumes
       WHERE storage_id = t.id AND cardinality(used_by) = 1) v ON true
     LEFT JOIN unnest($3::text[], $4::bigint[]) AS told(guest, bytes) ON told.guest = v.guest
     LEFT JOIN guest_writes w ON w.connection_id = t.connection_id AND w.native_id = told.guest
     WHERE t.connection_id = $1
     ON CONFLICT (series, at, guest_native_id) DO NOTHING`,
    [connectionId, slot, told.map(({ nativeId }) => nativeId), told.map(({ bytes }) => bytes)],
  )
}

/** What takes the space of a storage now, and what took it at `since`. */
export type SpaceKept = {
  guests: {
    id: GuestId | null
    name: string
    /** some of its snapshots lie inside its images, or were not read */
    hidden: boolean
    now: SpaceMoment
    /** `absent`: it was not there; null: nothing is remembered of then */
    before: SpaceMoment | 'absent' | null
  }[]
  /** images that several guests read through */
  shared: { files: number; bytes: Bytes | null }
  /** null = a file that could be one is of unknown use */
  orphans: LeftoverFile[] | null
  since: Instant | null
}

/** What takes the space of a storage; null when there is no storage of that id. */
export async function guestSpace(db: Db, id: StorageId, now: Instant): Promise<SpaceKept | null> {
  const [storage] = await db.query<{ series: number | null; orphans: number | null }>(
    `SELECT q.id AS series, t.orphan_count AS orphans FROM storages t
     LEFT JOIN storage_series q ON q.connection_id = t.connection_id AND q.native_id = t.native_id WHERE t.id = $1`,
    [id],
  )
  if (storage === undefined) return null
  const since = await yesterdaysSlot(db, storage.series, now)
  const [guests, shared, earlier, orphans] = await Promise.all([
    db.query<SpaceMoment & { nativeId: string; id: string | null; name: string; hidden: boolean }>(
      `SELECT v.guest AS "nativeId", g.id, coalesce(g.name, v.guest) AS name, v.data AS "dataBytes",
         v.snapshots AS "snapshotBytes", w.total_bytes AS "writtenBytes",
         (g.snapshot_count IS NULL OR (g.snapshot_count > 0 AND g.held_confidence <> 'exact')) AS hidden
       FROM storages t JOIN LATERAL (${SPACE_OF_GUESTS}) v ON true
       LEFT JOIN guests g ON g.connection_id = t.connection_id AND g.native_id = v.guest
       LEFT JOIN guest_writes w ON w.connection_id = t.connection_id AND w.native_id = v.guest WHERE t.id = $1`,
      [id],
    ),
    db.query<{ files: number; bytes: Bytes | null }>(
      `SELECT count(*) AS files, CASE WHEN bool_or(allocated_bytes IS NULL) THEN NULL
         ELSE coalesce(sum(allocated_bytes), 0)::bigint END AS bytes
       FROM volumes WHERE storage_id = $1 AND cardinality(used_by) > 1`,
      [id],
    ),
    since === null
      ? []
      : db.query<SpaceMoment & { nativeId: string }>(
          `SELECT guest_native_id AS "nativeId", data_bytes AS "dataBytes", snapshot_bytes AS "snapshotBytes",
             written_bytes AS "writtenBytes" FROM guest_space WHERE series = $1 AND at = $2`,
          [storage.series, since],
        ),
    storage.orphans === null
      ? null
      : db.query<LeftoverFile>(
          `SELECT name, allocated_bytes AS bytes FROM volumes WHERE storage_id = $1 AND role = 'orphan'`,
          [id],
        ),
  ])
  const before = new Map(earlier.map(({ nativeId, ...moment }) => [nativeId, moment]))
  return {
    guests: guests.map(({ nativeId, id: guestId, name, hidden, ...moment }) => ({
      id: guestId === null ? null : asId<GuestId>(guestId),
      name,
      hidden,
      now: moment,
      before: since === null ? null : (before.get(nativeId) ?? 'absent'),
    })),
    shared: shared[0] ?? { files: 0, bytes: 0 },
    orphans,
    since,
  }
}

/**
 * The snapshots of these guests as they lie on the storage, the largest first. A size is this storage's own only where
 * the guest lies on no other one. Guests whose snapshots were not read are left out.
 */
export async function snapshotSpace(
  db: Db,
  id: StorageId,
  guestIds: readonly GuestId[],
): Promise<Map<GuestId, SnapshotSpace[]>> {
  const rows = await db.query<
    Omit<SnapshotSpace, 'size' | 'snapshotId'> & {
      guestId: GuestId
      snapshotId: SnapshotId | null
      bytes: Bytes | null
      confidence: SizeConfidence
    }
  >(
    `SELECT g.id AS "guestId", n.id AS "snapshotId", n.name, n.created_at AS "createdAt", n.memory = 'saved' AS memory,
       EXISTS (SELECT 1 FROM holds h WHERE ${HOLD_IS_ON}) AS held,
       CASE WHEN cardinality(g.storage_names) = 1 THEN n.size_bytes END AS bytes,
       CASE WHEN cardinality(g.storage_names) = 1 THEN n.size_confidence ELSE 'unknown' END AS confidence
     FROM storages t JOIN guests g ON g.connection_id = t.connection_id AND t.name = ANY(g.storage_names)
     LEFT JOIN snapshots n ON n.guest_id = g.id
     WHERE t.id = $1 AND g.id = ANY($2) AND g.snapshots_unread IS NULL AND g.snapshot_count IS NOT NULL
     ORDER BY bytes DESC NULLS LAST, n.created_at NULLS LAST, n.id`,
    [id, guestIds],
  )
  const found = new Map<GuestId, SnapshotSpace[]>()
  for (const { guestId, snapshotId, bytes, confidence, ...snapshot } of rows) {
    const own = found.get(guestId) ?? []
    // A guest without any has one row, of nothing.
    found.set(guestId, snapshotId === null ? own : [...own, { ...snapshot, snapshotId, size: { bytes, confidence } }])
  }
  return found
}

/** The newest slot that is a day old, or the oldest there is when it is nearly one. */
async function yesterdaysSlot(db: Db, series: number | null, now: Instant): Promise<Instant | null> {
  if (series === null) return null
  const [row] = await db.query<{ at: Instant | null }>(
    'SELECT max(at) AS at FROM guest_space WHERE series = $1 AND at <= $2 AND at >= $3',
    [series, instantAt(epochMillis(now) - DAY), instantAt(epochMillis(now) - OLDEST_YESTERDAY)],
  )
  return row?.at ?? null
}
