import type { CallOptions } from '../channel'
import { snapshotProcedures } from '../procedures/snapshot'
import type { DomainRef, SnapshotRef } from '../types'
import { type Caller, orNull, patient } from './caller'

/** Snapshots of a domain as libvirt's metadata knows them. */
export class SnapshotCalls {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** How many there are: the cheapest way to notice that something changed. */
  count(domain: DomainRef, options?: CallOptions): Promise<number> {
    return this.#caller.call(snapshotProcedures.count, { domain, flags: 0 }, options)
  }

  /** All of them; `flags` narrows or orders the list (`snapshotListFlags`). */
  async list(domain: DomainRef, flags = 0, options?: CallOptions): Promise<readonly SnapshotRef[]> {
    const args = { domain, needResults: 1, flags }
    return (await this.#caller.call(snapshotProcedures.listAll, args, options)).snapshots
  }

  /** The snapshot with this name, or null. */
  find(domain: DomainRef, name: string, options?: CallOptions): Promise<SnapshotRef | null> {
    const args = { domain, name, flags: 0 }
    return orNull(this.#caller.call(snapshotProcedures.lookupByName, args, options), 'noDomainSnapshot')
  }

  /** The snapshot the current state descends from, or null. */
  findCurrent(domain: DomainRef, options?: CallOptions): Promise<SnapshotRef | null> {
    // "No current snapshot" is answered with the code for "no such snapshot".
    return orNull(this.#caller.call(snapshotProcedures.current, { domain, flags: 0 }, options), 'noDomainSnapshot')
  }

  readXml(snapshot: SnapshotRef, flags = 0, options?: CallOptions): Promise<string> {
    return this.#caller.call(snapshotProcedures.getXml, { snapshot, flags }, options)
  }

  /** False for one that exists in an image but not in libvirt's records. */
  hasMetadata(snapshot: SnapshotRef, options?: CallOptions): Promise<boolean> {
    return this.#caller.call(snapshotProcedures.hasMetadata, { snapshot, flags: 0 }, options)
  }

  isCurrent(snapshot: SnapshotRef, options?: CallOptions): Promise<boolean> {
    return this.#caller.call(snapshotProcedures.isCurrent, { snapshot, flags: 0 }, options)
  }

  /** Takes one as `xml` describes; `flags` as in `snapshotCreateFlags`. */
  create(domain: DomainRef, xml: string, flags: number, options?: CallOptions): Promise<SnapshotRef> {
    return this.#caller.call(snapshotProcedures.createXml, { domain, xml, flags }, patient(options))
  }

  /** Goes back to it; `flags` as in `snapshotRevertFlags`. */
  revert(snapshot: SnapshotRef, flags: number, options?: CallOptions): Promise<void> {
    return this.#caller.call(snapshotProcedures.revert, { snapshot, flags }, patient(options))
  }

  /** Deletes it; `flags` as in `snapshotDeleteFlags`. */
  delete(snapshot: SnapshotRef, flags: number, options?: CallOptions): Promise<void> {
    return this.#caller.call(snapshotProcedures.delete, { snapshot, flags }, patient(options))
  }
}
