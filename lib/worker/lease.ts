/** Which connections this worker owns: sign of life, renewal, a fair share of what is free. */
import type { ConnectionId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import type { Store } from '@/lib/store/client'
import {
  beatHeart,
  claimLeases,
  countConnections,
  countLiveWorkers,
  LEASE_MILLIS,
  type Lease,
  releaseLeases,
  removeWorker,
  renewLeases,
} from '@/lib/store/leases'

/** Shorter than a third of a lease: one lost round does not lose the connections. */
export const HEARTBEAT_MILLIS = LEASE_MILLIS / 3

export class LeaseKeeper {
  private readonly leases = new Map<ConnectionId, Lease>()
  private renewedAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly store: Store,
    readonly workerId: string,
    private readonly startedAt: Instant,
  ) {}

  /** What is owned as of the last round; empty when that is too long ago to be sure. */
  get owned(): ReadonlyMap<ConnectionId, Lease> {
    return performance.now() - this.renewedAt < LEASE_MILLIS ? this.leases : NONE
  }

  /**
   * One round: shows life, renews, takes what is free up to a fair share, and gives back what is over it (but never
   * what `busy` names: it is given back in a later round). Throws when the database is away.
   */
  async tick(busy: (connectionId: ConnectionId) => boolean): Promise<void> {
    const began = performance.now()
    await beatHeart(this.store, this.workerId, this.startedAt)
    const renewed = await renewLeases(this.store, this.workerId)
    const workers = Math.max(1, await countLiveWorkers(this.store))
    const share = Math.ceil((await countConnections(this.store)) / workers)
    const surplus = renewed.filter((lease) => !busy(lease.connectionId)).slice(0, Math.max(0, renewed.length - share))
    if (surplus.length > 0) await releaseLeases(this.store, surplus)
    const claimed = await claimLeases(this.store, this.workerId, share - renewed.length)
    this.leases.clear()
    for (const lease of [...renewed, ...claimed]) this.leases.set(lease.connectionId, lease)
    for (const lease of surplus) this.leases.delete(lease.connectionId)
    this.renewedAt = began
  }

  /** Gives everything back and signs off, so that another worker goes on at once. */
  async leave(): Promise<void> {
    await releaseLeases(this.store, [...this.leases.values()])
    this.leases.clear()
    await removeWorker(this.store, this.workerId)
  }
}

const NONE: ReadonlyMap<ConnectionId, Lease> = new Map()
