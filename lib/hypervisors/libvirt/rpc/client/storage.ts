import type { CallOptions } from '../channel'
import { storageProcedures } from '../procedures/storage'
import type { PoolRef, VolumeRef } from '../types'
import { bytesOf, type Caller, orNull, patient } from './caller'

/**
 * Bytes; null when not known. `available` comes from f_bfree: root's reserve is counted in, so that what QEMU can
 * really use may be less.
 */
export interface PoolInfo {
  /** As in `poolStates`. */
  readonly state: number
  readonly capacity: number | null
  readonly allocation: number | null
  readonly available: number | null
}

/** Bytes; null when not known. `allocation` is as of the pool's last refresh. */
export interface VolumeInfo {
  /** As in `volumeTypes`. */
  readonly type: number
  readonly capacity: number | null
  readonly allocation: number | null
}

/** Storage pools and their volumes. */
export class StorageCalls {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** All pools, active or not; `flags` narrows it (`poolListFlags`). */
  async listPools(flags = 0, options?: CallOptions): Promise<readonly PoolRef[]> {
    return (await this.#caller.call(storageProcedures.listAllPools, { needResults: 1, flags }, options)).pools
  }

  /** The pool with this name, or null. */
  findPool(name: string, options?: CallOptions): Promise<PoolRef | null> {
    return orNull(this.#caller.call(storageProcedures.poolLookupByName, name, options), 'noStoragePool')
  }

  async readPoolInfo(pool: PoolRef, options?: CallOptions): Promise<PoolInfo> {
    const info = await this.#caller.call(storageProcedures.poolGetInfo, pool, options)
    return {
      state: info.state,
      capacity: bytesOf(info.capacity),
      allocation: bytesOf(info.allocation),
      available: bytesOf(info.available),
    }
  }

  readPoolXml(pool: PoolRef, options?: CallOptions): Promise<string> {
    return this.#caller.call(storageProcedures.poolGetXml, { pool, flags: 0 }, options)
  }

  /** Makes the daemon look at the pool's files again; needs a writable connection and fails while a volume is built. */
  refreshPool(pool: PoolRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(storageProcedures.poolRefresh, { pool, flags: 0 }, options)
  }

  /** Volumes of an active pool. */
  async listVolumes(pool: PoolRef, options?: CallOptions): Promise<readonly VolumeRef[]> {
    const args = { pool, needResults: 1, flags: 0 }
    return (await this.#caller.call(storageProcedures.poolListAllVolumes, args, options)).volumes
  }

  /** With `volumeInfoFlags.physical`, `allocation` is the file's length instead of what it occupies. */
  async readVolumeInfo(volume: VolumeRef, flags = 0, options?: CallOptions): Promise<VolumeInfo> {
    // The older call where it will do: not every driver has the one with flags.
    const info = await (flags === 0
      ? this.#caller.call(storageProcedures.volumeGetInfo, volume, options)
      : this.#caller.call(storageProcedures.volumeGetInfoFlags, { volume, flags }, options))
    return { type: info.type, capacity: bytesOf(info.capacity), allocation: bytesOf(info.allocation) }
  }

  readVolumeXml(volume: VolumeRef, options?: CallOptions): Promise<string> {
    return this.#caller.call(storageProcedures.volumeGetXml, { volume, flags: 0 }, options)
  }

  /** The volume at a path, in whichever active pool it lies, or null. */
  findVolumeByPath(path: string, options?: CallOptions): Promise<VolumeRef | null> {
    return orNull(this.#caller.call(storageProcedures.volumeLookupByPath, path, options), 'noStorageVolume')
  }

  findVolumeByName(pool: PoolRef, name: string, options?: CallOptions): Promise<VolumeRef | null> {
    return orNull(this.#caller.call(storageProcedures.volumeLookupByName, { pool, name }, options), 'noStorageVolume')
  }

  findVolumeByKey(key: string, options?: CallOptions): Promise<VolumeRef | null> {
    return orNull(this.#caller.call(storageProcedures.volumeLookupByKey, key, options), 'noStorageVolume')
  }

  /** Creates a volume as `xml` describes; `flags` as in `volumeCreateFlags`. */
  createVolume(pool: PoolRef, xml: string, flags: number, options?: CallOptions): Promise<VolumeRef> {
    return this.#caller.call(storageProcedures.volumeCreateXml, { pool, xml, flags }, patient(options))
  }

  /** Deletes the file or block device for good; `flags` as in `volumeDeleteFlags`. */
  deleteVolume(volume: VolumeRef, flags: number, options?: CallOptions): Promise<void> {
    return this.#caller.call(storageProcedures.volumeDelete, { volume, flags }, patient(options))
  }

  /** Defines a pool that survives restarts. */
  definePool(xml: string, options?: CallOptions): Promise<PoolRef> {
    return this.#caller.call(storageProcedures.poolDefineXml, { xml, flags: 0 }, options)
  }

  startPool(pool: PoolRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(storageProcedures.poolCreate, { pool, flags: 0 }, options)
  }

  /** Stops using a pool; its files stay. */
  stopPool(pool: PoolRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(storageProcedures.poolDestroy, pool, options)
  }

  undefinePool(pool: PoolRef, options?: CallOptions): Promise<void> {
    return this.#caller.call(storageProcedures.poolUndefine, pool, options)
  }
}
