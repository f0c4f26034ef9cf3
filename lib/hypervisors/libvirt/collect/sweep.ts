import type { Reason } from '@/lib/domain/reason'
import type { CallOptions } from '../rpc/channel'
import type { LibvirtClient } from '../rpc/client'
import type { LibvirtVersion } from '../versions'
import type { FileSystems } from './file-systems'
import type { Memory } from './memory'

/** What every part of one reading works with. */
export type Sweep = {
  client: LibvirtClient
  options: CallOptions
  memory: Memory
  thorough: boolean
  /** a thorough reading of the whole host: storages too are looked at again */
  everything: boolean
  /** our connection may ask libvirt to look at storage again and may read images */
  writable: boolean
  driver: string
  version: LibvirtVersion
  /** where the host's files may be this machine's own; null for a host elsewhere */
  fileSystems: FileSystems | null
  /** the reason behind what a call rejected with; throws what is our own bug */
  reasonOf(error: unknown): Reason
  pace(): Promise<void>
}

/**
 * Longest wait for one answer, in ms. Readings take a millisecond; one that takes this long is stuck behind a guest or a
 * storage that does not move, and the others must not wait for it for ever.
 */
export const READ_TIMEOUT_MS = 20_000

/** Calls kept ready beyond the connection's 4, so that none of those waits for us. */
export const WIDTH = 8
