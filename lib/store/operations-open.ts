/** Which guests an operation of ours works on now. */
import { asId, type GuestId, type OperationId } from '@/lib/domain/ids'
import type { Db } from './client'

/** Queued and running operations by their guest; of several on one guest the oldest. */
export async function openOperationsByGuest(db: Db): Promise<Map<GuestId, OperationId>> {
  const rows = await db.query<{ guestId: string; id: string }>(
    `SELECT DISTINCT ON (guest_id) guest_id AS "guestId", id FROM operations
     WHERE state IN ('queued', 'running') AND guest_id IS NOT NULL ORDER BY guest_id, created_at`,
  )
  return new Map(rows.map(({ guestId, id }) => [asId<GuestId>(guestId), asId<OperationId>(id)]))
}
