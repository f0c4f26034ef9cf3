/** What one sweep over a host read, before anything is concluded from it. Data only; the texts it came from are gone. */
import type { Section, StorageFacts } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { ByteRange, Bytes } from '@/lib/domain/units'
import type { Qcow2Snapshot } from './qcow2'
import type { HeldBlocks } from './qcow2-map'
import type { LibvirtVersion } from './versions'
import type { DomainXml } from './xml/domain'
import type { SnapshotXml } from './xml/snapshot'
import type { VolumeXml } from './xml/storage'

/** One image of a running guest, or the active image of a stopped one, as its statistics tell it. */
export type ImageStats = { target: string; file: string; bytesOnDisk: number | null; virtualBytes: number | null }

export type GuestReading = {
  uuid: string
  name: string
  /** virDomainState; null = not told */
  state: number | null
  managedSave: boolean | null
  domain: Section<DomainXml>
  /** as it was when its configuration was last read; facts a person knows do not turn into blanks */
  lastDomain: DomainXml | null
  /** null = not told (the guest is busy, or the driver has none) */
  images: ImageStats[] | null
  /** what its disks wrote since it was started; null = not running, or not told */
  writtenBytes: number | null
  snapshots: Section<{ items: SnapshotXml[]; current: string | null }>
}

export type VolumeReading = VolumeXml & { pool: string }

export type PoolReading = {
  facts: StorageFacts
  volumes: Section<VolumeReading[]>
  /** libvirt looked at the storage itself in this reading, so that a file not listed is not there */
  refreshed: boolean
}

/** Internal snapshots an image lists, by the image's path; an image nobody could look into is in `unread`. */
export type ImageTables = { tables: ReadonlyMap<string, Qcow2Snapshot[]>; unread: ReadonlyMap<string, Reason> }

/**
 * What block maps told, by path: growth of what lies below each image, what each would take with today's state alone, and
 * what an active image holds for its snapshots.
 */
export type ImageMaps = {
  growth: ReadonlyMap<string, (ByteRange | null)[]>
  mapped: ReadonlyMap<string, Bytes>
  held: ReadonlyMap<string, HeldBlocks & { slack: number }>
}

/** A whole sweep. */
export type HostReading = {
  node: string
  /** QEMU, TEST, LXC, … */
  driver: string
  version: LibvirtVersion
  guests: Section<GuestReading[]>
  /** nobody is missing from `guests`: only then can a file be said to belong to no one */
  everyGuest: boolean
  pools: Section<PoolReading[]>
  images: ImageTables
  maps: ImageMaps
}
