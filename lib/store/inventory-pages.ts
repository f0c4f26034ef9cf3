/** Lists for programs: by id, so that a page mark stays true while guests come, go and change their names. */
import type { Filter } from '@/lib/domain/filter'
import type { Instant } from '@/lib/domain/units'
import type { GuestRow } from '@/lib/domain/view'
import type { Db } from './client'
import { filterSql, newParameters } from './guest-filter'
import { GUEST_TABLES, type GuestColumns, guestColumns, guestRowFrom } from './inventory-rows'

/** Guests that a filter matches, after the one with id `after`, at most `limit`, by id. */
export async function guestsAfter(
  db: Db,
  query: { filter: Filter; after: string | null; limit: number; now: Instant },
): Promise<GuestRow[]> {
  const parameters = newParameters()
  const where = filterSql(query.filter, query.now, parameters)
  const rows = await db.query<GuestColumns>(
    `SELECT ${guestColumns(parameters.bind(query.now))} FROM ${GUEST_TABLES}
     WHERE ${where} AND g.id > ${parameters.bind(query.after ?? '')}
     ORDER BY g.id LIMIT ${parameters.bind(query.limit)}`,
    parameters.values,
  )
  return rows.map(guestRowFrom)
}
