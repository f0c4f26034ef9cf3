/** What needs a person, worst first. Each kind is one query over derived columns with its own count. */
import { STALE_AFTER } from '@/lib/domain/connection'
import { asId, type ConnectionId, type GuestId, type StorageId } from '@/lib/domain/ids'
import type { GuestFinding } from '@/lib/domain/inventory'
import { type Bytes, elapsedMillis, type Instant } from '@/lib/domain/units'
import type { AttentionItem } from '@/lib/domain/view'
import type { Db } from './client'
import { FULLNESS } from './inventory-storages'
import { reasonSchema } from './json'

/** More backing files than this below a live image cost reads and time at every merge. */
export const ADVISED_CHAIN_DEPTH = 3
const STORAGE_THRESHOLDS = [
  { from: 0.95, severity: 'emergency' },
  { from: 0.9, severity: 'critical' },
  { from: 0.8, severity: 'warning' },
] as const
/** A memory state is the size of the guest's memory and goes out of date with every password and certificate. */
const MEMORY_OLD_DAYS = 7
const SNAPSHOT_OLD_DAYS = 30
/** Nothing can be done about a held snapshot that is gone but to know it, and for so long. */
const HOLD_LOST_DAYS = 30
/** The list is for acting on; what lies beyond is counted, and found with filters. */
export const MAX_ATTENTION = 50

/** Findings that ask for a person; the others (no NVRAM copy, a managed save) explain and do not urge. */
const URGENT_FINDINGS = [
  'overlay-unexplained',
  'mixed-chain',
  'parent-missing',
  'torn-snapshot',
  'shared-base',
  'duplicate-name',
  'clock-ahead',
  'lock-left',
  'snapshot-incomplete',
  'job-waiting',
] as const satisfies readonly GuestFinding['finding'][]

/** The worst items, at most MAX_ATTENTION, and how many there are in all. */
export async function attention(db: Db, now: Instant): Promise<{ items: AttentionItem[]; total: number }> {
  const kinds = await Promise.all([
    fullStorages(db),
    deepChains(db),
    oldMemory(db, now),
    oldSnapshots(db, now),
    unmanaged(db),
    findings(db),
    lostHolds(db, now),
    orphans(db),
    silentConnections(db, now),
    refusingConnections(db),
  ])
  const items = kinds.flatMap((kind) => kind.items).sort((a, b) => RANK[a.severity] - RANK[b.severity])
  return { items: items.slice(0, MAX_ATTENTION), total: kinds.reduce((sum, kind) => sum + kind.total, 0) }
}

/** A silent source comes before warnings: until it answers, what it warned of is old news, and fifty may hide it. */
const RANK: Record<AttentionItem['severity'], number> = { emergency: 0, critical: 1, stale: 2, warning: 3 }

type Found = { items: AttentionItem[]; total: number }
type Counted = { id: string; name: string; where: string; total: number }

const found = <Row extends Counted>(rows: readonly Row[], item: (row: Row) => AttentionItem): Found => ({
  items: rows.map(item),
  total: rows[0]?.total ?? 0,
})

const GUESTS_OF = 'guests g JOIN connections c ON c.id = g.connection_id'

async function fullStorages(db: Db): Promise<Found> {
  const lowest = Math.min(...STORAGE_THRESHOLDS.map((threshold) => threshold.from))
  const rows = await db.query<Counted & { ratio: number; available: Bytes | null }>(
    `SELECT t.id, t.name, c.name AS "where", ${FULLNESS} AS ratio, t.available_bytes AS available,
       count(*) OVER () AS total
     FROM storages t JOIN connections c ON c.id = t.connection_id
     WHERE ${FULLNESS} >= $1 ORDER BY ratio DESC, t.name, t.id LIMIT ${MAX_ATTENTION}`,
    [lowest],
  )
  return found(rows, (row) => ({
    severity: STORAGE_THRESHOLDS.find((threshold) => row.ratio >= threshold.from)?.severity ?? 'warning',
    because: {
      what: 'storage-full',
      storageId: asId<StorageId>(row.id),
      usedRatio: row.ratio,
      availableBytes: row.available,
    },
    name: row.name,
    where: row.where,
  }))
}

