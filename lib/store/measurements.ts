/** What merges and deletes moved, how long they took: every one teaches the next prediction on its storage. */
import { randomUUID } from 'node:crypto'
import { asId, type OperationId, type StorageId } from '@/lib/domain/ids'
import type { MergeMeasured } from '@/lib/domain/plan'
import type { Bytes, Instant, Millis } from '@/lib/domain/units'
import type { Db } from './client'
import type { Tx } from './tx'

/** The newest tell how a storage does today; older ones another load, or another disk. */
const KEPT_PER_STORAGE = 50

/** Remembers one. A storage that is gone learns nothing. */
export async function recordMeasured(tx: Tx, operationId: OperationId, measured: MergeMeasured): Promise<void> {
  await tx.query(
    `INSERT INTO merge_measurements (id, storage_id, operation_id, at, moved_bytes, took_millis, peak_bytes, freed_bytes)
     SELECT $1, t.id, $3, $4, $5, $6, $7, $8 FROM storages t WHERE t.id = $2`,
    [
      randomUUID(),
      measured.storageId,
      operationId,
      measured.at,
      Math.round(measured.movedBytes),
      Math.round(measured.tookMillis),
      measured.peakBytes,
      measured.freedBytes,
    ],
  )
}

/** What was measured on these storages, newest first. */
export async function measuredOn(db: Db, storageIds: readonly StorageId[]): Promise<Map<StorageId, MergeMeasured[]>> {
  const rows = await db.query<{
    storageId: string
    at: Instant
    movedBytes: Bytes
    tookMillis: Millis
    peakBytes: Bytes | null
    freedBytes: Bytes | null
  }>(
    `SELECT m.storage_id AS "storageId", m.at, m.moved_bytes AS "movedBytes", m.took_millis AS "tookMillis",
       m.peak_bytes AS "peakBytes", m.freed_bytes AS "freedBytes"
     FROM unnest($1::text[]) AS wanted(id) CROSS JOIN LATERAL (
       SELECT * FROM merge_measurements m WHERE m.storage_id = wanted.id ORDER BY m.at DESC LIMIT ${KEPT_PER_STORAGE}) m`,
    [storageIds],
  )
  const found = new Map<StorageId, MergeMeasured[]>()
  for (const row of rows) {
    const storageId = asId<StorageId>(row.storageId)
    const list = found.get(storageId)
    const measured = { ...row, storageId }
    if (list === undefined) found.set(storageId, [measured])
    else list.push(measured)
  }
  return found
}
