/**
 * Every image the host told us about, from three witnesses: storage volumes (also of stopped guests, only where a pool
 * covers the file), the chains of running guests (complete and current), and snapshots' metadata (how it was when taken).
 */
import { posix } from 'node:path'
import type { GuestReading, HostReading, PoolReading, VolumeReading } from '../readings'
import { domainStates } from '../rpc/flags'
import type { DiskXml, ImageSource } from '../xml/disk'

export type ImageFacts = {
  format: string | null
  virtualBytes: number | null
  bytesOnDisk: number | null
  /** the bytes were told by the running guest, not by the storage */
  live: boolean
  /** what it reads through to; null = nothing; undefined = not told */
  backing: string | null | undefined
  /** the backing is told by a snapshot's metadata only: true when the snapshot was taken */
  backingAsTaken: boolean
}

/** A disk with its images, active first. `complete`: the last one is known to read through to nothing. */
export type DiskChain = { disk: DiskXml; images: string[]; complete: boolean }

/** Pool types whose volumes are the files of one directory: what a fresh listing lacks does not exist. */
const DIRECTORY_POOLS = ['dir', 'fs', 'netfs']

const NOTHING: ImageFacts = {
  format: null,
  virtualBytes: null,
  bytesOnDisk: null,
  live: false,
  backing: undefined,
  backingAsTaken: false,
}

export class HostImages {
  readonly #facts = new Map<string, ImageFacts>()
  readonly #overlays = new Map<string, Set<string>>()
  readonly #users = new Map<string, Set<string>>()
  readonly #chains = new Map<string, DiskChain[]>()
  readonly #volumePaths = new Map<string, string>()
  readonly #freshDirectories: { path: string; files: ReadonlySet<string> }[] = []

  constructor(host: HostReading) {
    const pools = host.pools.status === 'read' ? host.pools.value : []
    const guests = host.guests.status === 'read' ? host.guests.value : []
    for (const pool of pools) this.#addPool(pool)
    for (const guest of guests) this.#addGuest(guest)
    for (const guest of guests) this.#addMetadata(guest)
    for (const [file, { backing }] of this.#facts) {
      if (typeof backing === 'string') addTo(this.#overlays, backing, file)
    }
    for (const guest of guests) this.#chains.set(guest.uuid, this.#chainsOf(guest))
  }

  facts(file: string): ImageFacts {
    return this.#facts.get(file) ?? NOTHING
  }

  /** A guest's disks with their chains; empty when its configuration could not be read. */
  chainsOf(uuid: string): readonly DiskChain[] {
    return this.#chains.get(uuid) ?? []
  }

  /** Images that read directly through to this one, as far as anybody told. */
  overlaysOf(file: string): readonly string[] {
    return [...(this.#overlays.get(file) ?? [])]
  }

  /** Guests (UUID) whose disks lie on this image, directly or through a chain. */
  usersOf(file: string): ReadonlySet<string> {
    return this.#users.get(file) ?? new Set()
  }

  /** True only when its directory was listed afresh and the file was not in it. */
  isAbsent(file: string): boolean {
    const directory = posix.dirname(file)
    // libvirt skips hidden files when it lists a directory.
    if (this.#facts.get(file)?.live || posix.basename(file).startsWith('.')) return false
    return this.#freshDirectories.some(({ path, files }) => path === directory && !files.has(file))
  }

  /** The path behind a disk's source: of volumes by pool and name, of the others as written. */
  pathOf(source: ImageSource): string | null {
    if (source.volume === null) return source.file === null ? null : source.file
    return this.#volumePaths.get(`${source.volume.pool}/${source.volume.name}`) ?? source.file
  }

  #addPool(pool: PoolReading): void {
    if (pool.volumes.status === 'unread') return
    const { type, path, name } = pool.facts
    for (const volume of pool.volumes.value) this.#addVolume(name, volume)
    if (pool.refreshed && path !== null && DIRECTORY_POOLS.includes(type)) {
      const files = new Set(pool.volumes.value.flatMap((volume) => volume.path ?? []))
      this.#freshDirectories.push({ path, files })
    }
  }

  #addVolume(pool: string, volume: VolumeReading): void {
    if (volume.path === null) return
    const file = volume.path
    this.#volumePaths.set(`${pool}/${volume.name}`, file)
    this.#facts.set(file, {
      ...NOTHING,
      format: volume.format,
      virtualBytes: volume.capacityBytes,
      bytesOnDisk: volume.allocationBytes,
      backing: backingOf(volume),
    })
  }

