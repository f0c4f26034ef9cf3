/** Storages and what lies in them. A file is called an orphan only when everything that could name it was read. */
import type { CollectedStorage, Section, Volume, VolumeRole } from '@/lib/domain/inventory'
import { read } from '@/lib/domain/inventory'
import { compare } from '../order'
import type { GuestReading, HostReading, PoolReading, VolumeReading } from '../readings'
import type { HostImages } from './images'

/** Other hosts may use what lies here, and we cannot ask them (field §5.5). */
const SHARED_POOLS = ['netfs', 'gluster', 'rbd', 'sheepdog', 'iscsi', 'iscsi-direct', 'mpath', 'vstorage', 'scsi']

/** Everything known about who names which file, gathered once for all volumes. */
type Names = {
  /** by file: guests that name it anywhere, in their own XML or in a snapshot's */
  named: ReadonlyMap<string, ReadonlySet<string>>
  memory: ReadonlySet<string>
  /** active images of guests' disks */
  active: ReadonlySet<string>
  media: ReadonlySet<string>
  /** every guest and every snapshot was read */
  complete: boolean
}

/** Maps every storage; volumes stay unread where they were. */
export function mapStorages(host: HostReading, images: HostImages): Section<CollectedStorage[]> {
  if (host.pools.status === 'unread') return host.pools
  const names = gatherNames(host, images)
  const pools = host.pools.value
  const volumesRead = pools.every((pool) => pool.volumes.status === 'read' && pool.volumes.value.every(tellsBacking))
  return read(
    pools.map((pool) => ({
      facts: { ...pool.facts, provisionedBytes: provisioned(pool, names, images) },
      volumes:
        pool.volumes.status === 'unread'
          ? pool.volumes
          : read(
              [...pool.volumes.value].sort(byName).map((volume) => mapVolume(volume, pool, names, images, volumesRead)),
            ),
    })),
  )
}

/** A volume that reads through to something nobody names might read through to anything. */
const tellsBacking = ({ backing }: VolumeReading) => backing === null || backing.path !== null

const byName = (a: VolumeReading, b: VolumeReading) => compare(a.name, b.name) || compare(a.key, b.key)

function gatherNames(host: HostReading, images: HostImages): Names {
  const named = new Map<string, Set<string>>()
  const add = (file: string, uuid: string) => {
    const users = named.get(file)
    if (users === undefined) named.set(file, new Set([uuid]))
    else users.add(uuid)
  }
  const names = { named, memory: new Set<string>(), active: new Set<string>(), media: new Set<string>() }
  const guests = host.guests.status === 'read' ? host.guests.value : []
  for (const guest of guests) {
    for (const { disk, images: chain } of images.chainsOf(guest.uuid)) {
      for (const file of chain) add(file, guest.uuid)
      if (chain[0] !== undefined) (disk.device === 'cdrom' ? names.media : names.active).add(chain[0])
    }
    if (guest.domain.status === 'read') for (const file of guest.domain.value.paths) add(file, guest.uuid)
    if (guest.snapshots.status === 'unread') continue
    for (const snapshot of guest.snapshots.value.items) {
      for (const file of snapshot.paths) add(file, guest.uuid)
      if (snapshot.memoryFile !== null) names.memory.add(snapshot.memoryFile)
    }
  }
  return { ...names, complete: host.everyGuest && guests.every(isFullyRead) }
}

const isFullyRead = (guest: GuestReading) => guest.domain.status === 'read' && guest.snapshots.status === 'read'

function mapVolume(
  volume: VolumeReading,
  pool: PoolReading,
  names: Names,
  images: HostImages,
  volumesRead: boolean,
): Volume {
  const { path } = volume
  const usedBy = usersThrough(path, names, images)
  return {
    nativeId: volume.key,
    name: volume.name,
    path,
    format: volume.format,
    virtualBytes: volume.capacityBytes,
    // A running guest's figure is of now, a volume's of when it was last looked at.
    allocatedBytes: (path === null ? null : images.facts(path).bytesOnDisk) ?? volume.allocationBytes,
    backingFile: volume.backing?.path ?? null,
    ...(tellsBacking(volume) ? {} : { backingUnread: true as const }),
    usedBy: [...usedBy].sort(),
    role: roleOf(volume, usedBy.size > 0, names, images, {
      orphansKnown: names.complete && volumesRead && !SHARED_POOLS.includes(pool.facts.type),
    }),
  }
}

/** Guests that name this file, or an overlay above it. Bounded: every image is visited once. */
function usersThrough(path: string | null, names: Names, images: HostImages): Set<string> {
  const users = new Set<string>()
  const seen = new Set<string>()
  const open = path === null ? [] : [path]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const user of names.named.get(file) ?? []) users.add(user)
    open.push(...images.overlaysOf(file))
  }
  return users
}

function roleOf(
  volume: VolumeReading,
  used: boolean,
  names: Names,
  images: HostImages,
  { orphansKnown }: { orphansKnown: boolean },
): VolumeRole {
  const { path, format, backing } = volume
  if (path === null || volume.type === 'dir' || volume.type === 'netdir') return 'unknown'
  if (format === 'iso' || names.media.has(path)) return 'iso'
  if (names.memory.has(path)) return 'memory'
  const hasOverlays = images.overlaysOf(path).length > 0
  if (!used && !hasOverlays) return orphansKnown ? 'orphan' : 'unknown'
  if (backing !== null) return 'overlay'
  if (names.active.has(path)) return 'disk'
  // Named, yet neither a disk nor below one: a kernel, a variable store, an image only a snapshot remembers.
  return hasOverlays ? 'base' : 'unknown'
}

/** A disk is promised once, however many images its chain has: the virtual size of its active image. */
function provisioned(pool: PoolReading, names: Names, images: HostImages): number | null {
  if (pool.volumes.status === 'unread' || !names.complete) return null
  let sum = 0
  for (const { path, capacityBytes } of pool.volumes.value) {
    if (path === null || !names.active.has(path)) continue
    const bytes = capacityBytes ?? images.facts(path).virtualBytes
    if (bytes === null) return null
    sum += bytes
  }
  return sum
}
