/** Which snapshots are past the limit of their guest's environment, and what could not be judged. */
import type { Environment, EnvironmentLimits } from '@/lib/domain/environment'
import { asId, type GuestId } from '@/lib/domain/ids'
import { type PastSnapshot, RETENTION_LISTED } from '@/lib/domain/retention'
import type { Bytes, Instant, Millis } from '@/lib/domain/units'
import type { Db } from './client'
import { environmentFrom, SAID_OF_GUEST } from './environments'
import { guestMarkSql, HOLD_IS_ON } from './holds'

/** A guest as a limit is found for it. */
export type LimitedGuest = {
  id: GuestId
  environment: Environment
  said: boolean
  limitMillis: Millis | null
  known: boolean
}

/** Every guest with what it is for. `known` = its snapshots were read at some time. */
export async function limitedGuests(
  db: Db,
  limits: EnvironmentLimits,
  environmentOf: (tags: readonly string[], name: string) => Environment,
): Promise<LimitedGuest[]> {
  const rows = await db.query<{ id: string; name: string; tags: string[]; said: string | null; known: boolean }>(
    `SELECT g.id, g.name, g.tags, ge.environment AS said, g.snapshot_count IS NOT NULL AS known
     FROM guests g ${SAID_OF_GUEST} WHERE NOT g.template`,
  )
  return rows.map(({ id, name, tags, said, known }) => {
    const { environment, said: isSaid } = environmentFrom(said, () => environmentOf(tags, name))
    return { id: asId<GuestId>(id), environment, said: isSaid, limitMillis: limits[environment].ageLimitMillis, known }
  })
}

export type EnvironmentCounts = {
  environment: Environment
  guests: number
  snapshots: number
  /** of `snapshots`: those past their limit at the moment asked for */
  past: number
  /** of `snapshots`: those that tell no time */
  withoutTime: number
}

/** Snapshots of these guests by environment, how many are past their limit at `now`, and how many tell no time. */
export async function countSnapshots(
  db: Db,
  guests: readonly LimitedGuest[],
  now: Instant,
): Promise<EnvironmentCounts[]> {
  return db.query<EnvironmentCounts>(
    `SELECT w.environment, count(DISTINCT w.id) AS guests, count(n.id) AS snapshots,
       count(n.id) FILTER (WHERE n.created_at < $4::timestamptz - w."limit" * interval '1 millisecond') AS past,
       count(n.id) FILTER (WHERE n.created_at IS NULL) AS "withoutTime"
     FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w(id, environment, "limit") LEFT JOIN snapshots n ON n.guest_id = w.id
     GROUP BY w.environment`,
    [
      guests.map(({ id }) => id),
      guests.map(({ environment }) => environment),
      guests.map(({ limitMillis }) => limitMillis),
      now,
    ],
  )
}

type PastColumns = Omit<
  PastSnapshot,
  'environment' | 'environmentSaid' | 'limitMillis' | 'size' | 'held' | 'lastBackupAt' | 'backupKnown'
> & {
  bytes: Bytes | null
  confidence: PastSnapshot['size']['confidence']
  heldBy: string | null
  heldNote: string | null
  lastBackup: { at: Instant | null } | null
}

/** Those past their limit at `now`, the furthest past first. */
export async function pastSnapshots(db: Db, guests: readonly LimitedGuest[], now: Instant): Promise<PastSnapshot[]> {
  const limited = guests.filter((guest): guest is LimitedGuest & { limitMillis: Millis } => guest.limitMillis !== null)
  const rows = await db.query<PastColumns>(
    `SELECT n.id AS "snapshotId", n.name, n.created_at AS "createdAt", g.id AS "guestId", g.name AS "guestName",
       c.id AS "connectionId", c.name AS "connectionName", coalesce(o.owner, ge.owner) AS owner,
       n.memory = 'saved' AS memory, n.size_bytes AS bytes, n.size_confidence AS confidence,
       h.placed_by AS "heldBy", h.note AS "heldNote", g.last_backup AS "lastBackup"
     FROM unnest($1::text[], $2::bigint[]) AS w(id, "limit")
     JOIN snapshots n ON n.guest_id = w.id AND n.created_at < $3::timestamptz - w."limit" * interval '1 millisecond'
     JOIN guests g ON g.id = w.id JOIN connections c ON c.id = g.connection_id
     ${SAID_OF_GUEST}
     LEFT JOIN snapshot_notes o ON o.connection_id = g.connection_id AND o.guest_mark = ${guestMarkSql('g')}
       AND o.snapshot_name = n.name
     LEFT JOIN holds h ON ${HOLD_IS_ON}
     ORDER BY extract(epoch FROM $3::timestamptz - n.created_at) * 1000 / w."limit" DESC, g.name, n.id`,
    [limited.map(({ id }) => id), limited.map(({ limitMillis }) => limitMillis), now],
  )
  const byId = new Map(limited.map((guest) => [guest.id, guest]))
  return rows.map(({ bytes, confidence, heldBy, heldNote, lastBackup, ...row }) => {
    const guest = byId.get(row.guestId)
    if (guest === undefined) throw new Error('a snapshot of a guest that was not asked for')
    return {
      ...row,
      environment: guest.environment,
      environmentSaid: guest.said,
      limitMillis: guest.limitMillis,
      size: { bytes, confidence },
      held: heldBy === null ? null : { by: heldBy, note: heldNote ?? '' },
      backupKnown: lastBackup !== null,
      lastBackupAt: lastBackup?.at ?? null,
    }
  })
}

/** Connections that failed last time: what lies on them is as of then. */
export const silentConnections = (db: Db): Promise<{ name: string; lastAnswerAt: Instant | null }[]> =>
  db.query(
    `SELECT c.name, s.last_answer_at AS "lastAnswerAt" FROM connections c
     JOIN connection_states s ON s.connection_id = c.id WHERE s.failures > 0 ORDER BY lower(c.name) LIMIT ${RETENTION_LISTED}`,
  )
