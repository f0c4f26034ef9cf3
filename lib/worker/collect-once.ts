/** One reading in the calling process, under the same lease as a worker's: for the command line when none runs. */
import { randomUUID } from 'node:crypto'
import type { ConnectionId } from '@/lib/domain/ids'
import { type Outcome, refused } from '@/lib/domain/result'
import { epochMillis, type Instant, instantAt } from '@/lib/domain/units'
import type { Hypervisor } from '@/lib/hypervisors/port'
import type { Store } from '@/lib/store/client'
import { readableConnections } from '@/lib/store/connections'
import { claimLease, type Lease, releaseLeases, renewLeases } from '@/lib/store/leases'
import { type CollectAnswer, requestCollect, waitForCollect } from '@/lib/store/requests'
import { attemptInterval } from './backoff'
import { HEARTBEAT_MILLIS } from './lease'
import { ConnectionReader } from './reader'
import { storeCollection } from './store-collection'

export type CollectOnceInput = {
  store: Store
  open: (connectionId: ConnectionId) => Promise<Outcome<Hypervisor>>
  connectionId: ConnectionId
  requestedBy: string
  now?: () => Instant
}

/**
 * Reads a connection once and stores what was read. Refused with `not-owner` while a worker owns the connection (ask
 * that one, with `askWorker`). Answers also when nothing could be read; then `unread` says so.
 */
export async function collectOnce(input: CollectOnceInput): Promise<Outcome<CollectAnswer>> {
  const { store, connectionId } = input
  const [connection] = await readableConnections(store, [connectionId])
  if (connection === undefined) return refused({ code: 'missing', what: 'connection', name: connectionId })
  const claimed = await claimLease(store, connectionId, `once-${randomUUID()}`)
  if (!claimed.ok) return claimed
  const lease = claimed.value
  const now = input.now ?? (() => instantAt(Date.now()))
  const reader = new ConnectionReader(connection, {
    open: () => input.open(connectionId),
    onHint: () => undefined,
    now,
  })
  const renewal = keepRenewed(store, lease)
  try {
    const request = await requestCollect(store, {
      connectionId,
      scope: { whole: true },
      requestedBy: input.requestedBy,
    })
    const began = epochMillis(now())
    const collection = await reader.collect({ whole: true }, { thorough: true })
    const stored = await storeCollection(store, {
      lease,
      collection,
      thorough: true,
      requests: [request],
      nextAttemptAt: (failure, before) =>
        instantAt(began + attemptInterval(failure === null ? 0 : before + 1, failure)),
    })
    return stored.ok ? await waitForCollect(store, request, 0) : stored
  } finally {
    await renewal.stop()
    await reader.close()
    await releaseLeases(store, [lease])
  }
}

/** Renews the lease while a long reading runs. A renewal that fails is made up by the next, or the fence refuses. */
function keepRenewed(store: Store, lease: Lease): { stop: () => Promise<void> } {
  let running: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    running = renewLeases(store, lease.workerId).catch((error: unknown) => {
      console.error(`the lease could not be renewed: ${error instanceof Error ? error.message : String(error)}`)
    })
  }, HEARTBEAT_MILLIS)
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}
