import { ok } from '@/lib/domain/result'
import type { ConnectionRow, StorageRow } from '@/lib/domain/view'
import { listConnections } from '@/lib/store/connections'
import { readWorkerHeartbeatAge } from '@/lib/store/health'
import { listStorages } from '@/lib/store/inventory-storages'
import { type ConnectionSums, connectionSums } from '@/lib/store/metrics'
import { mayNot, type Verb } from '../context'

export type Metrics = {
  sums: ConnectionSums[]
  connections: ConnectionRow[]
  storages: StorageRow[]
  workerHeartbeatAgeMillis: number | null
}

/** What a monitoring system wants to know: counts, bytes, ages. */
export const readMetrics: Verb<object, Metrics> = async ({ ctx }) => {
  const no = mayNot(ctx, 'metrics.read')
  if (no !== null) return no
  const [sums, connections, storages, workerHeartbeatAgeMillis] = await Promise.all([
    connectionSums(ctx.store),
    listConnections(ctx.store, ctx.now),
    listStorages(ctx.store, ctx.now),
    readWorkerHeartbeatAge(ctx.store),
  ])
  return ok({ sums, connections, storages, workerHeartbeatAgeMillis })
}
