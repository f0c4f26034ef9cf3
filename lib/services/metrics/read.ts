import type { Severity } from '@/lib/domain/alert'
import type { OperationState } from '@/lib/domain/operation'
import { ok } from '@/lib/domain/result'
import type { ConnectionRow, StorageRow } from '@/lib/domain/view'
import { listConnections } from '@/lib/store/connections'
import { readWorkerHeartbeatAge } from '@/lib/store/health'
import { listStorages } from '@/lib/store/inventory-storages'
import {
  alertCounts,
  type ConnectionSums,
  connectionSums,
  operationCounts,
  type PredictionSums,
  predictionSums,
} from '@/lib/store/metrics'
import { mayNot, type Verb } from '../context'

export type Metrics = {
  sums: ConnectionSums[]
  connections: ConnectionRow[]
  storages: StorageRow[]
  workerHeartbeatAgeMillis: number | null
  alerts: ReadonlyMap<Severity, number>
  operations: ReadonlyMap<OperationState, number>
  predictions: PredictionSums
}

/** What a monitoring system wants to know: counts, bytes, ages. */
export const readMetrics: Verb<object, Metrics> = async ({ ctx }) => {
  const no = mayNot(ctx, 'metrics.read')
  if (no !== null) return no
  const [sums, connections, storages, workerHeartbeatAgeMillis, alerts, operations, predictions] = await Promise.all([
    connectionSums(ctx.store),
    listConnections(ctx.store, ctx.now),
    listStorages(ctx.store, ctx.now),
    readWorkerHeartbeatAge(ctx.store),
    alertCounts(ctx.store),
    operationCounts(ctx.store),
    predictionSums(ctx.store),
  ])
  return ok({ sums, connections, storages, workerHeartbeatAgeMillis, alerts, operations, predictions })
}
