/** What alert rules look at, in a few statements for the whole fleet. */
import { setImmediate } from 'node:timers/promises'
import type { AlertFacts, ConnectionFact, GuestFact, OperationFact, StorageFact } from '@/lib/domain/alert-facts'
import type { Environment } from '@/lib/domain/environment'
import type { Reason } from '@/lib/domain/reason'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import type { Db } from './client'
import { environmentFrom, SAID_OF_GUEST } from './environments'
import { collectedSql } from './inventory-rows'
import { EFFECTIVE_CAPACITY } from './inventory-storages'
import { reasonSchema } from './json'

/** Operations that ended longer ago are history, whatever became of them. */
const OPERATIONS_FOR = '7 days'

/** A connection that failed last time tells nothing of what lies on it, however young the rows are. */
const UNREAD = `CASE WHEN coalesce(s.failures, 0) > 0 THEN s.last_error END`

/** `environmentOf` proposes what a guest is for where nobody said. */
export async function alertFacts(
  db: Db,
  now: Instant,
  environmentOf: (tags: readonly string[], name: string) => Environment,
): Promise<AlertFacts> {
  return {
    storages: await storageFacts(db, now),
    guests: await guestFacts(db, environmentOf),
    connections: await db.query<ConnectionFact>(
      `SELECT c.id, c.name, s.last_answer_at AS "lastAnswerAt", c.created_at AS "addedAt"
       FROM connections c LEFT JOIN connection_states s ON s.connection_id = c.id`,
    ),
    operations: await db.query<OperationFact>(
      `SELECT o.id, o.guest_id AS "guestId", o.guest_name AS name, o.connection_id AS "connectionId",
         coalesce(c.name, '') AS "connectionName", o.state, o.finished_at AS "finishedAt"
       FROM operations o LEFT JOIN connections c ON c.id = o.connection_id
       WHERE o.state IN ('failed', 'needs-attention') AND o.finished_at > $1::timestamptz - interval '${OPERATIONS_FOR}'
         AND NOT EXISTS (SELECT 1 FROM operations child WHERE child.parent_id = o.id)`,
      [now],
    ),
  }
}

const reasonOf = (value: unknown): Reason | null => (value === null ? null : reasonSchema.parse(value))

async function storageFacts(db: Db, now: Instant): Promise<StorageFact[]> {
  const rows = await db.query<
    Omit<StorageFact, 'unread' | 'timeToFullMillis' | 'forecastSilent'> & {
      unread: unknown
      fullAt: Instant | null
      forecastStatus: string | null
    }
  >(
    `SELECT t.id, t.name, t.connection_id AS "connectionId", c.name AS "connectionName",
       ${collectedSql('t.collected_at', 's.storages_at')} AS "readAt", ${UNREAD} AS unread,
       t.used_bytes AS "usedBytes", ${EFFECTIVE_CAPACITY} AS "usableBytes",
       coalesce(t.usable_bytes, t.available_bytes) AS "availableBytes", t.metadata_ratio AS "metadataRatio", t.orphan_count AS "orphanCount",
       f.full_at AS "fullAt", f.forecast ->> 'status' AS "forecastStatus",
       (SELECT max(v.allocated_bytes) FROM volumes v WHERE v.storage_id = t.id AND v.role = 'overlay') AS "largestMergeBytes"
     FROM storages t JOIN connections c ON c.id = t.connection_id
     LEFT JOIN connection_states s ON s.connection_id = c.id
     LEFT JOIN storage_series e ON e.connection_id = t.connection_id AND e.native_id = t.native_id
     LEFT JOIN storage_forecasts f ON f.series = e.id`,
  )
  return rows.map(({ unread, fullAt, forecastStatus, ...row }) => ({
    ...row,
    unread: reasonOf(unread),
    forecastSilent: forecastStatus !== 'told',
    timeToFullMillis: fullAt === null ? null : Math.max(0, elapsedMillis(now, fullAt)),
  }))
}

async function guestFacts(
  db: Db,
  environmentOf: (tags: readonly string[], name: string) => Environment,
): Promise<GuestFact[]> {
  const facts: GuestFact[] = []
  for (;;) {
    const page = await guestPage(db, facts.at(-1)?.id ?? '')
    for (const { unread, sectionUnread, said, ...row } of page) {
      facts.push({
        ...row,
        unread: reasonOf(unread) ?? reasonOf(sectionUnread),
        environment: environmentFrom(said, () => environmentOf(row.tags, row.name)).environment,
      })
    }
    if (page.length < GUESTS_AT_ONCE) return facts
    await setImmediate()
  }
}

/** Rows taken at once: lists of tags and storages are parsed in one go, and thousands would hold the event loop. */
const GUESTS_AT_ONCE = 500

type GuestRow = Omit<GuestFact, 'unread' | 'environment'> & {
  unread: unknown
  sectionUnread: unknown
  said: string | null
}

const guestPage = (db: Db, after: string): Promise<GuestRow[]> =>
  db.query<GuestRow>(
    `SELECT g.id, g.name, g.connection_id AS "connectionId", c.name AS "connectionName", g.tags,
       ${collectedSql('g.collected_at', 's.guests_at')} AS "readAt", ${UNREAD} AS unread,
       g.snapshots_unread AS "sectionUnread", ge.environment AS said,
       coalesce(st.ids, '{}') AS "storageIds", g.snapshot_count AS "snapshotCount",
       g.oldest_snapshot_at AS "oldestSnapshotAt", n.memory AS "oldestMemoryAt", n.largest AS "largestSnapshotBytes",
       g.chain_depth AS "chainDepth", g.unmanaged_count AS "unmanagedCount", g.locked_since AS "lockedSince"
     FROM guests g JOIN connections c ON c.id = g.connection_id
     LEFT JOIN connection_states s ON s.connection_id = c.id
     ${SAID_OF_GUEST}
     LEFT JOIN LATERAL (SELECT min(created_at) FILTER (WHERE memory = 'saved') AS memory, max(size_bytes) AS largest
       FROM snapshots WHERE guest_id = g.id) n ON true
     LEFT JOIN LATERAL (SELECT array_agg(t.id) AS ids FROM storages t
       WHERE t.connection_id = g.connection_id AND t.name = ANY(g.storage_names)) st ON true
     WHERE g.id > $1 ORDER BY g.id LIMIT ${GUESTS_AT_ONCE}`,
    [after],
  )
