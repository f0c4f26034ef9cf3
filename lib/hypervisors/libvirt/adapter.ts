/**
 * A libvirt host behind the port. It connects when first asked and again when the connection is over. It changes
 * something only by `commands`, which exist on a connection that operates, over connections of their own.
 *
 * Decision: in mode `observe` the daemon itself is asked to refuse changes (read-only socket, or VIR_CONNECT_RO), which
 * is stronger than our promise not to make any. libvirt counts two readings as changes, so an observer lacks them:
 * - refreshing a pool: files made since libvirt last looked are not in its lists. Sizes of overlays that only a volume
 *   could tell are then unknown with source `file-not-in-a-pool`, or at-least where some are known; files are never
 *   called absent. Running guests tell their own chains and sizes, stopped ones their active images';
 * - reading bytes of a volume: snapshots that images hold and libvirt does not list cannot be found, which
 *   `imagesUnread` says per guest; nothing is called torn or unmanaged.
 */
import type { ConnectionMode, HypervisorKind, Probe } from '@/lib/domain/connection'
import type { SnapshotRef } from '@/lib/domain/ids'
import type { Collection, ConfigurationMap, Scope } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, refused } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import type { LibvirtCredentials } from '../credentials'
import type { ChangeHint, Commands, Hypervisor } from '../port'
import { nameOf, parseAddress } from './address'
import { Collector, unreadCollection } from './collect/collector'
import { type AskFileSystem, FileSystems } from './collect/file-systems'
import { LibvirtCommands } from './commands/commands'
import { Hosts } from './commands/hosts'
import { connect, type Host } from './connect'
import { reasonOf, refusedBy } from './errors'
import { Link } from './link'
import { probeHost } from './probe'
import { TransportError } from './rpc/errors'
import { parseSavedConfiguration } from './xml/snapshot'

export type LibvirtAddress = {
  uri: string
  /** an administrator accepted clear text to a host that is not loopback */
  cleartextAccepted: boolean
  mode: ConnectionMode
}

export type LibvirtAdapterOptions = {
  /** a local daemon's sockets at an unusual place: given by code, never taken from an address */
  socketPath?: string
  readOnlySocketPath?: string
  /** how this machine's file systems are asked */
  askFileSystem?: AskFileSystem
  /** our clock, for the times of a collection */
  now?: () => Instant
}

/** Opens the adapter; nothing is connected yet. */
export function openLibvirtHypervisor(
  address: LibvirtAddress,
  credentials: LibvirtCredentials,
  options: LibvirtAdapterOptions = {},
): Hypervisor {
  return new LibvirtHypervisor(address, credentials, options)
}

class LibvirtHypervisor implements Hypervisor {
  readonly kind: HypervisorKind = 'libvirt'
  readonly commands?: Commands
  readonly #readOnly: boolean
  readonly #address: string
  readonly #now: () => Instant
  readonly #link: Link
  readonly #hosts: Hosts
  readonly #collector: Collector
  #closed = false
  /** readings share a memory, so they take turns */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(address: LibvirtAddress, credentials: LibvirtCredentials, options: LibvirtAdapterOptions) {
    const parsed = parseAddress(address.uri)
    this.#readOnly = address.mode === 'observe'
    this.#address = parsed.ok ? nameOf(parsed.value) : address.uri
    this.#collector = new Collector(new FileSystems(options.askFileSystem))
    this.#now = options.now ?? (() => new Date().toISOString())
    const socketPath = this.#readOnly ? (options.readOnlySocketPath ?? options.socketPath) : options.socketPath
    const open = (signal: AbortSignal) =>
      connect({
        uri: address.uri,
        cleartextAccepted: address.cleartextAccepted,
        readOnly: this.#readOnly,
        credentials,
        socketPath,
        signal,
      })
    this.#link = new Link(open)
    this.#hosts = new Hosts(open)
    if (!this.#readOnly) {
      this.commands = new LibvirtCommands({ hosts: this.#hosts, address: this.#address, now: this.#now })
    }
  }

  async probe(signal: AbortSignal): Promise<Outcome<Probe>> {
    const host = await this.#link.host(signal)
    if (!host.ok) return host
    return probeHost(host.value, { readOnly: this.#readOnly, address: this.#address, signal })
  }

  collect(
    scope: Scope,
    options: { thorough: boolean; onProgress?: (done: number, total: number) => void },
    signal: AbortSignal,
  ): Promise<Collection> {
    const collection = this.#turn.then(() => this.#collect(scope, options, signal))
    this.#turn = collection.then(
      () => undefined,
      () => undefined, // whoever asked is told; the next one only waits for its turn
    )
    return collection
  }

  async configurationAt(snapshot: SnapshotRef, signal: AbortSignal): Promise<Outcome<ConfigurationMap>> {
    const host = await this.#link.host(signal)
    if (!host.ok) return host
    const { nativeId: uuid, name } = snapshot.guest
    try {
      const { client } = host.value
      const domain = await client.domains.findByUuid(uuid, { signal })
      if (domain === null) return refused({ code: 'missing', what: 'guest', name })
      const found = await client.snapshots.find(domain, snapshot.nativeId, { signal })
      if (found === null) return refused({ code: 'missing', what: 'snapshot', name: snapshot.name })
      return parseSavedConfiguration(await client.snapshots.readXml(found, 0, { signal }), snapshot.name)
    } catch (error) {
      return refusedBy(error, this.#address)
    }
  }

  watch(onHint: (hint: ChangeHint) => void): () => void {
    return this.#link.watch(onHint)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([this.#link.close(), this.#hosts.close()])
  }

  async #collect(
    scope: Scope,
    { thorough, onProgress }: { thorough: boolean; onProgress?: (done: number, total: number) => void },
    signal: AbortSignal,
  ): Promise<Collection> {
    const startedAt = this.#now()
    const host: Outcome<Host> = this.#closed ? refused({ code: 'interrupted' }) : await this.#link.host(signal)
    if (!host.ok) return unreadCollection(scope, startedAt, this.#now(), host.why)
    const collection = await this.#collector.collect(host.value, {
      scope,
      thorough,
      writable: !this.#readOnly,
      now: this.#now,
      reasonOf: (error) => this.#reasonOf(error),
      onProgress: onProgress ?? (() => undefined),
      signal,
    })
    if (!signal.aborted) await this.#link.leaveIfStuck(host.value)
    return collection
  }

  /** What ends because we close is interrupted, not a fault of the host. */
  #reasonOf(error: unknown): Reason {
    if (this.#closed && error instanceof TransportError) return { code: 'interrupted' }
    return reasonOf(error, this.#address)
  }
}
