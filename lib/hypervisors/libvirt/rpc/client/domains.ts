import type { CallOptions } from '../channel'
import { isLibvirtError } from '../errors'
import { createFlags, domainStats, domainStatsFlags, domainXmlFlags, metadataTypes, shutdownFlags } from '../flags'
import { connectProcedures } from '../procedures/connect'
import { domainProcedures } from '../procedures/domain'
import type { CheckpointRef, DomainRef, TypedParameters } from '../types'
import { type Caller, orNull, patient } from './caller'

/** State and reason by number: `domainStates` and, per state, virDomain…Reason. */
export interface DomainState {
  readonly state: number
  readonly reason: number
}

export interface DomainStats {
  readonly domain: DomainRef
  readonly values: TypedParameters
}

export interface DomainJob {
  readonly processedBytes: number
  readonly totalBytes: number | null
}

export interface StatsRequest {
  /** Groups of `domainStats`; default all the daemon has. */
  readonly groups?: number
  /** Domains to ask for; default all of them. */
  readonly domains?: readonly DomainRef[]
  /** Every backing file of every disk, too; the daemon reads them only for running domains. */
  readonly backing?: boolean
}

/** Reading domains and changing their power, definition and metadata. */
export class DomainCalls {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** All domains, running or not; `flags` narrows it (`domainListFlags`). */
  async list(flags = 0, options?: CallOptions): Promise<readonly DomainRef[]> {
    return (await this.#caller.call(connectProcedures.listAllDomains, { needResults: 1, flags }, options)).domains
  }

  /** The domain with this UUID, or null. */
  findByUuid(uuid: string, options?: CallOptions): Promise<DomainRef | null> {
    return orNull(this.#caller.call(domainProcedures.lookupByUuid, uuid, options), 'noDomain')
  }

  /** The domain with this name, or null. */
  findByName(name: string, options?: CallOptions): Promise<DomainRef | null> {
    return orNull(this.#caller.call(domainProcedures.lookupByName, name, options), 'noDomain')
  }

  /** XML as it runs now or, with `domainXmlFlags.inactive`, as it will start next. */
  readXml(domain: DomainRef, flags = 0, options?: CallOptions): Promise<string> {
    return this.#caller.call(domainProcedures.getXml, { domain, flags }, options)
  }

  /** XML of the next start. */
  readInactiveXml(domain: DomainRef, options?: CallOptions): Promise<string> {
    return this.readXml(domain, domainXmlFlags.inactive, options)
  }

  readState(domain: DomainRef, options?: CallOptions): Promise<DomainState> {
    return this.#caller.call(domainProcedures.getState, { domain, flags: 0 }, options)
  }

  /**
   * Figures of many domains in one call. Does not wait for guests that are busy: they lack the figures that need them.
   * Mind the names: `block.<n>.physical` is bytes on disk and `block.<n>.allocation` the highest offset written,
   * the other way round than in `BlockCalls.readSize`.
   */
  readStats(request: StatsRequest = {}, options?: CallOptions): Promise<readonly DomainStats[]> {
    const flags = domainStatsFlags.noWait | (request.backing ? domainStatsFlags.backing : 0)
    const args = { domains: request.domains ?? [], stats: request.groups ?? 0, flags }
    return this.#caller.call(connectProcedures.getAllDomainStats, args, options)
  }

  /** Block figures with all backing files. */
  readBlockStats(domains: readonly DomainRef[] = [], options?: CallOptions): Promise<readonly DomainStats[]> {
    return this.readStats({ groups: domainStats.block, domains, backing: true }, options)
  }

  /** Memory saved to disk by "managed save": the next start continues there. */
  hasManagedSave(domain: DomainRef, options?: CallOptions): Promise<boolean> {
    return this.#caller.call(domainProcedures.hasManagedSave, { domain, flags: 0 }, options)
  }

  isPersistent(domain: DomainRef, options?: CallOptions): Promise<boolean> {
    return this.#caller.call(domainProcedures.isPersistent, domain, options)
  }

  async listCheckpoints(domain: DomainRef, options?: CallOptions): Promise<readonly CheckpointRef[]> {
    const args = { domain, needResults: 1, flags: 0 }
    return (await this.#caller.call(domainProcedures.listAllCheckpoints, args, options)).checkpoints
  }

  /** Metadata element of one XML namespace, or null when there is none. `flags` as in `affectFlags`. */
  readMetadata(domain: DomainRef, namespace: string, flags = 0, options?: CallOptions): Promise<string | null> {
    const args = { domain, type: metadataTypes.element, uri: namespace, flags }
    return orNull(this.#caller.call(domainProcedures.getMetadata, args, options), 'noDomainMetadata')
  }

  /** Sets the element of one XML namespace; null removes it. `flags` as in `affectFlags`. */
  writeMetadata(
    domain: DomainRef,
    element: { namespace: string; prefix: string; xml: string | null },
    flags: number,
    options?: CallOptions,
  ): Promise<void> {
    const { namespace: uri, prefix: key, xml: metadata } = element
    const args = { domain, type: metadataTypes.element, metadata, key: metadata === null ? null : key, uri, flags }
    return this.#caller.call(domainProcedures.setMetadata, args, options)
  }

  define(xml: string, options?: CallOptions): Promise<DomainRef> {
    return this.#caller.call(domainProcedures.defineXml, xml, options)
  }

  /** Defines nothing: starts a transient domain. */
  createTransient(xml: string, options?: CallOptions): Promise<DomainRef> {
    return this.#caller.call(domainProcedures.createXml, { xml, flags: 0 }, patient(options))
  }

  undefine(domain: DomainRef, flags: number, options?: CallOptions): Promise<void> {
    return this.#caller.call(domainProcedures.undefineFlags, { domain, flags }, options)
  }

  start(domain: DomainRef, { paused = false } = {}, options?: CallOptions): Promise<DomainRef> {
    const flags = paused ? createFlags.paused : 0
    return this.#caller.call(domainProcedures.createWithFlags, { domain, flags }, patient(options))
  }

  /** Asks the guest to shut down; whether and when it does is its own affair. */
  requestShutdown(domain: DomainRef, by: 'acpi' | 'agent', options?: CallOptions): Promise<void> {
    return this.#caller.call(domainProcedures.shutdownFlags, { domain, flags: shutdownFlags[by] }, options)
  }

  /** Pulls the plug. */
  destroy(domain: DomainRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(domainProcedures.destroy, domain, options)
  }

  suspend(domain: DomainRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(domainProcedures.suspend, domain, options)
  }

  resume(domain: DomainRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(domainProcedures.resume, domain, options)
  }

  /** Ends a sleep the guest went into by itself (S3). */
  wakeUp(domain: DomainRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(domainProcedures.wakeUp, { domain, flags: 0 }, options)
  }

  /** What the daemon does with a running guest in the background (saving memory, …), or null. Bytes; null = not told. */
  async readJob(domain: DomainRef, options?: CallOptions): Promise<DomainJob | null> {
    try {
      const { type, values } = await this.#caller.call(domainProcedures.getJobStats, { domain, flags: 0 }, options)
      if (type === 0) return null
      const bytes = (field: string) => {
        const value = values.get(field)
        return typeof value === 'number' ? value : null
      }
      return { processedBytes: bytes('data_processed') ?? 0, totalBytes: bytes('data_total') }
    } catch (error) {
      if (isLibvirtError(error, 'operationInvalid')) return null // it does not run
      throw error
    }
  }

  managedSave(domain: DomainRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(domainProcedures.managedSave, { domain, flags: 0 }, patient(options))
  }

  removeManagedSave(domain: DomainRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(domainProcedures.managedSaveRemove, { domain, flags: 0 }, options)
  }

  /** Freezes all file systems through the guest agent; answers how many. The caller owes a {@link thaw}. */
  freeze(domain: DomainRef, options?: CallOptions): Promise<number> {
    return this.#caller.call(domainProcedures.freeze, { domain, mountpoints: [], flags: 0 }, options)
  }

  thaw(domain: DomainRef, options?: CallOptions): Promise<number> {
    return this.#caller.call(domainProcedures.thaw, { domain, mountpoints: [], flags: 0 }, options)
  }

  /** One guest agent command in JSON; answers its JSON. The agent gets `timeoutSeconds` to reply. */
  runAgentCommand(
    domain: DomainRef,
    command: string,
    timeoutSeconds: number,
    options?: CallOptions,
  ): Promise<string | null> {
    return this.#caller.call(domainProcedures.agentCommand, { domain, command, timeoutSeconds, flags: 0 }, options)
  }
}
