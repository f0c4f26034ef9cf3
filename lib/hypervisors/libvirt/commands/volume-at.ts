import { posix } from 'node:path'
import type { Host } from '../connect'
import type { CallOptions } from '../rpc/channel'
import { LibvirtError } from '../rpc/errors'
import type { PoolRef, VolumeRef } from '../rpc/types'
import { parsePool } from '../xml/storage'

/** The pools whose directory is this one. */
export async function poolsOf({ client }: Host, directory: string, options: CallOptions = {}): Promise<PoolRef[]> {
  const found: PoolRef[] = []
  for (const pool of await client.storage.listPools(0, options)) {
    const described = parsePool(await client.storage.readPoolXml(pool, options), pool.name)
    if (described.ok && described.value.path === directory) found.push(pool)
  }
  return found
}

/**
 * The volume that is this file, or null where no pool has it. Looked at afresh: what a snapshot made or a deletion left
 * is in no list until the pool is read again. A pool that is being worked on cannot be, and its list is believed then.
 */
export async function findVolumeAt(host: Host, file: string, options: CallOptions = {}): Promise<VolumeRef | null> {
  for (const pool of await poolsOf(host, posix.dirname(file), options)) {
    try {
      await host.client.storage.refreshPool(pool, options)
    } catch (error) {
      if (!(error instanceof LibvirtError)) throw error
    }
  }
  return host.client.storage.findVolumeByPath(file, options)
}
