/** Asks a hypervisor once what it remembers of storages that are new here, so that a forecast need not wait for days. */
import type { ConnectionId } from '@/lib/domain/ids'
import { type Outcome, ok } from '@/lib/domain/result'
import { type Instant, MINUTE, type Millis } from '@/lib/domain/units'
import type { Hypervisor } from '@/lib/hypervisors/port'
import type { Store } from '@/lib/store/client'
import { withTransaction } from '@/lib/store/tx'
import { storagesWithoutHistory, storeHistory } from '@/lib/store/write-samples'
import { refreshForecasts } from './refresh-forecasts'

/** A host that is slow to remember holds up the next reading of itself no longer than this. */
const PATIENCE: Millis = MINUTE

/** Answers how many storages got a past. What one storage does not tell is remembered as such and not asked again. */
export async function fillHistory(
  store: Store,
  connectionId: ConnectionId,
  hypervisor: Hypervisor,
  now: Instant,
): Promise<Outcome<number>> {
  if (hypervisor.history === undefined) return ok(0)
  const missing = await storagesWithoutHistory(store, connectionId)
  if (missing.length === 0) return ok(0)
  const told = await hypervisor.history(
    missing.map(({ nativeId, name, node }) => ({ nativeId, name, node })),
    AbortSignal.timeout(PATIENCE),
  )
  if (!told.ok) return told
  const series = new Map(missing.map((storage) => [storage.nativeId, storage.series]))
  const histories = told.value.flatMap(({ nativeId, points }) => {
    const known = series.get(nativeId)
    if (known === undefined) return []
    const read = points.status === 'read'
    return { series: known, points: read ? points.value : [], unread: read ? null : points.reason }
  })
  if (histories.length === 0) return ok(0)
  await withTransaction(store, (tx) => storeHistory(tx, histories, now))
  await refreshForecasts(
    store,
    now,
    histories.map((history) => history.series),
  )
  return ok(histories.length)
}
