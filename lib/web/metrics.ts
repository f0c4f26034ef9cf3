/** /metrics for Prometheus. What is not known has no sample: a zero would be a lie an alert believes. */
import { Gauge, Registry } from 'prom-client'
import { SEVERITIES } from '@/lib/domain/alert'
import { OPERATION_STATES } from '@/lib/domain/operation'
import { elapsedMillis, type Instant, instantAt } from '@/lib/domain/units'
import { nothing } from '@/lib/services/fields'
import { type Metrics, readMetrics } from '@/lib/services/metrics/read'
import { bearer } from './api/define-api'
import { problemResponse } from './api/problem'
import { guard, type RouteHandler, runSpec } from './gate'
import { webProcess } from './process'

/** Answers a scrape with the token of a viewer. */
export const serveMetrics: RouteHandler = async (request) => {
  const now = instantAt(Date.now())
  const outcome = await guard('GET /metrics', async () => {
    const web = webProcess()
    const caller = await bearer(web, request.headers)
    if (!caller.ok) return caller
    return runSpec(web, caller.value, { permission: 'metrics.read', input: nothing, run: readMetrics }, {})
  })
  if (!outcome.ok) return problemResponse(outcome.why, now)
  const registry = registryOf(outcome.value, now)
  return new Response(await registry.metrics(), {
    headers: { 'content-type': registry.contentType, 'cache-control': 'private, no-store' },
  })
}

const neverAnswered = ({ health }: Metrics['connections'][number]): boolean => health.lastAnswerAt === null

