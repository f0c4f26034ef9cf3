/** A Proxmox VE cluster behind the port. Nothing is asked before somebody asks us. */
import type { HypervisorKind, Probe } from '@/lib/domain/connection'
import type { SnapshotRef } from '@/lib/domain/ids'
import type { Collection, ConfigurationMap, Scope } from '@/lib/domain/inventory'
import { unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, refused } from '@/lib/domain/result'
import { instantAt, type Millis } from '@/lib/domain/units'
import type { ProxmoxAccess } from '../credentials'
import type { ChangeHint, Hypervisor } from '../port'
import { createProxmoxClient, type ProxmoxClient } from './client'
import { otherServers, probeCluster } from './probe'

export type ProxmoxAdapterOptions = { now?: () => Millis }

/** Opens the adapter; no connection is made yet. */
export function openProxmoxHypervisor(access: ProxmoxAccess, options: ProxmoxAdapterOptions = {}): Hypervisor {
  const { urls, ca, fingerprints, login } = access
  const now = options.now ?? Date.now
  const client = createProxmoxClient({ origins: urls, pins: { ca, fingerprints }, credentials: login, now })
  return new ProxmoxHypervisor(client, now)
}

class ProxmoxHypervisor implements Hypervisor {
  readonly kind: HypervisorKind = 'proxmox'

  constructor(
    private readonly client: ProxmoxClient,
    private readonly now: () => Millis,
  ) {}

  probe(signal: AbortSignal): Promise<Outcome<Probe>> {
    return probeCluster(this.client, this.now, signal)
  }

  async collect(_scope: Scope, _options: { thorough: boolean }, signal: AbortSignal): Promise<Collection> {
    const startedAt = instantAt(this.now())
    const why = (await this.#learnNodes(signal)) ?? ({ code: 'not-told', by: 'Proxmox VE' } as const)
    return {
      scope: _scope,
      startedAt,
      finishedAt: instantAt(this.now()),
      version: null,
      clockSkewMillis: null,
      certificateValidTo: this.client.server?.certificate?.validTo ?? null,
      guests: unread(why),
      storages: unread(why),
    }
  }

  async configurationAt(_snapshot: SnapshotRef, _signal: AbortSignal): Promise<Outcome<ConfigurationMap>> {
    return refused({ code: 'not-told', by: 'Proxmox VE' })
  }

  watch(_onHint: (hint: ChangeHint) => void): () => void {
    return () => undefined
  }

  close(): Promise<void> {
    return this.client.close()
  }

  /** So that another node can be asked when the entered one is down. Its certificate must fit the pins all the same. */
  async #learnNodes(signal: AbortSignal): Promise<Reason | null> {
    const status = await this.client.get(['cluster', 'status'], {}, signal)
    const { server } = this.client
    if (status.ok && server !== null) {
      this.client.learnNodes(otherServers(status.value.data, new URL(server.origin).port))
    }
    // Without Sys.Audit the cluster does not tell; the entered servers are then all we have.
    return status.ok || status.why.code === 'not-permitted' ? null : status.why
  }
}
