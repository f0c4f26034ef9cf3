/** Looks into qcow2 images for the snapshots they hold, through libvirt's volume stream. */
import type { Outcome } from '@/lib/domain/result'
import { type ImageHead, readImageHead, STREAMS_AT_ONCE } from '../image-reader'
import type { HostImages } from '../map/images'
import { forEachAtOnce } from '../pace'
import type { Qcow2Snapshot } from '../qcow2'
import type { GuestReading, ImageTables, PoolReading } from '../readings'
import type { VolumeRef } from '../rpc/types'
import type { Sweep } from './sweep'

/** Snapshot lists by file, and the heads they were read from: those of lists that were remembered are not among them. */
export type ReadTables = ImageTables & { heads: ReadonlyMap<string, ImageHead> }

/**
 * Reads the snapshot lists of these guests' qcow2 images. An image outside every pool, or on a connection that may only
 * read (libvirt counts this stream as a change), ends in `unread`: snapshots nobody lists may exist there.
 */
export async function readImageTables(
  sweep: Sweep,
  images: HostImages,
  guests: readonly { uuid: string; changed: boolean }[],
  pools: readonly PoolReading[],
  volumes: ReadonlyMap<string, VolumeRef>,
): Promise<ReadTables> {
  const heads = new Map<string, ImageHead>()
  const tables = new Map<string, Qcow2Snapshot[]>()
  const unread = new Map<string, Extract<Outcome<never>, { ok: false }>['why']>()
  const stamps = stampsOf(pools)
  const wanted = new Map<string, boolean>()
  for (const { uuid, changed } of guests) {
    for (const { images: files } of images.chainsOf(uuid)) {
      for (const file of files) {
        if (images.facts(file).format === 'qcow2') wanted.set(file, (wanted.get(file) ?? false) || changed)
      }
    }
  }
  await forEachAtOnce([...wanted], STREAMS_AT_ONCE, async ([file, changed]) => {
    const known = sweep.memory.tables.get(file)
    const stamp = stamps.get(file) ?? ''
    const same = known !== undefined && (sweep.thorough || changed ? stamp !== '' && known.stamp === stamp : true)
    if (same) {
      tables.set(file, known.entries)
      return
    }
    const volume = volumes.get(file)
    if (volume === undefined) return void unread.set(file, { code: 'not-told', by: 'libvirt' })
    if (!sweep.writable) return void unread.set(file, { code: 'not-permitted', privilege: 'storage_vol_download' })
    const found = await tryReadHead(sweep, volume)
    if (found.ok) {
      heads.set(file, found.value)
      const entries = sweep.memory.strings.keepAll(found.value.snapshots)
      tables.set(file, entries)
      sweep.memory.tables.set(file, { stamp, entries })
    } else {
      unread.set(file, found.why)
    }
    await sweep.pace()
  })
  return { tables, unread, heads }
}

/**
 * Whether an image of this guest lists a snapshot the guest does not have, or lacks one it has. Images that other guests
 * read through too tell nothing about one of them.
 */
export function disagrees(guest: GuestReading, images: HostImages, tables: ImageTables['tables']): boolean {
  if (guest.snapshots.status === 'unread') return false
  const { items } = guest.snapshots.value
  const names = new Set(items.map((item) => item.name))
  const files = images.chainsOf(guest.uuid).flatMap((chain) => chain.images)
  const own = files.filter((file) => images.usersOf(file).size === 1)
  if (own.some((file) => tables.get(file)?.some((entry) => !names.has(entry.name)))) return true
  return items.some((item) =>
    item.disks.some((disk) => {
      const table = disk.mode === 'internal' ? tables.get(item.imagesThen.get(disk.name) ?? '') : undefined
      return table !== undefined && !table.some((entry) => entry.name === item.name)
    }),
  )
}

/** The later reading counts. */
export function joinTables(before: ReadTables, later: ReadTables): ReadTables {
  const unread = new Map([...before.unread, ...later.unread])
  for (const file of later.tables.keys()) unread.delete(file)
  const tables = new Map([...before.tables, ...later.tables])
  return { tables, unread, heads: new Map([...before.heads, ...later.heads]) }
}

/** A file that was written to since has another time of change; libvirt tells it to the nanosecond. */
export function stampsOf(pools: readonly PoolReading[]): Map<string, string> {
  const stamps = new Map<string, string>()
  for (const pool of pools) {
    for (const volume of pool.volumes.status === 'read' ? pool.volumes.value : []) {
      if (volume.path !== null && volume.modified !== null) {
        stamps.set(volume.path, `${volume.modified} ${volume.allocationBytes}`)
      }
    }
  }
  return stamps
}

async function tryReadHead(sweep: Sweep, volume: VolumeRef): Promise<Outcome<ImageHead>> {
  try {
    return await readImageHead(sweep.client, volume, sweep.options)
  } catch (error) {
    return { ok: false, why: sweep.reasonOf(error) }
  }
}
