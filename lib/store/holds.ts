/**
 * Holds: snapshots protected inside Snapwarden. A hold is on one snapshot of one guest: neither a guest that got the
 * same id later nor a snapshot taken anew under the same name inherits it.
 */
import { randomUUID } from 'node:crypto'
import { asId, type ConnectionId, type GuestId, type HoldId, type SnapshotId } from '@/lib/domain/ids'
import type { Hold } from '@/lib/domain/operation'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import { recordChanges } from './changes'
import type { Db } from './client'
import { cleanText } from './text'
import type { Tx } from './tx'

/** What tells a guest from another one under the same native id; where nothing is told, the id itself. */
export const guestMarkSql = (guest: string): string => `coalesce(${guest}.birth_mark, ${guest}.native_id)`

/** Whether a hold `h` in force is on snapshot `n` of guest `g`. */
export const HOLD_IS_ON = `h.connection_id = g.connection_id AND h.guest_mark = ${guestMarkSql('g')}
  AND h.snapshot_native_id = n.native_id AND h.released_at IS NULL AND h.lost_at IS NULL
  AND (h.snapshot_created_at IS NULL OR n.created_at IS NULL OR h.snapshot_created_at = n.created_at)`

/** Places a hold. Refused when the snapshot is gone or is held already. */
export async function placeHold(
  tx: Tx,
  input: { snapshotId: SnapshotId; note: string; by: string; at: Instant },
): Promise<Outcome<Hold>> {
  const [row] = await tx.query<HoldColumns>(
    `INSERT INTO holds AS h (id, connection_id, guest_mark, guest_id, guest_name, snapshot_native_id, snapshot_name,
       snapshot_created_at, note, placed_by, placed_at)
     SELECT $1, g.connection_id, ${guestMarkSql('g')}, g.id, g.name, n.native_id, n.name, n.created_at, $3, $4, $5
     FROM snapshots n JOIN guests g ON g.id = n.guest_id WHERE n.id = $2
     ON CONFLICT (connection_id, guest_mark, snapshot_native_id) WHERE released_at IS NULL AND lost_at IS NULL DO NOTHING
     RETURNING ${HOLD_COLUMNS}`,
    [randomUUID(), input.snapshotId, cleanText(input.note), cleanText(input.by), input.at],
  )
  if (row === undefined) return refused(await whyNotPlaced(tx, input.snapshotId))
  await tellHolds(tx, asId<GuestId>(row.guestId))
  return ok(holdFrom(row))
}

async function whyNotPlaced(tx: Tx, snapshotId: SnapshotId) {
  const [held] = await tx.query<{ name: string; by: string; note: string }>(
    `SELECT h.snapshot_name AS name, h.placed_by AS by, h.note FROM snapshots n JOIN guests g ON g.id = n.guest_id
     JOIN holds h ON ${HOLD_IS_ON} WHERE n.id = $1`,
    [snapshotId],
  )
  if (held === undefined) return { code: 'missing', what: 'snapshot', name: snapshotId } as const
  return { code: 'held', snapshot: held.name, by: held.by, note: held.note } as const
}

/** Ends a hold. Refused when there is none in force on the snapshot. */
export async function releaseHold(
  tx: Tx,
  input: { snapshotId: SnapshotId; by: string; at: Instant },
): Promise<Outcome<Hold>> {
  const [row] = await tx.query<HoldColumns>(
    `UPDATE holds h SET released_by = $2, released_at = $3 FROM snapshots n JOIN guests g ON g.id = n.guest_id
     WHERE n.id = $1 AND ${HOLD_IS_ON} RETURNING ${HOLD_COLUMNS}`,
    [input.snapshotId, cleanText(input.by), input.at],
  )
  if (row === undefined) return refused({ code: 'missing', what: 'snapshot', name: input.snapshotId })
  await tellHolds(tx, asId<GuestId>(row.guestId))
  return ok(holdFrom(row))
}

/**
 * Marks holds of a connection whose snapshot a full reading of its guest no longer lists: it was deleted elsewhere.
 * A guest that is gone takes its held snapshots with it. Returns what was lost, each once.
 */
export async function loseHolds(tx: Tx, connectionId: ConnectionId, at: Instant): Promise<Hold[]> {
  const rows = await tx.query<HoldColumns>(
    `UPDATE holds h SET lost_at = $2 WHERE h.connection_id = $1 AND h.released_at IS NULL AND h.lost_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM guests g WHERE g.connection_id = h.connection_id
         AND ${guestMarkSql('g')} = h.guest_mark
         -- what could not be read deletes nothing, and what was read before the hold tells nothing about it
         AND (g.snapshots_unread IS NOT NULL OR EXISTS (SELECT 1 FROM snapshots n WHERE n.guest_id = g.id AND ${HOLD_IS_ON})))
     RETURNING ${HOLD_COLUMNS}`,
    [connectionId, at],
  )
  for (const row of rows) await tellHolds(tx, asId<GuestId>(row.guestId))
  return rows.map(holdFrom)
}

/** Holds in force, and those lost to a deletion elsewhere within the last days; of one guest or of all. */
export async function listHolds(db: Db, guestId: GuestId | null, lostSince: Instant): Promise<Hold[]> {
  const rows = await db.query<HoldColumns>(
    `SELECT ${HOLD_COLUMNS} FROM holds h WHERE h.released_at IS NULL AND (h.lost_at IS NULL OR h.lost_at > $2)
       AND ($1::text IS NULL OR h.guest_id = $1) ORDER BY h.placed_at DESC, h.id LIMIT 1000`,
    [guestId, lostSince],
  )
  return rows.map(holdFrom)
}

const tellHolds = (tx: Tx, guestId: GuestId): Promise<void> => recordChanges(tx, [{ topic: 'guest', id: guestId }])

const HOLD_COLUMNS = `h.id, h.connection_id AS "connectionId", h.guest_id AS "guestId", h.guest_name AS "guestName",
  h.snapshot_name AS "snapshotName", h.note, h.placed_by AS by, h.placed_at AS "placedAt", h.lost_at AS "lostAt"`

type HoldColumns = {
  id: string
  connectionId: string
  guestId: string
  guestName: string
  snapshotName: string
  note: string
  by: string
  placedAt: Instant
  lostAt: Instant | null
}

const holdFrom = (row: HoldColumns): Hold => ({
  ...row,
  id: asId<HoldId>(row.id),
  connectionId: asId<ConnectionId>(row.connectionId),
  guestId: asId<GuestId>(row.guestId),
})
