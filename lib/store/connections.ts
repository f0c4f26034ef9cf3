/** Connections: intent of people, with how reading them goes. The secret part is credentials.ts. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  CONNECTION_MODES,
  type Connection,
  type ConnectionAddress,
  type ConnectionHealth,
  type ConnectionMode,
  HYPERVISOR_KINDS,
  type HypervisorKind,
  STALE_AFTER,
} from '@/lib/domain/connection'
import { asId, type ConnectionId } from '@/lib/domain/ids'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import type { ConnectionRow, FleetSource } from '@/lib/domain/view'
import { recordChanges } from './changes'
import type { Db } from './client'
import { addressSchema, progressSchema, reasonSchema, unreadSchema } from './json'
import { lockLease } from './leases'
import { cleanJson, cleanText } from './text'
import type { Tx } from './tx'

export type NewConnection = {
  name: string
  kind: HypervisorKind
  mode: ConnectionMode
  address: ConnectionAddress
  demo: boolean
  /** the actor's name as in the audit log */
  createdBy: string
  /** given where credentials were sealed for it beforehand */
  id?: ConnectionId
}

/** Adds a connection and wakes the workers. Refused when the name is taken. */
export async function insertConnection(tx: Tx, input: NewConnection): Promise<Outcome<ConnectionId>> {
  const id = input.id ?? asId<ConnectionId>(randomUUID())
  const rows = await tx.query(
    `INSERT INTO connections (id, name, kind, mode, address, demo, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (name) DO NOTHING RETURNING id`,
    [id, cleanText(input.name), input.kind, input.mode, cleanJson(input.address), input.demo, input.createdBy],
  )
  if (rows.length === 0) return refused({ code: 'already-exists', what: 'connection', name: input.name })
  await tx.query('INSERT INTO connection_states (connection_id) VALUES ($1)', [id])
  await tellConnection(tx, id)
  return ok(id)
}

/** Changes what is given. Refused when it does not exist or the new name is taken. Workers open it anew. */
export async function updateConnection(
  tx: Tx,
  id: ConnectionId,
  change: { name?: string | undefined; mode?: ConnectionMode | undefined; address?: ConnectionAddress | undefined },
): Promise<Outcome<null>> {
  if (change.name !== undefined) {
    const taken = await tx.query('SELECT 1 FROM connections WHERE name = $1 AND id <> $2', [cleanText(change.name), id])
    if (taken.length > 0) return refused({ code: 'already-exists', what: 'connection', name: change.name })
  }
  const rows = await tx.query(
    `UPDATE connections SET name = coalesce($2, name), mode = coalesce($3, mode), address = coalesce($4::jsonb, address),
       updated_at = clock_timestamp() WHERE id = $1 RETURNING id`,
    [
      id,
      change.name === undefined ? null : cleanText(change.name),
      change.mode ?? null,
      change.address === undefined ? null : cleanJson(change.address),
    ],
  )
  if (rows.length === 0) return refused({ code: 'missing', what: 'connection', name: id })
  // Somebody decided anew who we are there: what other credentials might once do is no measure any more.
  if (change.address !== undefined) {
    await tx.query('UPDATE connection_states SET rights = NULL, changes_refused = NULL WHERE connection_id = $1', [id])
    // And what a server of the old address told of others is nothing to the new one.
    await tx.query('DELETE FROM connection_servers WHERE connection_id = $1', [id])
  }
  await tellConnection(tx, id)
  await recordChanges(tx, [
    { topic: 'guests', id: null },
    { topic: 'storages', id: null },
  ])
  return ok(null)
}

/** Removes a connection with everything read through it. Refused when it does not exist. */
export async function deleteConnection(tx: Tx, id: ConnectionId): Promise<Outcome<Connection>> {
  await lockLease(tx, id)
  const [row] = await tx.query<ConnectionColumns>(
    'DELETE FROM connections WHERE id = $1 RETURNING id, name, kind, mode, address, demo, created_at AS "createdAt"',
    [id],
  )
  if (row === undefined) return refused({ code: 'missing', what: 'connection', name: id })
  await tellConnection(tx, id)
  await recordChanges(tx, [
    { topic: 'guests', id: null },
    { topic: 'storages', id: null },
  ])
  return ok(connectionFromRow(row))
}

