/**
 * What one reading leaves for the next, so that an unchanged host costs little. Kept per connection, in this process
 * only: losing it costs one full reading and nothing else.
 *
 * What makes it safe to reuse:
 * - a guest's own XML is read every time and only its parsing is spared, when the text is the same;
 * - snapshots are reused while their names, the current one, that one's own XML and the guest's XML are all the same.
 *   libvirt changes a snapshot's metadata only together with one of these, and has no counter to ask instead. What that
 *   can miss (one deleted and taken again under its name, which is not the current one) a thorough reading corrects;
 * - volumes are reused while their guest is unchanged and libvirt told the size of its active images otherwise.
 */
import { createHash } from 'node:crypto'
import type { ByteRange, Bytes } from '@/lib/domain/units'
import type { Qcow2Snapshot } from '../qcow2'
import type { HeldBlocks } from '../qcow2-map'
import type { GuestReading, VolumeReading } from '../readings'
import { StringPool } from '../strings'
import type { DomainXml } from '../xml/domain'

export type RememberedGuest = {
  reading: GuestReading
  /** digest of the guest's XML; '' when it was not read */
  domainDigest: string
  /** digest of the current snapshot's XML; '' when there is none */
  currentDigest: string
}

export type RememberedPool = {
  /** by key */
  volumes: Map<string, VolumeReading>
  /** files under the pool that guests name and a fresh listing did not have: not a reason to look again */
  absent: Set<string>
  /** files under the pool that guests named when it was last looked at */
  named: Set<string>
  /** bytes on disk of active images under the pool when it was last looked at, as their guests told them */
  told: Map<string, Bytes>
  refreshed: boolean
}

/** An image's own snapshot list, and the state of the file it was read from. */
export type RememberedTable = { stamp: string; entries: Qcow2Snapshot[] }

/** What the block maps of a chain told, by its active image, and the state of every image they were read from. */
export type RememberedMap = {
  stamp: string
  growth: [string, (ByteRange | null)[]][]
  mapped: [string, Bytes][]
  held: (HeldBlocks & { slack: number }) | null
}

export class Memory {
  readonly strings = new StringPool()
  readonly guests = new Map<string, RememberedGuest>()
  /** by pool UUID */
  readonly pools = new Map<string, RememberedPool>()
  /** by path */
  readonly tables: Map<string, RememberedTable>
  /** by the path of the active image */
  readonly maps: Map<string, RememberedMap>
  /** what a memory before this one knew of guests' configurations, for those that cannot be read now */
  readonly lastDomains: ReadonlyMap<string, DomainXml>

  /**
   * What was read inside images goes over from a memory before: it carries the state of the file it was read from, and
   * hundreds of images are not read again because ten minutes have passed.
   */
  constructor(before: Memory | null = null) {
    this.tables = new Map(before?.tables)
    this.maps = new Map(before?.maps)
    const known = before === null ? [] : [...before.guests]
    this.lastDomains = new Map(
      known.flatMap(([uuid, { reading }]) =>
        reading.lastDomain === null ? [] : [[uuid, reading.lastDomain] as const],
      ),
    )
  }

  /** Drops what was read inside files that are no longer there. */
  forgetFilesBut(present: ReadonlyMap<string, unknown>): void {
    for (const remembered of [this.tables, this.maps]) {
      for (const file of remembered.keys()) if (!present.has(file)) remembered.delete(file)
    }
  }
}

/** Tells whether two texts are the same without keeping one. Not a protection against anybody. */
export const digestOf = (text: string): string => createHash('sha1').update(text).digest('base64')
