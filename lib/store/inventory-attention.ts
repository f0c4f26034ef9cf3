/** What needs a person and no rule watches, worst first. Each kind is one query with its own count. */
import { STALE_AFTER } from '@/lib/domain/connection'
import { asId, type ConnectionId, type GuestId } from '@/lib/domain/ids'
import type { GuestFinding } from '@/lib/domain/inventory'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import type { AttentionItem } from '@/lib/domain/view'
import type { Db } from './client'
import { reasonSchema } from './json'

/** More backing files than this below a live image cost reads and time at every merge. */
export const ADVISED_CHAIN_DEPTH = 3
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
    findings(db),
    lostHolds(db, now),
    silentConnections(db, now),
    refusingConnections(db),
  ])
  const items = byUrgency(kinds.flatMap((kind) => kind.items))
  return { items: items.slice(0, MAX_ATTENTION), total: kinds.reduce((sum, kind) => sum + kind.total, 0) }
}

/** A silent source comes before warnings: until it answers, what it warned of is old news, and fifty may hide it. */
const RANK: Record<AttentionItem['severity'], number> = { emergency: 0, critical: 1, stale: 2, warning: 3 }

/** Worst first; what is as bad keeps its order. */
export const byUrgency = (items: readonly AttentionItem[]): AttentionItem[] =>
  [...items].sort((a, b) => RANK[a.severity] - RANK[b.severity])

type Found = { items: AttentionItem[]; total: number }
type Counted = { id: string; name: string; where: string; total: number }

const found = <Row extends Counted>(rows: readonly Row[], item: (row: Row) => AttentionItem): Found => ({
  items: rows.map(item),
  total: rows[0]?.total ?? 0,
})

const GUESTS_OF = 'guests g JOIN connections c ON c.id = g.connection_id'

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

/**
 * Connections whose data is last-known: failing, or silent for too long because no worker reads them. An alert says so
 * after some minutes; until then this does.
 */
async function silentConnections(db: Db, now: Instant): Promise<Found> {
  const rows = await db.query<Counted & { since: Instant | null; guests: number; error: unknown }>(
    `SELECT c.id, c.name, c.kind AS "where", s.last_answer_at AS since, s.last_error AS error,
       (SELECT count(*) FROM guests g WHERE g.connection_id = c.id) AS guests, count(*) OVER () AS total
     FROM connections c JOIN connection_states s ON s.connection_id = c.id
     WHERE (s.failures > 0 OR s.last_answer_at < $1::timestamptz - interval '${STALE_AFTER} milliseconds')
       AND NOT EXISTS (SELECT 1 FROM alerts a
         WHERE a.resolved_at IS NULL AND a.kind = 'stale-data' AND a.connection_id = c.id)
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