async function deepChains(db: Db): Promise<Found> {
  const rows = await db.query<Counted & { depth: number }>(
    `SELECT g.id, g.name, c.name AS "where", g.chain_depth AS depth, count(*) OVER () AS total FROM ${GUESTS_OF}
     WHERE g.chain_depth > $1 ORDER BY depth DESC, g.name, g.id LIMIT ${MAX_ATTENTION}`,
    [ADVISED_CHAIN_DEPTH],
  )
  return found(rows, (row) => ({
    severity: 'warning',
    because: { what: 'chain-deep', guestId: asId<GuestId>(row.id), depth: row.depth, advised: ADVISED_CHAIN_DEPTH },
    name: row.name,
    where: row.where,
  }))
}

async function oldMemory(db: Db, now: Instant): Promise<Found> {
  const rows = await db.query<Counted & { snapshots: number; oldest: Instant }>(
    `SELECT g.id, g.name, c.name AS "where", old.snapshots, old.oldest, count(*) OVER () AS total
     FROM (SELECT guest_id, count(*) AS snapshots, min(created_at) AS oldest FROM snapshots
       WHERE memory = 'saved' AND created_at < $1::timestamptz - interval '${MEMORY_OLD_DAYS} days'
       GROUP BY guest_id) AS old
     JOIN guests g ON g.id = old.guest_id JOIN connections c ON c.id = g.connection_id
     ORDER BY old.oldest, g.name, g.id LIMIT ${MAX_ATTENTION}`,
    [now],
  )
  return found(rows, (row) => ({
    severity: 'warning',
    because: {
      what: 'memory-old',
      guestId: asId<GuestId>(row.id),
      snapshots: row.snapshots,
      oldestAt: row.oldest,
    },
    name: row.name,
    where: row.where,
  }))
}

async function oldSnapshots(db: Db, now: Instant): Promise<Found> {
  const rows = await db.query<Counted & { oldest: Instant; snapshots: number }>(
    `SELECT old.*, (SELECT count(*) FROM snapshots n WHERE n.guest_id = old.id
         AND n.created_at < $1::timestamptz - interval '${SNAPSHOT_OLD_DAYS} days') AS snapshots
     FROM (SELECT g.id, g.name, c.name AS "where", g.oldest_snapshot_at AS oldest, count(*) OVER () AS total
       FROM ${GUESTS_OF} WHERE g.oldest_snapshot_at < $1::timestamptz - interval '${SNAPSHOT_OLD_DAYS} days'
       ORDER BY g.oldest_snapshot_at, g.name, g.id LIMIT ${MAX_ATTENTION}) AS old
     ORDER BY old.oldest, old.name, old.id`,
    [now],
  )
  return found(rows, (row) => ({
    severity: 'warning',
    because: {
      what: 'snapshot-old',
      guestId: asId<GuestId>(row.id),
      oldestAt: row.oldest,
      snapshots: row.snapshots,
    },
    name: row.name,
    where: row.where,
  }))
}

async function unmanaged(db: Db): Promise<Found> {
  const rows = await db.query<Counted & { snapshots: number }>(
    `SELECT g.id, g.name, c.name AS "where", g.unmanaged_count AS snapshots, count(*) OVER () AS total
     FROM ${GUESTS_OF} WHERE g.unmanaged_count > 0 ORDER BY snapshots DESC, g.name, g.id LIMIT ${MAX_ATTENTION}`,
  )
  return found(rows, (row) => ({
    severity: 'warning',
    because: { what: 'unmanaged', guestId: asId<GuestId>(row.id), snapshots: row.snapshots },
    name: row.name,
    where: row.where,
  }))
}

async function findings(db: Db): Promise<Found> {
  const rows = await db.query<Counted & { finding: string }>(
    `SELECT g.id, g.name, c.name AS "where", named.finding, count(*) OVER () AS total FROM ${GUESTS_OF},
       LATERAL (SELECT DISTINCT each->>'finding' AS finding FROM jsonb_array_elements(g.findings) AS each) AS named
     WHERE g.findings <> '[]' AND named.finding = ANY($1)
     ORDER BY array_position($1, named.finding), g.name, g.id LIMIT ${MAX_ATTENTION}`,
    [URGENT_FINDINGS],
  )
  return found(rows, (row) => {
    const finding = URGENT_FINDINGS.find((known) => known === row.finding)
    if (finding === undefined) throw new Error(`unknown finding in the database: ${row.finding}`)
    return {
      severity: 'warning',
      because: { what: 'finding', guestId: asId<GuestId>(row.id), finding },
      name: row.name,
      where: row.where,
    }
  })
}