  /** A running guest's own word about its chains and their sizes counts more than a volume's. */
  #addGuest(guest: GuestReading): void {
    const disks = guest.domain.status === 'read' ? guest.domain.value.disks : []
    for (const disk of disks) {
      const chain = [{ ...disk.source, format: disk.format }, ...disk.backing]
      for (const [index, image] of chain.entries()) {
        const file = this.pathOf(image)
        if (file === null) continue
        const below = chain[index + 1]
        const known = this.facts(file)
        const format = image.format ?? known.format
        const end = disk.backingEnds ? null : undefined
        const told = below === undefined ? end : (this.pathOf(below) ?? undefined)
        // A raw image has no place to name another one.
        const untold = format === 'raw' ? null : known.backing
        this.#facts.set(file, { ...known, format, backing: told === undefined ? untold : told })
      }
    }
    const running = guest.state !== domainStates.shutOff && guest.state !== domainStates.crashed
    // The size of a device is not what an image takes of it.
    const devices = new Set(disks.flatMap((disk) => [disk.source, ...disk.backing]).flatMap(deviceOf))
    for (const image of guest.images ?? []) {
      const { file } = image
      if (devices.has(file)) continue
      const known = this.facts(file)
      this.#facts.set(file, {
        ...known,
        virtualBytes: image.virtualBytes ?? known.virtualBytes,
        bytesOnDisk: image.bytesOnDisk ?? known.bytesOnDisk,
        live: running && image.bytesOnDisk !== null,
      })
    }
  }

  /** Where nobody else tells what an overlay lies on: a snapshot names its overlay and the image it froze for it. */
  #addMetadata(guest: GuestReading): void {
    if (guest.snapshots.status === 'unread') return
    for (const snapshot of guest.snapshots.value.items) {
      for (const disk of snapshot.disks) {
        const frozen = snapshot.imagesThen.get(disk.name)
        if (disk.file === null || frozen === undefined) continue
        const file = disk.file
        const known = this.facts(file)
        if (known.backing !== undefined || this.isAbsent(file)) continue
        this.#facts.set(file, { ...known, backing: frozen, backingAsTaken: true })
      }
    }
  }

  #chainsOf(guest: GuestReading): DiskChain[] {
    if (guest.domain.status === 'unread') return []
    return guest.domain.value.disks.map((disk) => {
      const chain = this.#follow(disk)
      for (const file of chain.images) addTo(this.#users, file, guest.uuid)
      return chain
    })
  }

  #follow(disk: DiskXml): DiskChain {
    const images: string[] = []
    const seen = new Set<string>()
    let at: string | null | undefined = this.pathOf(disk.source)
    while (typeof at === 'string' && !seen.has(at)) {
      seen.add(at)
      images.push(at)
      at = this.facts(at).backing
    }
    return { disk, images, complete: at === null }
  }
}

const deviceOf = (source: ImageSource) => (source.kind === 'block' && source.file !== null ? [source.file] : [])

/** A backing file libvirt names without a path (another protocol) is there but not told. */
function backingOf(volume: VolumeReading): string | null | undefined {
  if (volume.backing === null) return null
  return volume.backing.path === null ? undefined : volume.backing.path
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key)
  if (set === undefined) map.set(key, new Set([value]))
  else set.add(value)
}
