/** A Proxmox VE cluster behind the port. Nothing is asked before somebody asks us. */
import type { ConnectionMode, HypervisorKind, Probe } from '@/lib/domain/connection'
import type { GuestRef, SnapshotRef, StorageRef } from '@/lib/domain/ids'
import type { Collection, ConfigurationMap, Scope } from '@/lib/domain/inventory'
import type { Outcome } from '@/lib/domain/result'
import type { PastWrites, StorageHistory } from '@/lib/domain/sample'
import { type Instant, instantAt, type Millis } from '@/lib/domain/units'
import type { ProxmoxAccess } from '../credentials'
import type { ChangeHint, Commands, Hypervisor } from '../port'
import { createProxmoxClient, type ProxmoxClient } from './client'
import { Collector } from './collect/collector'
import { ReadingTurns } from './collect/reading-turns'
import { ProxmoxCommands } from './commands/commands'
import type { CommandPatience } from './commands/patience'
import { readHistory } from './history'
import { readPastWrites } from './past-writes'
import { probeCluster } from './probe'
import { readSavedConfiguration } from './saved-configuration'
import { otherServers } from './standing'

export type ProxmoxAdapterOptions = {
  now?: () => Millis
  /** observing unless said: then there is nothing to change anything with */
  mode?: ConnectionMode
  /** further nodes, as an earlier adapter was told: asked when the entered ones are down, if their certificate fits */
  servers?: readonly string[]
  /** how long commands wait for what; tests shorten it */
  patience?: Partial<CommandPatience>
}

/** Opens the adapter; no connection is made yet. */
export function openProxmoxHypervisor(access: ProxmoxAccess, options: ProxmoxAdapterOptions = {}): Hypervisor {
  const { urls, ca, fingerprints, login } = access
  const now = options.now ?? Date.now
  const client = createProxmoxClient({ origins: urls, pins: { ca, fingerprints }, credentials: login, now })
  client.learnNodes(options.servers ?? [])
  const { patience = {} } = options
  const commands = options.mode === 'operate' ? new ProxmoxCommands({ client, login, now, patience }) : null
  return new ProxmoxHypervisor(client, now, commands)
}

class ProxmoxHypervisor implements Hypervisor {
  readonly kind: HypervisorKind = 'proxmox'
  readonly commands?: Commands
  readonly #collector: Collector
  readonly #turns: ReadingTurns

  constructor(
    private readonly client: ProxmoxClient,
    private readonly now: () => Millis,
    commands: Commands | null,
  ) {
    if (commands !== null) this.commands = commands
    this.#collector = new Collector({ client, now: () => instantAt(now()) })
    this.#turns = new ReadingTurns(
      (request) => this.#collector.collect(request),
      () => instantAt(now()),
    )
  }

  probe(signal: AbortSignal): Promise<Outcome<Probe>> {
    return probeCluster(this.client, this.now, signal)
  }

  async collect(scope: Scope, { thorough, onProgress }: CollectOptions, signal: AbortSignal): Promise<Collection> {
    const read = await this.#turns.collect({ scope, thorough, onProgress: onProgress ?? (() => undefined), signal })
    const servers = read.guests.status === 'read' ? this.#learnNodes() : null
    return {
      ...read,
      ...(servers === null ? {} : { servers }),
      certificateValidTo: this.client.server?.certificate?.validTo ?? null,
    }
  }

  configurationAt(snapshot: SnapshotRef, signal: AbortSignal): Promise<Outcome<ConfigurationMap>> {
    return readSavedConfiguration(this.client, snapshot, signal)
  }

  history(storages: readonly StorageRef[], signal: AbortSignal): Promise<Outcome<StorageHistory[]>> {
    return readHistory(this.client, storages, this.now(), signal)
  }

  pastWrites(guests: readonly GuestRef[], since: Instant, signal: AbortSignal): Promise<Outcome<PastWrites[]>> {
    return readPastWrites(this.client, { guests, since, now: this.now() }, signal)
  }

  /** Proxmox VE pushes nothing: the next cycle's task list is where changes are seen. */
  watch(_onHint: (hint: ChangeHint) => void): () => void {
    return () => undefined
  }

  close(): Promise<void> {
    return this.client.close()
  }

  /**
   * So that another node can be asked when the entered one is down. Its certificate must fit the pins all the same.
   * Without Sys.Audit the cluster does not tell; the entered servers are then all we have.
   */
  #learnNodes(): string[] | null {
    const { standing } = this.#collector
    const { server } = this.client
    if (standing === null || server === null) return null
    const servers = otherServers(standing, server.origin)
    this.client.learnNodes(servers)
    return servers
  }
}

type CollectOptions = { thorough: boolean; onProgress?: (done: number, total: number) => void }