/** One connection, null when there is none. */
export async function findConnection(db: Db, id: ConnectionId): Promise<Connection | null> {
  const [row] = await db.query<ConnectionColumns>(`SELECT ${CONNECTION_COLUMNS} FROM connections c WHERE c.id = $1`, [
    id,
  ])
  return row === undefined ? null : connectionFromRow(row)
}

/** The connection of that exact name, null when there is none. */
export async function findConnectionByName(db: Db, name: string): Promise<Connection | null> {
  const [row] = await db.query<ConnectionColumns>(`SELECT ${CONNECTION_COLUMNS} FROM connections c WHERE c.name = $1`, [
    name,
  ])
  return row === undefined ? null : connectionFromRow(row)
}

/** Every connection with its health, by name. */
export async function listConnections(db: Db, now: Instant): Promise<ConnectionRow[]> {
  const rows = await db.query<ConnectionRowColumns>(`${CONNECTION_ROWS} ORDER BY lower(c.name), c.id`)
  return rows.map((row) => connectionRowFrom(row, now))
}

/** One connection with its health, null when there is none. */
export async function connectionDetail(db: Db, id: ConnectionId, now: Instant): Promise<ConnectionRow | null> {
  const [row] = await db.query<ConnectionRowColumns>(`${CONNECTION_ROWS} WHERE c.id = $1`, [id])
  return row === undefined ? null : connectionRowFrom(row, now)
}

/** What the freshness of the whole fleet is made of, by name. */
export async function fleetSources(db: Db, now: Instant): Promise<FleetSource[]> {
  const rows = await db.query<ConnectionColumns & StateColumns>(
    `SELECT ${CONNECTION_COLUMNS}, ${STATE_COLUMNS} FROM connections c
     LEFT JOIN connection_states s ON s.connection_id = c.id ORDER BY lower(c.name), c.id`,
  )
  return rows.map((row) => {
    const health = healthFromRow(row, now)
    return {
      connectionId: asId<ConnectionId>(row.id),
      name: row.name,
      lastAnswerAt: health.lastAnswerAt,
      state: health.state,
      error: health.lastError,
    }
  })
}

/** A connection as its reader sees it; another `revision` means that it must be opened anew. */
export type ReadableConnection = {
  id: ConnectionId
  name: string
  kind: HypervisorKind
  demo: boolean
  revision: string
}

/** These connections as their reader sees them. */
export async function readableConnections(db: Db, ids: readonly ConnectionId[]): Promise<ReadableConnection[]> {
  const rows = await db.query<{ id: string; name: string; kind: string; demo: boolean; revision: string }>(
    `SELECT c.id, c.name, c.kind, c.demo,
       md5(c.kind || c.mode || c.address::text || coalesce(x.updated_at::text || x.key_id, '')) AS revision
     FROM connections c LEFT JOIN connection_secrets x ON x.connection_id = c.id WHERE c.id = ANY($1)`,
    [ids],
  )
  return rows.map((row) => ({ ...row, id: asId<ConnectionId>(row.id), kind: hypervisorKind(row.kind) }))
}

async function tellConnection(tx: Tx, id: ConnectionId): Promise<void> {
  await recordChanges(tx, [
    { topic: 'connections', id: null },
    { topic: 'connection', id },
  ])
}

type ConnectionColumns = {
  id: string
  name: string
  kind: string
  mode: string
  address: unknown
  demo: boolean
  createdAt: Instant
}

type StateColumns = {
  lastFullAt: Instant | null
  lastAnswerAt: Instant | null
  lastAttemptAt: Instant | null
  nextAttemptAt: Instant | null
  lastError: unknown
  failures: number | null
  version: string | null
  collectMillis: number | null
  clockSkewMillis: number | null
  certificateValidTo: Instant | null
  changesRefused: unknown
}

