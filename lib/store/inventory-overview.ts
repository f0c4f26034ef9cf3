/** The fleet in figures: what needs no bytes first. Everything from the derived columns of guests and storages. */
import { asId, type GuestId } from '@/lib/domain/ids'
import type { SizeConfidence } from '@/lib/domain/snapshot'
import { type Bytes, DAY, epochMillis, type Instant, instantAt } from '@/lib/domain/units'
import type { Figure, Overview } from '@/lib/domain/view'
import type { Db } from './client'
import { ADVISED_CHAIN_DEPTH, attention } from './inventory-attention'
import { soonestFullStorages } from './inventory-storages'

/** The overview shows those that are full first; the storage page shows all. */
const OVERVIEW_STORAGES = 12

/** The fleet as of `now`. "Today" is the UTC day of `now`. */
export async function overview(db: Db, now: Instant): Promise<Overview> {
  const today = instantAt(Math.floor(epochMillis(now) / DAY) * DAY)
  const [guestRows, connectionRows, takenRows, memoryRows, orphanRows, oldest, deepest, items, storages] =
    await Promise.all([
      db.query<GuestSums>(GUEST_SUMS, [now, ADVISED_CHAIN_DEPTH]),
      db.query<{ count: number }>('SELECT count(*) AS count FROM connections'),
      db.query<{ count: number }>('SELECT count(*) AS count FROM snapshots WHERE created_at >= $1', [today]),
      db.query<{ bytes: Bytes | null; known: number; floors: number; ceilings: number }>(MEMORY_SUMS),
      db.query<{ volumes: number; bytes: Bytes | null; unsized: number; unknown: number }>(
        `SELECT coalesce(sum(orphan_count), 0)::bigint AS volumes, sum(orphan_bytes)::bigint AS bytes,
           count(*) FILTER (WHERE orphan_count > 0 AND orphan_bytes IS NULL) AS unsized,
           count(*) FILTER (WHERE orphan_count IS NULL) AS unknown FROM storages`,
      ),
      db.query<{ id: string; name: string; at: Instant }>(
        `SELECT id, name, oldest_snapshot_at AS at FROM guests WHERE oldest_snapshot_at IS NOT NULL
         ORDER BY oldest_snapshot_at, id LIMIT 1`,
      ),
      db.query<{ id: string; name: string; depth: number }>(
        `SELECT id, name, chain_depth AS depth FROM guests WHERE chain_depth > 0 ORDER BY chain_depth DESC, id LIMIT 1`,
      ),
      attention(db, now),
      soonestFullStorages(db, now, OVERVIEW_STORAGES),
    ])
  const guests = one(guestRows)
  const memory = one(memoryRows)
  const orphans = one(orphanRows)
  const [first] = oldest
  const [deep] = deepest
  return {
    now,
    guests: guests.guests,
    connections: one(connectionRows).count,
    snapshots: {
      count: guests.snapshots,
      takenToday: one(takenRows).count,
      guestsUnknown: guests.snapshotsUnknown,
    },
    oldest: first === undefined ? null : { at: first.at, guestId: asId<GuestId>(first.id), guestName: first.name },
    deepest: deep === undefined ? null : { depth: deep.depth, guestId: asId<GuestId>(deep.id), guestName: deep.name },
    deepChains: { guests: guests.deep, unknown: guests.chainUnknown },
    memory: {
      snapshots: guests.memory,
      bytes: sumFigure({
        bytes: memory.bytes,
        known: memory.known,
        unknown: guests.memory - memory.known + guests.snapshotsUnknown,
        floors: memory.floors,
        ceilings: memory.ceilings,
      }),
    },
    unmanaged: { snapshots: guests.unmanaged, guests: guests.unmanagedGuests, unknown: guests.snapshotsUnknown },
    orphans: {
      volumes: orphans.volumes,
      bytes: sumFigure({
        bytes: orphans.bytes,
        known: orphans.bytes === null ? 0 : 1,
        unknown: orphans.unsized + orphans.unknown,
        floors: 0,
        ceilings: 0,
      }),
      storagesUnknown: orphans.unknown,
    },
    held: sumFigure({
      bytes: guests.held,
      known: guests.heldKnown,
      unknown: guests.guests - guests.heldKnown,
      floors: guests.heldFloors,
      ceilings: guests.heldCeilings,
    }),
    ages: [
      { under: '1d', guests: guests.age1 },
      { under: '3d', guests: guests.age3 },
      { under: '7d', guests: guests.age7 },
      { under: '30d', guests: guests.age30 },
      { under: 'over', guests: guests.ageOver },
    ],
    attention: items.items,
    attentionTotal: items.total,
    acknowledged: 0,
    storages,
  }
}

