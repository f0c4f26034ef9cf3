/** ⌘K: one search over guests, snapshots, storages and connections. */
import { asId, type ConnectionId, type GuestId, type SnapshotId, type StorageId } from '@/lib/domain/ids'
import type { SearchHit } from '@/lib/domain/view'
import type { Db } from './client'

/** Of each kind; the list is for recognising, not for reading through. */
const HITS_PER_KIND = 8
const MAX_QUERY_LENGTH = 200

/** What contains the text in its name (guests: also node, tags, native id), names that begin with it first. */
export async function searchHits(db: Db, text: string): Promise<SearchHit[]> {
  const wanted = text.trim().slice(0, MAX_QUERY_LENGTH).replaceAll('\u0000', '')
  if (wanted === '') return []
  const parameters = [wanted, HITS_PER_KIND]
  const [guests, connections, storages, snapshots] = await Promise.all([
    db.query<HitColumns>(
      `SELECT g.id, g.name, c.name AS "where" FROM guests g JOIN connections c ON c.id = g.connection_id
       WHERE strpos(g.search_text, $3) > 0 ORDER BY ${closeness('g.name')}, lower(g.name), g.id LIMIT $2`,
      [...parameters, wanted.toLowerCase()],
    ),
    db.query<HitColumns>(
      `SELECT c.id, c.name, c.kind AS "where" FROM connections c
       WHERE strpos(lower(c.name), lower($1)) > 0 ORDER BY ${closeness('c.name')}, lower(c.name), c.id LIMIT $2`,
      parameters,
    ),
    db.query<HitColumns>(
      `SELECT t.id, t.name, c.name AS "where" FROM storages t JOIN connections c ON c.id = t.connection_id
       WHERE strpos(lower(t.name), lower($1)) > 0 ORDER BY ${closeness('t.name')}, lower(t.name), t.id LIMIT $2`,
      parameters,
    ),
    db.query<HitColumns & { guestId: string }>(
      `SELECT hit.id, hit.name, hit.guest_id AS "guestId", g.name AS "where" FROM (
         SELECT n.id, n.name, n.guest_id, n.created_at FROM snapshots n WHERE strpos(lower(n.name), lower($1)) > 0
         ORDER BY ${closeness('n.name')}, n.created_at DESC NULLS LAST, n.id LIMIT $2) AS hit
       JOIN guests g ON g.id = hit.guest_id ORDER BY ${closeness('hit.name')}, hit.created_at DESC NULLS LAST, hit.id`,
      parameters,
    ),
  ])
  return [
    ...guests.map((row): SearchHit => ({ ...row, kind: 'guest', id: asId<GuestId>(row.id) })),
    ...snapshots.map(
      (row): SearchHit => ({
        ...row,
        kind: 'snapshot',
        id: asId<SnapshotId>(row.id),
        guestId: asId<GuestId>(row.guestId),
      }),
    ),
    ...storages.map((row): SearchHit => ({ ...row, kind: 'storage', id: asId<StorageId>(row.id) })),
    ...connections.map((row): SearchHit => ({ ...row, kind: 'connection', id: asId<ConnectionId>(row.id) })),
  ]
}

/** 0 = the name itself, 1 = begins with it, 2 = contains it elsewhere. */
const closeness = (name: string): string =>
  `CASE strpos(lower(${name}), lower($1)) WHEN 1 THEN CASE WHEN length(${name}) = length($1) THEN 0 ELSE 1 END ELSE 2 END`

type HitColumns = { id: string; name: string; where: string }