type ConnectionRowColumns = ConnectionColumns &
  StateColumns & {
    unread: unknown
    progress: unknown
    guestCount: number
    storageCount: number
    requested: boolean
  }

const CONNECTION_COLUMNS = 'c.id, c.name, c.kind, c.mode, c.address, c.demo, c.created_at AS "createdAt"'

const STATE_COLUMNS = `s.last_full_at AS "lastFullAt", s.last_answer_at AS "lastAnswerAt",
  s.last_attempt_at AS "lastAttemptAt", s.next_attempt_at AS "nextAttemptAt", s.last_error AS "lastError", s.failures,
  s.version, s.collect_millis AS "collectMillis", s.clock_skew_millis AS "clockSkewMillis",
  s.certificate_valid_to AS "certificateValidTo", s.changes_refused AS "changesRefused"`

const CONNECTION_ROWS = `SELECT ${CONNECTION_COLUMNS}, ${STATE_COLUMNS}, coalesce(s.unread, '[]') AS unread, s.progress,
  (SELECT count(*) FROM guests g WHERE g.connection_id = c.id) AS "guestCount",
  (SELECT count(*) FROM storages t WHERE t.connection_id = c.id) AS "storageCount",
  EXISTS (SELECT 1 FROM collect_requests r WHERE r.connection_id = c.id AND r.finished_at IS NULL) AS requested
  FROM connections c LEFT JOIN connection_states s ON s.connection_id = c.id`

const kindSchema = z.enum(HYPERVISOR_KINDS)
const modeSchema = z.enum(CONNECTION_MODES)

/** Turns stored text into a mode; unknown text is a bug and throws. */
export const connectionMode = (text: string): ConnectionMode => modeSchema.parse(text)

/** Turns stored text into a hypervisor kind; unknown text is a bug and throws. */
export const hypervisorKind = (text: string): HypervisorKind => kindSchema.parse(text)

const connectionFromRow = (row: ConnectionColumns): Connection => ({
  id: asId<ConnectionId>(row.id),
  name: row.name,
  kind: kindSchema.parse(row.kind),
  mode: modeSchema.parse(row.mode),
  address: addressSchema.parse(row.address),
  demo: row.demo,
  createdAt: row.createdAt,
})

function healthFromRow(row: StateColumns, now: Instant): ConnectionHealth {
  const failures = row.failures ?? 0
  return {
    state: healthState(failures, row.lastAnswerAt, now),
    lastFullAt: row.lastFullAt,
    lastAnswerAt: row.lastAnswerAt,
    lastAttemptAt: row.lastAttemptAt,
    nextAttemptAt: row.nextAttemptAt,
    lastError: reasonOrNull(row.lastError),
    failures,
    version: row.version,
    collectMillis: row.collectMillis,
    clockSkewMillis: row.clockSkewMillis,
    certificateValidTo: row.certificateValidTo,
    changesRefused: reasonOrNull(row.changesRefused),
  }
}

const reasonOrNull = (stored: unknown): Reason | null =>
  stored === null || stored === undefined ? null : reasonSchema.parse(stored)

/** How a connection does: a failed last attempt counts before age, so that a lost host shows at once. */
export function healthState(failures: number, lastAnswerAt: Instant | null, now: Instant): ConnectionHealth['state'] {
  if (failures > 0) return 'failing'
  if (lastAnswerAt === null) return 'never-read'
  return elapsedMillis(lastAnswerAt, now) > STALE_AFTER ? 'stale' : 'fresh'
}

function connectionRowFrom(row: ConnectionRowColumns, now: Instant): ConnectionRow {
  const progress = row.progress === null || row.progress === undefined ? null : progressSchema.parse(row.progress)
  return {
    ...connectionFromRow(row),
    health: healthFromRow(row, now),
    guestCount: row.guestCount,
    storageCount: row.storageCount,
    unread: unreadSchema.parse(row.unread),
    progress,
    collecting: row.requested || progress !== null,
  }
}
