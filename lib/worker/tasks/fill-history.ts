/** Asks a hypervisor once what it remembers of storages that are new here, so that a forecast need not wait for days. */
import type { ConnectionId } from '@/lib/domain/ids'
import { type Outcome, ok } from '@/lib/domain/result'
import { type Instant, MINUTE, type Millis } from '@/lib/domain/units'
import type { Hypervisor } from '@/lib/hypervisors/port'
import type { Store } from '@/lib/store/client'
import { guestsWithoutPast, storePastWrites, yesterdayOf } from '@/lib/store/guest-space'
import { withTransaction } from '@/lib/store/tx'
import { storagesWithoutHistory, storeHistory } from '@/lib/store/write-samples'
import { inBatches } from '../batches'
import { refreshForecasts } from './refresh-forecasts'

/** A host that is slow to remember holds up the next reading of itself no longer than this. */
const PATIENCE: Millis = MINUTE
/** Storages whose past is in memory at once: a year is some three thousand points. */
const READ_AT_ONCE = 4
/** Points written between two pauses of the event loop. */
const POINTS_AT_ONCE = 1_000
/** Two requests each, once: two hundred beside an inventory of a hundred and more. Who writes less is known in a day. */
const MOST_WRITERS = 100

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
  // One patience for all, so that a slow host does not hold up the next reading of itself again and again.
  const signal = AbortSignal.timeout(PATIENCE)
  let filled = 0
  for (let from = 0; from < missing.length; from += READ_AT_ONCE) {
    const batch = missing.slice(from, from + READ_AT_ONCE)
    const told = await hypervisor.history(
      batch.map(({ nativeId, name, node }) => ({ nativeId, name, node })),
      signal,
    )
    if (!told.ok) return told
    const series = new Map(batch.map((storage) => [storage.nativeId, storage.series]))
    const histories = told.value.flatMap(({ nativeId, points }) => {
      const known = series.get(nativeId)
      if (known === undefined) return []
      const read = points.status === 'read'
      return [{ series: known, points: read ? points.value : [], unread: read ? null : points.reason }]
    })
    await storeHistories(store, histories, now)
    filled += histories.length
  }
  return ok(filled)
}

async function storeHistories(
  store: Store,
  histories: readonly Parameters<typeof storeHistory>[1][number][],
  now: Instant,
): Promise<void> {
  await inBatches(
    histories,
    ({ points }) => 1 + points.length,
    POINTS_AT_ONCE,
    async (batch) => {
      await withTransaction(store, (tx) => storeHistory(tx, batch, now))
    },
  )
  if (histories.length === 0) return
  await refreshForecasts(
    store,
    now,
    histories.map((history) => history.series),
  )
}

/** Asks a hypervisor once what the guests that write most wrote since yesterday. Answers of how many it told. */
export async function fillPastWrites(
  store: Store,
  connectionId: ConnectionId,
  hypervisor: Hypervisor,
  now: Instant,
): Promise<Outcome<number>> {
  if (hypervisor.pastWrites === undefined) return ok(0)
  const guests = await guestsWithoutPast(store, connectionId, now, MOST_WRITERS)
  if (guests.length === 0) return ok(0)
  const told = await hypervisor.pastWrites(guests, yesterdayOf(now), AbortSignal.timeout(PATIENCE))
  if (!told.ok) return told
  const past = told.value.flatMap(({ nativeId, writtenBytes }) =>
    writtenBytes.status === 'read' ? [{ nativeId, writtenBytes: writtenBytes.value }] : [],
  )
  if (past.length === 0) return ok(0)
  await withTransaction(store, (tx) => storePastWrites(tx, connectionId, past, now))
  return ok(past.length)
}
