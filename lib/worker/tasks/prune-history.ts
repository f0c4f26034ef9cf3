/** Removes what nobody can ask for any more. */
import { DAY, HOUR, type Millis } from '@/lib/domain/units'
import { pruneChanges } from '@/lib/store/changes'
import type { Store } from '@/lib/store/client'
import { pruneCollections } from '@/lib/store/collections'
import { prunePlans } from '@/lib/store/plans'
import { pruneRateLimits } from '@/lib/store/rate-limits'
import { pruneRequests } from '@/lib/store/requests'
import { pruneSessions } from '@/lib/store/sessions'

export const PRUNE_INTERVAL: Millis = HOUR
/** A browser away for longer reads everything again. */
const KEEP_CHANGES: Millis = DAY
const KEEP_COLLECTIONS: Millis = 30 * DAY
/** Nobody waits longer than two minutes; the rest of the day is for looking back. */
const KEEP_REQUESTS: Millis = DAY
/** A link to a plan that nobody confirmed is looked at within the week. */
const KEEP_PLANS: Millis = 7 * DAY

/** Prunes change log, log of readings, answered requests, plans nobody confirmed, ended sessions and old tries. Returns how many rows went. */
export async function pruneHistory(store: Store): Promise<number> {
  return (
    (await pruneChanges(store, KEEP_CHANGES)) +
    (await pruneCollections(store, KEEP_COLLECTIONS)) +
    (await pruneRequests(store, KEEP_REQUESTS)) +
    (await prunePlans(store, KEEP_PLANS)) +
    (await pruneSessions(store)) +
    (await pruneRateLimits(store))
  )
}
