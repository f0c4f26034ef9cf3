/** What the frame around every page counts. */
import type { ShellView } from '@/lib/domain/view'
import type { Db } from './client'

/** How many of each there are, and whether any of it is demo data. */
export async function shellCounts(db: Db): Promise<{ counts: ShellView['counts']; demo: boolean }> {
  const [row] = await db.query<ShellView['counts'] & { demo: boolean }>(
    `SELECT (SELECT count(*) FROM guests) AS guests, (SELECT count(*) FROM storages) AS storages,
       (SELECT count(*) FROM connections) AS connections,
       EXISTS (SELECT 1 FROM connections WHERE demo) AS demo`,
  )
  if (row === undefined) throw new Error('an aggregate returned no row')
  return { counts: { guests: row.guests, storages: row.storages, connections: row.connections }, demo: row.demo }
}