/** The samples of one moment. */
function registryOf(metrics: Metrics, now: Instant): Registry {
  const registry = new Registry()
  const gauge = (name: string, help: string, labelNames: string[] = []) => {
    const made = new Gauge({ name: `snapwarden_${name}`, help, labelNames, registers: [registry] })
    // The library begins one without labels at 0: a worker that never was would have reported just now.
    if (labelNames.length === 0) made.remove()
    return made
  }

  const byConnection = ['connection', 'kind']
  const guests = gauge('guests', 'Guests as last read.', byConnection)
  const snapshots = gauge('snapshots', 'Snapshots of guests whose snapshots are known.', byConnection)
  const memory = gauge('memory_snapshots', 'Snapshots that hold a memory state.', byConnection)
  const unmanaged = gauge('unmanaged_snapshots', "Snapshots without the hypervisor's metadata.", byConnection)
  const unknown = gauge('guests_snapshots_unknown', 'Guests whose snapshots could not be read.', byConnection)
  const held = gauge('held_bytes', 'Bytes held by snapshots, as far as known: a lower bound.', byConnection)
  const oldest = gauge(
    'oldest_snapshot_age_seconds',
    'Age of the oldest snapshot; no sample = none known.',
    byConnection,
  )
  const largest = gauge('largest_snapshot_bytes', 'Largest snapshot whose size is told.', byConnection)
  const deepest = gauge('chain_depth_max', 'Depth of the deepest disk chain.', byConnection)
  const neverRead = new Set(metrics.connections.filter(neverAnswered).map(({ name }) => name))
  for (const { name, kind, ...sums } of metrics.sums) {
    if (neverRead.has(name)) continue
    const labels = { connection: name, kind }
    guests.set(labels, sums.guests)
    snapshots.set(labels, sums.snapshots)
    memory.set(labels, sums.memorySnapshots)
    unmanaged.set(labels, sums.unmanagedSnapshots)
    unknown.set(labels, sums.guestsUnknown)
    if (sums.heldBytes !== null) held.set(labels, sums.heldBytes)
    if (sums.oldestSnapshotAt !== null) {
      oldest.set(labels, Math.max(0, elapsedMillis(sums.oldestSnapshotAt, now)) / 1000)
    }
    if (sums.largestSnapshotBytes !== null) largest.set(labels, sums.largestSnapshotBytes)
    if (sums.deepestChain !== null) deepest.set(labels, sums.deepestChain)
  }

  const age = gauge('connection_age_seconds', 'Since the connection last answered; no sample = never.', byConnection)
  const fresh = gauge('connection_fresh', '1 when the last reading succeeded and is recent.', byConnection)
  const failures = gauge('connection_failures', 'Failed readings in a row.', byConnection)
  for (const { name, kind, health } of metrics.connections) {
    const labels = { connection: name, kind }
    fresh.set(labels, health.state === 'fresh' ? 1 : 0)
    failures.set(labels, health.failures)
    if (health.lastAnswerAt !== null) age.set(labels, Math.max(0, elapsedMillis(health.lastAnswerAt, now)) / 1000)
  }

  const byStorage = ['connection', 'node', 'storage']
  const bytes = {
    capacityBytes: gauge('storage_capacity_bytes', 'Size of the storage.', byStorage),
    usedBytes: gauge('storage_used_bytes', 'Bytes in use.', byStorage),
    availableBytes: gauge('storage_available_bytes', 'Bytes that can still be written.', byStorage),
    provisionedBytes: gauge('storage_provisioned_bytes', 'Bytes promised to guests.', byStorage),
    snapshotBytes: gauge('storage_snapshot_bytes', 'Bytes of overlays and memory files.', byStorage),
    orphanBytes: gauge('storage_orphan_bytes', 'Bytes of files that nothing refers to.', byStorage),
  }
  const inodes = gauge(
    'storage_inodes',
    'Inodes of the file system; no sample = no fixed number, or not told.',
    byStorage,
  )
  const inodesFree = gauge('storage_inodes_free', 'Inodes that are left.', byStorage)
  const metadata = gauge('storage_metadata_ratio', "Used share of a thin pool's metadata, 0 to 1.", byStorage)
  const full = gauge('storage_full_seconds', 'Until it is full by its forecast; no sample = not foreseen.', byStorage)
  for (const storage of metrics.storages) {
    const labels = { connection: storage.connectionName, node: storage.node, storage: storage.name }
    for (const [name, one] of Object.entries(bytes)) {
      const value = storage[name as keyof typeof bytes]
      if (value !== null) one.set(labels, value)
    }
    if (storage.inodes !== null) {
      inodes.set(labels, storage.inodes.total)
      inodesFree.set(labels, storage.inodes.free)
    }
    if (storage.metadataRatio !== null) metadata.set(labels, storage.metadataRatio)
    const forecast = storage.outlook?.forecast
    const fullAt =
      forecast?.status === 'told' ? (forecast.crossings.find(({ share }) => share === 1)?.at ?? null) : null
    if (fullAt !== null) full.set(labels, Math.max(0, elapsedMillis(now, fullAt)) / 1000)
  }

  const alerts = gauge('alerts', 'Alerts that fire.', ['severity'])
  for (const severity of SEVERITIES) alerts.set({ severity }, metrics.alerts.get(severity) ?? 0)
  const operations = gauge('operations', 'Operations on guests, by state.', ['state'])
  for (const state of OPERATION_STATES) operations.set({ state }, metrics.operations.get(state) ?? 0)

  const { matched, differed, spaceErrorBytes, spaceMeasured } = metrics.predictions
  const predictions = gauge('predictions', 'Verified operations whose end was as predicted, or was not.', ['matched'])
  predictions.set({ matched: 'yes' }, matched)
  predictions.set({ matched: 'no' }, differed)
  const measured = gauge('prediction_space_measured', 'Storages of operations whose freed bytes were measured.')
  measured.set(spaceMeasured)
  const off = gauge(
    'prediction_space_error_bytes',
    'Freed bytes outside of what was predicted, mean; no sample = none.',
  )
  if (spaceMeasured > 0) off.set(spaceErrorBytes / spaceMeasured)

  const heartbeat = gauge(
    'worker_heartbeat_age_seconds',
    'Since any worker last gave a sign of life; no sample = never.',
  )
  if (metrics.workerHeartbeatAgeMillis !== null) heartbeat.set(metrics.workerHeartbeatAgeMillis / 1000)
  return registry
}
