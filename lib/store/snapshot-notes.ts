/** What we know of snapshots we took, beside what the hypervisor tells: owner, purpose, expiry, whose safety they are. */
import { randomUUID } from 'node:crypto'
import type { GuestId, OperationId } from '@/lib/domain/ids'
import type { Instant, Millis } from '@/lib/domain/units'
import { guestMarkSql } from './holds'
import { cleanText } from './text'
import type { Tx } from './tx'

export type NewSnapshotNote = {
  guestId: GuestId
  snapshotName: string
  operationId: OperationId
  role: 'taken' | 'safety'
  owner: string | null
  purpose: string | null
  expiresAt: Instant | null
  /** a safety snapshot lives this long after somebody said "All good", and until then without an end */
  expiresAfterMillis: Millis | null
  at: Instant
}

/** Writes the note of a snapshot; one taken anew under the same name begins anew. */
export async function writeSnapshotNote(tx: Tx, note: NewSnapshotNote): Promise<void> {
  await tx.query(
    `INSERT INTO snapshot_notes (id, connection_id, guest_mark, snapshot_name, operation_id, role, owner, purpose,
       expires_at, expires_after_millis, written_at)
     SELECT $1, g.connection_id, ${guestMarkSql('g')}, $3, $4, $5, $6, $7, $8, $9, $10 FROM guests g WHERE g.id = $2
     ON CONFLICT (connection_id, guest_mark, snapshot_name) DO UPDATE SET operation_id = excluded.operation_id,
       role = excluded.role, owner = excluded.owner, purpose = excluded.purpose, expires_at = excluded.expires_at,
       expires_after_millis = excluded.expires_after_millis, written_at = excluded.written_at`,
    [
      randomUUID(),
      note.guestId,
      cleanText(note.snapshotName),
      note.operationId,
      note.role,
      note.owner === null ? null : cleanText(note.owner),
      note.purpose === null ? null : cleanText(note.purpose),
      note.expiresAt,
      note.expiresAfterMillis,
      note.at,
    ],
  )
}

/** Starts the countdown of an operation's safety snapshots: somebody looked, and all is good. Returns how many. */
export async function startExpiry(tx: Tx, operationId: OperationId, now: Instant): Promise<number> {
  const rows = await tx.query(
    `UPDATE snapshot_notes SET expires_at = $2::timestamptz + expires_after_millis * interval '1 millisecond'
     WHERE operation_id = $1 AND role = 'safety' AND expires_at IS NULL AND expires_after_millis IS NOT NULL
     RETURNING id`,
    [operationId, now],
  )
  return rows.length
}
