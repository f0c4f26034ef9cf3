/**
 * Leases: each connection is owned by one worker at a time. `epoch` grows with every new owner, and whoever writes
 * what it read proves its epoch in the same transaction: a worker that lost its lease writes nothing.
 */
import { asId, type ConnectionId } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import type { Db } from './client'
import type { Tx } from './tx'

/** Proof of ownership. */
export type Lease = { connectionId: ConnectionId; workerId: string; epoch: number }

/** A lease not renewed for this long is free: the bound on how long a dead worker's connections stay unread. */
export const LEASE_MILLIS = 15_000

/**
 * Takes up to `limit` connections that nobody owns, longest unread first. Concurrent callers never get the same one.
 */
export async function claimLeases(db: Db, workerId: string, limit: number): Promise<Lease[]> {
  if (limit <= 0) return []
  const rows = await db.query<LeaseColumns>(
    `WITH free AS (
       SELECT c.id FROM connections c
       LEFT JOIN connection_leases l ON l.connection_id = c.id
       LEFT JOIN connection_states s ON s.connection_id = c.id
       WHERE l.connection_id IS NULL OR l.expires_at < now()
       ORDER BY s.last_attempt_at NULLS FIRST, c.id LIMIT $2
       FOR NO KEY UPDATE OF c SKIP LOCKED)
     INSERT INTO connection_leases AS lease (connection_id, worker_id, epoch, expires_at)
     SELECT id, $1, 1, now() + ${LEASE_INTERVAL} FROM free
     ON CONFLICT (connection_id) DO UPDATE
       SET worker_id = excluded.worker_id, epoch = lease.epoch + 1, expires_at = excluded.expires_at
       WHERE lease.expires_at < now()
     RETURNING connection_id, worker_id, epoch`,
    [workerId, limit],
  )
  return rows.map(leaseFromRow)
}

/** Takes the lease of one connection; refused (`not-owner`) while somebody else holds it. */
export async function claimLease(db: Db, connectionId: ConnectionId, workerId: string): Promise<Outcome<Lease>> {
  const [row] = await db.query<LeaseColumns>(
    `INSERT INTO connection_leases AS lease (connection_id, worker_id, epoch, expires_at)
     SELECT id, $2, 1, now() + ${LEASE_INTERVAL} FROM connections WHERE id = $1
     ON CONFLICT (connection_id) DO UPDATE
       SET worker_id = excluded.worker_id, epoch = lease.epoch + 1, expires_at = excluded.expires_at
       WHERE lease.expires_at < now()
     RETURNING connection_id, worker_id, epoch`,
    [connectionId, workerId],
  )
  return row === undefined ? refused({ code: 'not-owner' }) : ok(leaseFromRow(row))
}

/**
 * Renews what the worker owns and returns what it still owns. A lease whose row is locked by our own writing right
 * now is skipped there and reported as held: writing renews it.
 */
export async function renewLeases(db: Db, workerId: string): Promise<Lease[]> {
  await db.query(
    `UPDATE connection_leases SET expires_at = now() + ${LEASE_INTERVAL} WHERE connection_id IN (
       SELECT connection_id FROM connection_leases WHERE worker_id = $1 ORDER BY connection_id FOR UPDATE SKIP LOCKED)`,
    [workerId],
  )
  const rows = await db.query<LeaseColumns>(
    'SELECT connection_id, worker_id, epoch FROM connection_leases WHERE worker_id = $1',
    [workerId],
  )
  return rows.map(leaseFromRow)
}

/** Gives leases back, so that another worker need not wait for them to expire. */
export async function releaseLeases(db: Db, leases: readonly Lease[]): Promise<void> {
  await db.query(
    `UPDATE connection_leases AS lease SET worker_id = '', expires_at = now() - interval '1 millisecond'
     FROM unnest($1::text[], $2::text[], $3::bigint[]) AS mine(connection_id, worker_id, epoch)
     WHERE lease.connection_id = mine.connection_id AND lease.worker_id = mine.worker_id AND lease.epoch = mine.epoch`,
    [
      leases.map((lease) => lease.connectionId),
      leases.map((lease) => lease.workerId),
      leases.map((lease) => lease.epoch),
    ],
  )
}

/**
 * First statement of a transaction that writes what was read: holds the lease until commit, or refuses. A take-over
 * waits for this transaction; one that came first makes it refuse.
 */
export async function fenceLease(tx: Tx, lease: Lease): Promise<Outcome<null>> {
  const rows = await tx.query(
    `UPDATE connection_leases SET expires_at = greatest(expires_at, now() + ${LEASE_INTERVAL})
     WHERE connection_id = $1 AND worker_id = $2 AND epoch = $3 RETURNING connection_id`,
    [lease.connectionId, lease.workerId, lease.epoch],
  )
  return rows.length === 0 ? refused({ code: 'not-owner' }) : ok(null)
}

/** Keeps its worker from writing until the end of this transaction. Without it each would wait for the other. */
export async function lockLease(tx: Tx, id: ConnectionId): Promise<void> {
  await tx.query('SELECT 1 FROM connection_leases WHERE connection_id = $1 FOR UPDATE', [id])
}

/** Writes a worker's sign of life. */
export async function beatHeart(db: Db, workerId: string, startedAt: Instant): Promise<void> {
  const known = await db.query('UPDATE workers SET heartbeat_at = now() WHERE id = $1 RETURNING id', [workerId])
  // Its first one wakes the others, which share what they own with it.
  if (known.length > 0) return
  await db.query(
    'INSERT INTO workers (id, started_at, heartbeat_at) VALUES ($1, $2, now()) ON CONFLICT (id) DO NOTHING',
    [workerId, startedAt],
  )
}

/** Removes a worker that ends in order, and those silent for a day. */
export async function removeWorker(db: Db, workerId: string): Promise<void> {
  await db.query(`DELETE FROM workers WHERE id = $1 OR heartbeat_at < now() - interval '1 day'`, [workerId])
}

/** How many workers showed life within the length of a lease, the asking one included. */
export async function countLiveWorkers(db: Db): Promise<number> {
  const [row] = await db.query<{ live: number }>(
    `SELECT count(*) AS live FROM workers WHERE heartbeat_at > now() - ${LEASE_INTERVAL}`,
  )
  return row?.live ?? 0
}

/** How many connections there are to share. */
export async function countConnections(db: Db): Promise<number> {
  const [row] = await db.query<{ count: number }>('SELECT count(*) AS count FROM connections')
  return row?.count ?? 0
}

/** The latest sign of life of any worker, null when none ever ran. */
export async function latestHeartbeat(db: Db): Promise<Instant | null> {
  const [row] = await db.query<{ at: Instant | null }>('SELECT max(heartbeat_at) AS at FROM workers')
  return row?.at ?? null
}

/** The lease of one connection that is in force now, null when nobody owns it. */
export async function currentLease(db: Db, connectionId: ConnectionId): Promise<Lease | null> {
  const [row] = await db.query<LeaseColumns>(
    'SELECT connection_id, worker_id, epoch FROM connection_leases WHERE connection_id = $1 AND expires_at >= now()',
    [connectionId],
  )
  return row === undefined ? null : leaseFromRow(row)
}

const LEASE_INTERVAL = `interval '${LEASE_MILLIS} milliseconds'`

type LeaseColumns = { connection_id: string; worker_id: string; epoch: number }

const leaseFromRow = (row: LeaseColumns): Lease => ({
  connectionId: asId<ConnectionId>(row.connection_id),
  workerId: row.worker_id,
  epoch: row.epoch,
})
