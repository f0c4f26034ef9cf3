/**
 * The port: what Snapwarden needs from any hypervisor in order to read it.
 * One contract suite (contract.ts) holds every adapter to these sentences.
 *
 * Changing a hypervisor enters here together with the pipeline that plans, executes and proves it;
 * until then no adapter can write, which is the strongest form of `observe`.
 */
import type { HypervisorKind, Probe } from '../domain/connection'
import type { SnapshotRef, StorageRef } from '../domain/ids'
import type { Collection, ConfigurationMap, Scope } from '../domain/inventory'
import type { Outcome } from '../domain/result'
import type { StorageHistory } from '../domain/sample'

/**
 * A hint that something may have changed. It chooses what to read next and never carries data.
 * `guest: null` = something on the connection as a whole.
 */
export type ChangeHint = { guest: string | null }

/** A hypervisor we can read. Methods never throw for what the world may do; a throw is our bug. */
export interface Hypervisor {
  readonly kind: HypervisorKind

  /** Cheap: version, identity, what our credentials may do. */
  probe(signal: AbortSignal): Promise<Outcome<Probe>>

  /**
   * Always resolves. A section that could not be read is `{status: 'unread', reason}`, never an empty list.
   * `thorough` re-reads everything; otherwise what is known not to have changed may come from the
   * adapter's own memory of the last reading. Progress counts guests read so far.
   */
  collect(
    scope: Scope,
    options: { thorough: boolean; onProgress?: (done: number, total: number) => void },
    signal: AbortSignal,
  ): Promise<Collection>

  /** The configuration a snapshot saved, read when somebody looks at it. */
  configurationAt(snapshot: SnapshotRef, signal: AbortSignal): Promise<Outcome<ConfigurationMap>>

  /**
   * What the hypervisor remembers of these storages' past, asked once when a storage is first seen and after a gap.
   * Absent where a platform remembers nothing. Points overlap what we sampled ourselves without harm.
   */
  history?(storages: readonly StorageRef[], signal: AbortSignal): Promise<Outcome<StorageHistory[]>>

  /** Hints from now on until the returned function is called. Where a hypervisor has none, none ever come. */
  watch(onHint: (hint: ChangeHint) => void): () => void

  /** Ends what is open. Calls in flight end as interrupted. Idempotent. */
  close(): Promise<void>
}
