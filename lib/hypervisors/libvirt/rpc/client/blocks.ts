import type { CallOptions } from '../channel'
import { blockJobAbortFlags, blockJobInfoFlags } from '../flags'
import { blockProcedures } from '../procedures/block'
import type { DomainRef } from '../types'
import { bytesOf, type Caller, patient } from './caller'

/** Bytes; null when not known. */
export interface DiskSize {
  /** What the guest sees. */
  readonly capacity: number | null
  /** Bytes the top image occupies. */
  readonly allocation: number | null
  /** Length of the top image's file. */
  readonly physical: number | null
}

export interface BlockJob {
  /** As in `blockJobTypes`. */
  readonly type: number
  readonly bandwidth: bigint
  /** Progress in units of the job; equal ends mean "nearly done", only the event says that it is. */
  readonly done: bigint
  readonly end: bigint
}

/** Disks of a domain. `disk` is a target name such as `vda`. */
export class BlockCalls {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  async readSize(domain: DomainRef, disk: string, options?: CallOptions): Promise<DiskSize> {
    const info = await this.#caller.call(blockProcedures.getInfo, { domain, disk, flags: 0 }, options)
    return {
      capacity: bytesOf(info.capacity),
      allocation: bytesOf(info.allocation),
      physical: bytesOf(info.physical),
    }
  }

  /** Disks whose last error stopped the guest, with `diskErrorCodes`; empty when there is none. */
  async readErrors(
    domain: DomainRef,
    options?: CallOptions,
  ): Promise<readonly { readonly disk: string; readonly error: number }[]> {
    return (await this.#caller.call(blockProcedures.getErrors, { domain, limit: 256, flags: 0 }, options)).errors
  }

  /** The job running on a disk, or null. A finished job is gone from here, whether it went well or not. */
  async readJob(domain: DomainRef, disk: string, options?: CallOptions): Promise<BlockJob | null> {
    const args = { domain, disk, flags: blockJobInfoFlags.bandwidthBytes }
    const { found, ...job } = await this.#caller.call(blockProcedures.getJobInfo, args, options)
    return found ? job : null
  }

  /** Starts folding `top` (null: the active image) down into `base` (null: the lowest). `blockCommitFlags`. */
  commit(
    domain: DomainRef,
    disk: string,
    range: { base: string | null; top: string | null; flags: number },
    options?: CallOptions,
  ): Promise<void> {
    return this.#caller.call(blockProcedures.commit, { domain, disk, bandwidth: 0n, ...range }, patient(options))
  }

  /** Starts copying everything below into the active image, or, with `base`, everything above `base`. */
  pull(domain: DomainRef, disk: string, base: string | null, options?: CallOptions): Promise<void> {
    const args = { domain, disk, bandwidth: 0n, flags: 0 }
    if (base === null) return this.#caller.call(blockProcedures.pull, args, patient(options))
    return this.#caller.call(blockProcedures.rebase, { ...args, base }, patient(options))
  }

  /** Ends a job: `pivot` switches to the merged image of a ready active commit, `cancel` leaves things as they are. */
  endJob(domain: DomainRef, disk: string, how: 'pivot' | 'cancel', options?: CallOptions): Promise<void> {
    const flags = how === 'pivot' ? blockJobAbortFlags.pivot : 0
    return this.#caller.call(blockProcedures.abortJob, { domain, disk, flags }, patient(options))
  }
}
