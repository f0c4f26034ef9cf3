/**
 * The port: what Snapwarden needs from any hypervisor in order to read and to change it.
 * One contract suite (contract.ts) holds every adapter to these sentences.
 *
 * Whatever changes a hypervisor goes through `commands`, and only the executor of confirmed plans calls it.
 */
import type { Command, Recall, TaskRef, TaskUpdate } from '../domain/command'
import type { HypervisorKind, Probe } from '../domain/connection'
import type { GuestRef, SnapshotRef, StorageRef } from '../domain/ids'
import type { Collection, ConfigurationMap, Scope } from '../domain/inventory'
import type { Outcome } from '../domain/result'
import type { PastWrites, StorageHistory } from '../domain/sample'
import type { Instant } from '../domain/units'

/**
 * A hint that something may have changed. It chooses what to read next and never carries data.
 * `guest: null` = something on the connection as a whole.
 */
export type ChangeHint = { guest: string | null }

/**
 * The only way to change a hypervisor. `submit` asks for exactly one change, once, and never repeats it; the one
 * exception is a refusal by which the hypervisor itself proves that nothing began (each named beside its recording).
 */
export interface Commands {
  /**
   * Returns as soon as the hypervisor took the command. Refused = it said no and nothing began;
   * `why.code` 'unsure' = the answer was lost and it may have begun: the caller recalls, and never asks again blindly.
   */
  submit(command: Command, signal: AbortSignal): Promise<Outcome<TaskRef>>
  /** Progress and log lines, then exactly one end. Aborting stops the following, never the task. */
  follow(task: TaskRef, signal: AbortSignal): AsyncIterable<TaskUpdate>
  /** After a crash or a lost answer: was this command taken since then? */
  recall(command: Command, since: Instant, signal: AbortSignal): Promise<Outcome<Recall>>
}

/** A hypervisor we can read. Methods never throw for what the world may do; a throw is our bug. */
export interface Hypervisor {
  readonly kind: HypervisorKind

  /** Absent on a connection that only observes, and where the adapter cannot change anything yet. */
  readonly commands?: Commands

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

  /**
   * What these guests wrote since then, as far as the hypervisor remembers: asked once at first contact, some requests
   * a guest, so only of those who write most. Absent where a platform remembers nothing.
   */
  pastWrites?(guests: readonly GuestRef[], since: Instant, signal: AbortSignal): Promise<Outcome<PastWrites[]>>

  /** Hints from now on until the returned function is called. Where a hypervisor has none, none ever come. */
  watch(onHint: (hint: ChangeHint) => void): () => void

  /** Ends what is open. Calls in flight end as interrupted. Idempotent. */
  close(): Promise<void>
}