/** Snapshots that somebody held and that were deleted elsewhere. One gone with its guest is told by the audit log. */
async function lostHolds(db: Db, now: Instant): Promise<Found> {
  const rows = await db.query<Counted & { snapshot: string; by: string; at: Instant }>(
    `SELECT g.id, g.name, c.name AS "where", h.snapshot_name AS snapshot, h.placed_by AS by, h.lost_at AS at,
       count(*) OVER () AS total
     FROM ${GUESTS_OF} JOIN holds h ON h.guest_id = g.id
     WHERE h.released_at IS NULL AND h.lost_at > $1::timestamptz - interval '${HOLD_LOST_DAYS} days'
     ORDER BY h.lost_at DESC, g.name, h.id LIMIT ${MAX_ATTENTION}`,
    [now],
  )
  return found(rows, (row) => ({
    severity: 'critical',
    because: {
      what: 'hold-lost',
      guestId: asId<GuestId>(row.id),
      snapshot: row.snapshot,
      by: row.by,
      at: row.at,
    },
    name: row.name,
    where: row.where,
  }))
}

async function orphans(db: Db): Promise<Found> {
  const rows = await db.query<Counted & { volumes: number; bytes: Bytes | null }>(
    `SELECT t.id, t.name, c.name AS "where", t.orphan_count AS volumes, t.orphan_bytes AS bytes,
       count(*) OVER () AS total
     FROM storages t JOIN connections c ON c.id = t.connection_id
     WHERE t.orphan_count > 0 ORDER BY bytes DESC NULLS LAST, t.name, t.id LIMIT ${MAX_ATTENTION}`,
  )
  return found(rows, (row) => ({
    severity: 'warning',
    because: { what: 'orphans', storageId: asId<StorageId>(row.id), volumes: row.volumes, bytes: row.bytes },
    name: row.name,
    where: row.where,
  }))
}

/** Connections whose data is last-known: failing, or silent for too long because no worker reads them. */
async function silentConnections(db: Db, now: Instant): Promise<Found> {
  const rows = await db.query<Counted & { since: Instant | null; guests: number; error: unknown }>(
    `SELECT c.id, c.name, c.kind AS "where", s.last_answer_at AS since, s.last_error AS error,
       (SELECT count(*) FROM guests g WHERE g.connection_id = c.id) AS guests, count(*) OVER () AS total
     FROM connections c JOIN connection_states s ON s.connection_id = c.id
     WHERE s.failures > 0 OR s.last_answer_at < $1::timestamptz - interval '${STALE_AFTER} milliseconds'
     ORDER BY s.last_answer_at NULLS FIRST, c.name, c.id LIMIT ${MAX_ATTENTION}`,
    [now],
  )
  return found(rows, (row) => ({
    severity: 'stale',
    because: {
      what: 'connection-silent',
      connectionId: asId<ConnectionId>(row.id),
      since: row.since,
      guests: row.guests,
      reason:
        row.error === null
          ? { code: 'worker-late', heartbeatAgeMillis: row.since === null ? null : elapsedMillis(row.since, now) }
          : reasonSchema.parse(row.error),
    },
    name: row.name,
    where: row.where,
  }))
}

/** Connections that answer and refuse every change, as a cluster without quorum does. */
async function refusingConnections(db: Db): Promise<Found> {
  const rows = await db.query<Counted & { guests: number; reason: unknown }>(
    `SELECT c.id, c.name, c.kind AS "where", s.changes_refused AS reason,
       (SELECT count(*) FROM guests g WHERE g.connection_id = c.id) AS guests, count(*) OVER () AS total
     FROM connections c JOIN connection_states s ON s.connection_id = c.id
     WHERE s.changes_refused IS NOT NULL AND s.failures = 0 ORDER BY c.name, c.id LIMIT ${MAX_ATTENTION}`,
  )
  return found(rows, (row) => ({
    severity: 'critical',
    because: {
      what: 'changes-refused',
      connectionId: asId<ConnectionId>(row.id),
      guests: row.guests,
      reason: reasonSchema.parse(row.reason),
    },
    name: row.name,
    where: row.where,
  }))
}
