/** Turns samples into hours, days and forecasts, and lets old ones go. */
import { type Instant, MINUTE, type Millis } from '@/lib/domain/units'
import type { Store } from '@/lib/store/client'
import { recordGuestSpace } from '@/lib/store/guest-space'
import { turnPartitions } from '@/lib/store/partitions'
import { rollUp } from '@/lib/store/roll-up'
import { withTransaction } from '@/lib/store/tx'
import { refreshForecasts } from './refresh-forecasts'

/** Charts are at most so much behind; their last point is the storage's row itself. */
export const SAMPLES_INTERVAL: Millis = 5 * MINUTE

/** One round. Of several workers one does it, the others find nothing to do. */
export async function keepSamples(store: Store, now: Instant): Promise<void> {
  const mine = await withTransaction(store, (tx) => rollUp(tx, now))
  if (!mine) return
  await withTransaction(store, (tx) => recordGuestSpace(tx, now))
  await refreshForecasts(store, now, null)
  await turnPartitions(store, now)
}
