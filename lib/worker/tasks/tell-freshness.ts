/**
 * Tells pages now and then that unchanged data was read again, so that its age on the screen is true. One notice for
 * all connections together: three hundred of them renew every ten seconds, and a page reads once.
 */
import { type Millis, SECOND } from '@/lib/domain/units'
import { recordChanges } from '@/lib/store/changes'
import type { Store } from '@/lib/store/client'
import { withTransaction } from '@/lib/store/tx'

/** Well under the two minutes for which a page calls its data fresh. */
export const TELL_INTERVAL: Millis = 30 * SECOND

/** Writes the notices. */
export const tellFreshness = (store: Store): Promise<void> =>
  withTransaction(store, (tx) =>
    recordChanges(tx, [
      { topic: 'connections', id: null },
      { topic: 'connection', id: null },
      { topic: 'guests', id: null },
      { topic: 'guest', id: null },
      { topic: 'storages', id: null },
      { topic: 'storage', id: null },
    ]),
  )