/**
 * A sum with its label, by the rule of engine/chain/figures `addSizes`: an unknown part leaves a lower bound, lower
 * and upper bounds together are an estimate, nothing known at all is unknown, the sum of nothing is exactly 0.
 */
export function sumFigure(sum: {
  bytes: Bytes | null
  known: number
  unknown: number
  /** parts labelled at-least or estimate */
  floors: number
  /** parts labelled at-most or estimate */
  ceilings: number
}): Figure {
  if (sum.known === 0 && sum.unknown > 0) return { bytes: null, confidence: 'unknown' }
  const mayBeMore = sum.unknown > 0 || sum.floors > 0
  const mayBeLess = sum.ceilings > 0
  const confidence: SizeConfidence = mayBeMore ? (mayBeLess ? 'estimate' : 'at-least') : mayBeLess ? 'at-most' : 'exact'
  return { bytes: sum.bytes ?? 0, confidence }
}

type GuestSums = {
  guests: number
  snapshots: number
  snapshotsUnknown: number
  memory: number
  unmanaged: number
  unmanagedGuests: number
  deep: number
  chainUnknown: number
  held: Bytes | null
  heldKnown: number
  heldFloors: number
  heldCeilings: number
  age1: number
  age3: number
  age7: number
  age30: number
  ageOver: number
}

const age = (from: string | null, to: string | null): string =>
  `count(*) FILTER (WHERE ${[
    to === null ? null : `oldest_snapshot_at > $1::timestamptz - interval '${to}'`,
    from === null ? null : `oldest_snapshot_at <= $1::timestamptz - interval '${from}'`,
  ]
    .filter((part) => part !== null)
    .join(' AND ')})`

const GUEST_SUMS = `SELECT count(*) AS guests, coalesce(sum(snapshot_count), 0)::bigint AS snapshots,
  count(*) FILTER (WHERE snapshot_count IS NULL) AS "snapshotsUnknown",
  coalesce(sum(memory_snapshot_count), 0)::bigint AS memory,
  coalesce(sum(unmanaged_count), 0)::bigint AS unmanaged,
  count(*) FILTER (WHERE unmanaged_count > 0) AS "unmanagedGuests",
  count(*) FILTER (WHERE chain_depth > $2) AS deep,
  count(*) FILTER (WHERE chain_depth IS NULL) AS "chainUnknown",
  sum(held_bytes)::bigint AS held, count(held_bytes) AS "heldKnown",
  count(*) FILTER (WHERE held_confidence IN ('at-least', 'estimate')) AS "heldFloors",
  count(*) FILTER (WHERE held_confidence IN ('at-most', 'estimate')) AS "heldCeilings",
  ${age(null, '1 day')} AS age1, ${age('1 day', '3 days')} AS age3, ${age('3 days', '7 days')} AS age7,
  ${age('7 days', '30 days')} AS age30, ${age('30 days', null)} AS "ageOver"
  FROM guests`

/** Memory states: what their files hold, or what the hypervisor reports for those inside an image. */
const MEMORY_SUMS = `SELECT sum(bytes)::bigint AS bytes, count(bytes) AS known,
  count(*) FILTER (WHERE bytes IS NOT NULL AND confidence IN ('at-least', 'estimate')) AS floors,
  count(*) FILTER (WHERE bytes IS NOT NULL AND confidence IN ('at-most', 'estimate')) AS ceilings
  FROM (SELECT CASE WHEN memory_file IS NOT NULL THEN (memory_file->>'bytes')::bigint
      WHEN size_source = 'memory-reported' THEN size_bytes END AS bytes,
    CASE WHEN memory_file IS NOT NULL THEN 'exact' ELSE size_confidence END AS confidence
    FROM snapshots WHERE memory = 'saved') AS states`

function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate returned no row')
  return row
}
