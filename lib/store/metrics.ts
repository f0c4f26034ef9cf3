/** Sums for the monitoring system; what is not known is left out there, so it is null here. */

import type { Severity } from '@/lib/domain/alert'
import type { HypervisorKind } from '@/lib/domain/connection'
import type { OperationState } from '@/lib/domain/operation'
import type { Instant } from '@/lib/domain/units'
import { severityOf } from './alert-json'
import type { Db } from './client'
import { hypervisorKind } from './connections'
import { stateOf } from './operations'

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
  /** null = there is none, or it is not known */
  oldestSnapshotAt: Instant | null
  largestSnapshotBytes: number | null
  deepestChain: number | null
}

/** One row per connection, by name. */
export async function connectionSums(db: Db): Promise<ConnectionSums[]> {
  const rows = await db.query<Omit<ConnectionSums, 'kind'> & { kind: string }>(
    `SELECT c.name, c.kind, count(g.id) AS guests,
       coalesce(sum(g.snapshot_count), 0)::bigint AS snapshots,
       coalesce(sum(g.memory_snapshot_count), 0)::bigint AS "memorySnapshots",
       coalesce(sum(g.unmanaged_count), 0)::bigint AS "unmanagedSnapshots",
       count(g.id) FILTER (WHERE g.snapshot_count IS NULL) AS "guestsUnknown",
       sum(g.held_bytes)::bigint AS "heldBytes", min(g.oldest_snapshot_at) AS "oldestSnapshotAt",
       max(g.chain_depth) AS "deepestChain", (SELECT max(n.size_bytes) FROM snapshots n
         JOIN guests o ON o.id = n.guest_id WHERE o.connection_id = c.id) AS "largestSnapshotBytes"
     FROM connections c LEFT JOIN guests g ON g.connection_id = c.id GROUP BY c.id ORDER BY lower(c.name), c.id`,
  )
  return rows.map((row) => ({ ...row, kind: hypervisorKind(row.kind) }))
}

/** Alerts that fire, by how severe they are. */
export async function alertCounts(db: Db): Promise<Map<Severity, number>> {
  const rows = await db.query<{ severity: string; count: number }>(
    'SELECT severity, count(*) AS count FROM alerts WHERE resolved_at IS NULL GROUP BY severity',
  )
  return new Map(rows.map(({ severity, count }) => [severityOf(severity), count]))
}

/** Operations there are, by state; a batch is not counted beside its parts. */
export async function operationCounts(db: Db): Promise<Map<OperationState, number>> {
  const rows = await db.query<{ state: string; count: number }>(
    'SELECT state, count(*) AS count FROM operations WHERE guest_id IS NOT NULL GROUP BY state',
  )
  return new Map(rows.map(({ state, count }) => [stateOf(state), count]))
}

export type PredictionSums = {
  matched: number
  differed: number
  /** how far off what was freed is from the nearer end of what was predicted, summed over operations; and of how many */
  spaceErrorBytes: number
  spaceMeasured: number
}

/** What plans predicted beside what was measured afterwards. */
export async function predictionSums(db: Db): Promise<PredictionSums> {
  const [row] = await db.query<PredictionSums>(
    `SELECT count(*) FILTER (WHERE o.predicted_matches) AS matched,
       count(*) FILTER (WHERE NOT o.predicted_matches) AS differed,
       coalesce(sum(s.error), 0)::float8 AS "spaceErrorBytes", coalesce(sum(s.measured), 0)::bigint AS "spaceMeasured"
     FROM operations o CROSS JOIN LATERAL (
       SELECT sum(greatest((p -> 'frees' ->> 'min')::numeric - (a ->> 'freedBytes')::numeric,
           (a ->> 'freedBytes')::numeric - (p -> 'frees' ->> 'max')::numeric, 0)) AS error, count(*) AS measured
       FROM jsonb_array_elements(o.space_actual) a JOIN jsonb_array_elements(o.space_predicted) p
         ON p ->> 'storageId' = a ->> 'storageId' WHERE a ->> 'freedBytes' IS NOT NULL) s
     WHERE o.guest_id IS NOT NULL`,
  )
  if (row === undefined) throw new Error('an aggregate returned no row')
  return row
}
