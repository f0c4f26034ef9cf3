import { waitUnlessAborted } from './abort'
import type { CallOptions } from './channel'
import { BlockCalls } from './client/blocks'
import type { Caller } from './client/caller'
import { DomainCalls } from './client/domains'
import { HostCalls } from './client/host'
import { SnapshotCalls } from './client/snapshots'
import { StorageCalls } from './client/storage'
import type { LibvirtConnection } from './connection'
import { isTransportError, type TransportError } from './errors'
import type { EventListener, Subscription } from './event-hub'
import type { EventKind } from './events'
import { type OpenedLibvirt, type OpenOptions, openLibvirt } from './open'
import type { AnyProcedure, Procedure } from './procedures/procedure'
import type { RpcStream } from './stream'
import type { LibvirtUri } from './uri'

/**
 * A libvirt host with named methods. Every method takes `{signal, timeoutMs, lane}` last and rejects with
 * `LibvirtError` (the daemon says no) or `TransportError` (no answer). Nothing is cached and nothing is retried.
 */
export class LibvirtClient implements Caller {
  readonly uri: LibvirtUri
  /** The connection to the daemon that serves domains. */
  readonly connection: LibvirtConnection
  readonly host: HostCalls
  readonly domains: DomainCalls
  readonly snapshots: SnapshotCalls
  readonly blocks: BlockCalls
  readonly storage: StorageCalls
  readonly #openStorage: OpenedLibvirt['openStorage']
  #storageConnection: Promise<LibvirtConnection> | null = null

  private constructor({ connection, uri, openStorage }: OpenedLibvirt) {
    this.uri = uri
    this.connection = connection
    this.#openStorage = openStorage
    this.host = new HostCalls(this)
    this.domains = new DomainCalls(this)
    this.snapshots = new SnapshotCalls(this)
    this.blocks = new BlockCalls(this)
    this.storage = new StorageCalls(this)
  }

  /** Connects, signs in and opens; see {@link openLibvirt} for what it rejects with. */
  static async open(options: OpenOptions): Promise<LibvirtClient> {
    return new LibvirtClient(await openLibvirt(options))
  }

  /** Settles when the connection is over, with the reason; never rejects. */
  get closed(): Promise<TransportError> {
    return this.connection.closed
  }

  /** Makes any call, on the connection to the daemon that serves it. */
  async call<Arguments, Reply>(
    procedure: Procedure<Arguments, Reply>,
    args: Arguments,
    options?: CallOptions,
  ): Promise<Reply> {
    const connection = await this.#connectionFor(procedure, options?.signal)
    return connection.call(procedure, args, options)
  }

  /** Makes any call that is followed by a stream from the daemon, on the connection to the one that serves it. */
  async openStream<Arguments>(
    procedure: Procedure<Arguments, void>,
    args: Arguments,
    options?: CallOptions,
  ): Promise<RpcStream> {
    const connection = await this.#connectionFor(procedure, options?.signal)
    return connection.openStream(procedure, args, options)
  }

  /**
   * Calls `listener` for events of these kinds until the subscription is closed. Where a daemon of its own serves storage
   * and goes away, its pool events end with it: events are hints, what matters is found by looking.
   */
  async listen(kinds: readonly EventKind[], listener: EventListener, options?: CallOptions): Promise<Subscription> {
    const ofPools = kinds.filter((kind) => kind.startsWith('pool-'))
    const ofDomains = kinds.filter((kind) => !kind.startsWith('pool-'))
    if (ofPools.length === 0 || this.#openStorage === null) return this.connection.listen(kinds, listener, options)
    const domains = await this.connection.listen(ofDomains, listener, options)
    try {
      const storage = await waitUnlessAborted(this.#storage(), options?.signal)
      const pools = await storage.listen(ofPools, listener, options)
      return {
        refused: [...domains.refused, ...pools.refused],
        close: async () => void (await Promise.all([domains.close(), pools.close()])),
      }
    } catch (error) {
      void domains.close()
      throw error
    }
  }

  /** Closes in order; never rejects. */
  async close(): Promise<void> {
    const storage = this.#storageConnection
    this.#storageConnection = null
    if (storage !== null) {
      // Where it could not be made there is nothing to close; who asked for it was told.
      const connection = await storage.catch(() => null)
      if (connection !== null && connection !== this.connection) await connection.close()
    }
    await this.connection.close()
  }

  async #connectionFor({ area }: AnyProcedure, signal: AbortSignal | undefined): Promise<LibvirtConnection> {
    if (area !== 'storage' || this.#openStorage === null) return this.connection
    return waitUnlessAborted(this.#storage(), signal)
  }

  /** The storage daemon's connection, made when it is first needed and again after it ended or could not be made. */
  #storage(): Promise<LibvirtConnection> {
    if (this.#storageConnection !== null) return this.#storageConnection
    const made = this.#connectStorage()
    const forget = (): void => {
      if (this.#storageConnection === made) this.#storageConnection = null
    }
    this.#storageConnection = made
    made.then((connection) => connection.closed.then(forget), forget)
    return made
  }

  async #connectStorage(): Promise<LibvirtConnection> {
    try {
      return (await this.#openStorage?.()) ?? this.connection
    } catch (error) {
      // No storage daemon there: virtqemud forwards what it can, and says so itself where it cannot.
      if (isTransportError(error, 'no-socket', 'refused', 'permission')) return this.connection
      throw error
    }
  }
}
