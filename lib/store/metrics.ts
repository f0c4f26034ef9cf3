/** Sums for the monitoring system; what is not known is left out there, so it is null here. */
import type { HypervisorKind } from '@/lib/domain/connection'
import type { Db } from './client'
import { hypervisorKind } from './connections'

export type ConnectionSums = {
  name: string
  kind: HypervisorKind
  guests: number
  /** of the guests whose snapshots are known */
  snapshots: number
  memorySnapshots: number
  unmanagedSnapshots: number
  guestsUnknown: number
  /** lower bound in bytes where some are not known; null = none is known */
  heldBytes: number | null
}

/** One row per connection, by name. */
export async function connectionSums(db: Db): Promise<ConnectionSums[]> {
  const rows = await db.query<Omit<ConnectionSums, 'kind'> & { kind: string }>(
    `SELECT c.name, c.kind, count(g.id) AS guests,
       coalesce(sum(g.snapshot_count), 0)::bigint AS snapshots,
       coalesce(sum(g.memory_snapshot_count), 0)::bigint AS "memorySnapshots",
       coalesce(sum(g.unmanaged_count), 0)::bigint AS "unmanagedSnapshots",
       count(g.id) FILTER (WHERE g.snapshot_count IS NULL) AS "guestsUnknown",
       sum(g.held_bytes)::bigint AS "heldBytes"
     FROM connections c LEFT JOIN guests g ON g.connection_id = c.id GROUP BY c.id ORDER BY lower(c.name), c.id`,
  )
  return rows.map((row) => ({ ...row, kind: hypervisorKind(row.kind) }))
}
