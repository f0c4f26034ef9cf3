/** Reads storage pools and their volumes. */
import { posix } from 'node:path'
import type { Section } from '@/lib/domain/inventory'
import { read, unread } from '@/lib/domain/inventory'
import type { Bytes } from '@/lib/domain/units'
import { isVolumeGone } from '../gone'
import { forEachAtOnce } from '../pace'
import type { GuestReading, PoolReading, VolumeReading } from '../readings'
import type { PoolInfo } from '../rpc/client/storage'
import { isLibvirtError, LibvirtError } from '../rpc/errors'
import { poolStates } from '../rpc/flags'
import type { PoolRef, VolumeRef } from '../rpc/types'
import { normalPath } from '../xml/paths'
import { type PoolXml, parsePool, parseVolume } from '../xml/storage'
import type { RememberedPool } from './memory'
import { type Sweep, WIDTH } from './sweep'

/** What the guests tell the storages. */
export type FilesOfInterest = {
  /** every file a disk, a snapshot or saved memory names */
  named: ReadonlySet<string>
  /** files of guests that changed since the last reading, or whose sizes nobody else told */
  doubtful: ReadonlySet<string>
  /** bytes on disk of active images, as the statistics of their guests tell them in every reading */
  told: ReadonlyMap<string, Bytes>
}

export type ReadPools = { pools: Section<PoolReading[]>; volumes: Map<string, VolumeRef> }

/** A refresh looks at every file: 10,000 images on slow storage take a while. */
const REFRESH_TIMEOUT_MS = 60_000

/** Reads all pools. A pool or volume that has gone meanwhile is left out. */
export async function readPools(sweep: Sweep, node: string, files: FilesOfInterest): Promise<ReadPools> {
  const volumes = new Map<string, VolumeRef>()
  try {
    const refs = await sweep.client.storage.listPools(0, sweep.options)
    const pools: (PoolReading | null)[] = refs.map(() => null)
    for (const [index, ref] of refs.entries()) pools[index] = await readPool(sweep, node, ref, files, volumes)
    return { pools: read(pools.filter((pool) => pool !== null)), volumes }
  } catch (error) {
    return { pools: unread(sweep.reasonOf(error)), volumes }
  }
}

async function readPool(
  sweep: Sweep,
  node: string,
  ref: PoolRef,
  files: FilesOfInterest,
  volumes: Map<string, VolumeRef>,
): Promise<PoolReading | null> {
  const { client, options } = sweep
  try {
    const parsed = parsePool(await client.storage.readPoolXml(ref, options), ref.name)
    const xml: PoolXml = parsed.ok ? parsed.value : { uuid: ref.uuid, name: ref.name, type: 'unknown', path: null }
    const before = await client.storage.readPoolInfo(ref, options)
    const active = before.state !== poolStates.inactive
    const listed = active ? await listVolumes(sweep, ref, xml, before.capacity, files, volumes) : null
    // After listing: a refresh measures the pool again.
    const info = await client.storage.readPoolInfo(ref, options)
    const own = active ? await ownFigures(sweep, xml, info, listed?.refreshed ?? false) : null
    return {
      facts: {
        nativeId: ref.uuid,
        name: ref.name,
        node,
        type: xml.type,
        active,
        path: xml.path,
        capacityBytes: active ? capacityOf(xml.type, info) : null,
        // libvirt's figures are as of its last look, and count blocks reserved for root as available (f_bfree).
        usedBytes: active ? (own?.usedBytes ?? info.allocation) : null,
        availableBytes: active ? (own?.freeBytes ?? info.available) : null,
        provisionedBytes: null,
        ...(own === null ? {} : { usableBytes: own.usableBytes, inodes: own.inodes }),
        source: 'libvirt-pool',
      },
      volumes: listed?.section ?? unread({ code: 'rejected', text: 'the pool is not active' }),
      refreshed: listed?.refreshed ?? false,
    }
  } catch (error) {
    if (isLibvirtError(error, 'noStoragePool')) return null
    throw error
  }
}

/**
 * What a pool holds and may still take. Of Ceph libvirt tells the cluster's raw size beside this pool's own bytes, counted
 * once: with three copies their quotient would be a third when the cluster is full.
 */
export const capacityOf = (type: string, { capacity, allocation, available }: PoolInfo): Bytes | null =>
  type === 'rbd' && allocation !== null && available !== null ? allocation + available : capacity

/** Pools that are a directory of the host. Others lie behind a server, or on devices without a file system. */
const DIRECTORY_POOLS = ['dir', 'fs']

/** libvirt has no call for what its user may write; the host's own file system is asked where it is ours, too. */
async function ownFigures({ fileSystems }: Sweep, { type, path }: PoolXml, info: PoolInfo, refreshed: boolean) {
  if (fileSystems === null || path === null || !DIRECTORY_POOLS.includes(type)) return null
  return fileSystems.look(path, { ...info, refreshed })
}

type Listed = { section: PoolReading['volumes']; refreshed: boolean }

async function listVolumes(
  sweep: Sweep,
  pool: PoolRef,
  xml: PoolXml,
  capacityBytes: Bytes | null,
  files: FilesOfInterest,
  volumes: Map<string, VolumeRef>,
): Promise<Listed> {
  const { client, options, memory } = sweep
  const before: RememberedPool = memory.pools.get(pool.uuid) ?? {
    volumes: new Map(),
    absent: new Set(),
    named: new Set(),
    told: new Map(),
    refreshed: false,
  }
  const told = new Map([...files.told].filter(([file]) => liesIn(xml, file)))
  try {
    let refs = await client.storage.listVolumes(pool, options)
    let refreshed = false
    const changed =
      namesUnlisted(xml, files.named, refs, before.absent) ||
      namesFewer(before.named, files.named) ||
      (capacityBytes !== null && grownSince(before.told, told) > capacityBytes * GROWN_SHARE)
    if (sweep.everything || !before.refreshed || changed) {
      refreshed = await refresh(sweep, pool)
      if (refreshed) refs = await client.storage.listVolumes(pool, options)
    }
    const found = new Map<string, VolumeReading>()
    await forEachAtOnce(refs, WIDTH, async (ref) => {
      const volume = await readVolume(sweep, ref, before, files)
      if (volume === null) return
      found.set(ref.key, volume)
      if (volume.path !== null) volumes.set(volume.path, ref)
      await sweep.pace()
    })
    const values = refs.flatMap((ref) => found.get(ref.key) ?? [])
    const absent = refreshed ? absentFiles(xml, files.named, values) : before.absent
    const named = refreshed ? new Set([...files.named].filter((file) => liesIn(xml, file))) : before.named
    const toldThen = refreshed ? told : new Map([...told, ...before.told])
    const remembered = { volumes: found, absent, named, told: toldThen, refreshed: before.refreshed || refreshed }
    memory.pools.set(pool.uuid, remembered)
    return { section: read(values), refreshed }
  } catch (error) {
    if (isLibvirtError(error, 'noStoragePool')) throw error
    return { section: unread(sweep.reasonOf(error)), refreshed: false }
  }
}

/**
 * Makes libvirt look at the storage again. It writes nothing there, yet a read-only connection may not ask for it, and
 * libvirt refuses while a volume is being built or uploaded: then the list is as old as it is.
 */
async function refresh({ client, options, writable, reasonOf }: Sweep, pool: PoolRef): Promise<boolean> {
  if (!writable) return false
  try {
    await client.storage.refreshPool(pool, { ...options, timeoutMs: REFRESH_TIMEOUT_MS })
    return true
  } catch (error) {
    reasonOf(error)
    return false
  }
}

const liesIn = (xml: PoolXml, file: string) => xml.path !== null && posix.dirname(file) === xml.path

/** A file some guest names lies under this pool, and its list does not have it: the list is too old. */
function namesUnlisted(
  xml: PoolXml,
  named: ReadonlySet<string>,
  refs: readonly VolumeRef[],
  absent: ReadonlySet<string>,
): boolean {
  // In directory pools a volume's key is its path.
  const listed = new Set(refs.map((ref) => ref.key))
  for (const file of named) if (liesIn(xml, file) && !listed.has(file) && !absent.has(file)) return true
  return false
}

/** An overlay was merged away, a guest removed: what that gave back is told only after libvirt looked again. */
const namesFewer = (before: ReadonlySet<string>, named: ReadonlySet<string>): boolean =>
  [...before].some((file) => !named.has(file))

/** What guests wrote into a pool is worth another look once it could be seen in its usage. */
const GROWN_SHARE = 0.005

/** How much active images have grown. One nobody told of then has not: it is compared from now on. */
export function grownSince(then: ReadonlyMap<string, Bytes>, now: ReadonlyMap<string, Bytes>): Bytes {
  let grown = 0
  for (const [file, bytes] of now) grown += Math.max(0, bytes - (then.get(file) ?? bytes))
  return grown
}

const absentFiles = (xml: PoolXml, named: ReadonlySet<string>, volumes: readonly VolumeReading[]): Set<string> => {
  const listed = new Set(volumes.map((volume) => volume.path))
  return new Set([...named].filter((file) => liesIn(xml, file) && !listed.has(file)))
}

/** One volume; null when it has gone. Reading its XML makes libvirt look at the file, whatever the pool's age. */
async function readVolume(
  sweep: Sweep,
  ref: VolumeRef,
  before: RememberedPool,
  files: FilesOfInterest,
): Promise<VolumeReading | null> {
  const known = before.volumes.get(ref.key)
  if (known !== undefined && !sweep.everything && known.path !== null && !files.doubtful.has(known.path)) return known
  try {
    const parsed = parseVolume(await sweep.client.storage.readVolumeXml(ref, sweep.options), ref.name)
    if (!parsed.ok) return unreadableVolume(ref)
    return sweep.memory.strings.keepAll({ ...parsed.value, pool: ref.pool })
  } catch (error) {
    if (isVolumeGone(error)) return null
    // Libvirt cannot make sense of this one file; the others are no less true for it. No answer at all ends the row.
    if (error instanceof LibvirtError) return unreadableVolume(ref)
    throw error
  }
}

/** There, and nothing known about it; what it reads through to is not told either, so nothing is an orphan beside it. */
const unreadableVolume = (ref: VolumeRef): VolumeReading => ({
  pool: ref.pool,
  name: ref.name,
  key: ref.key,
  type: 'file',
  path: ref.key.startsWith('/') ? normalPath(ref.key) : null,
  format: 'unknown',
  capacityBytes: null,
  allocationBytes: null,
  backing: { path: null, format: null },
  modified: null,
})

/** The files guests name, and which of them must be looked at again. */
export function filesOfInterest(guests: readonly { reading: GuestReading; changed: boolean }[]): FilesOfInterest {
  const named = new Set<string>()
  const doubtful = new Set<string>()
  const told = new Map<string, Bytes>()
  for (const { reading, changed } of guests) {
    const own = new Set<string>()
    for (const { file, bytesOnDisk } of reading.images ?? []) {
      if (bytesOnDisk === null) continue
      own.add(file)
      told.set(file, bytesOnDisk)
    }
    for (const { file, active } of filesOf(reading)) {
      named.add(file)
      if (changed || (active && !own.has(file))) doubtful.add(file)
    }
  }
  return { named, doubtful, told }
}

function* filesOf({ domain, snapshots }: GuestReading): Generator<{ file: string; active: boolean }> {
  for (const disk of domain.status === 'read' ? domain.value.disks : []) {
    if (disk.source.file !== null) yield { file: disk.source.file, active: true }
    for (const { file } of disk.backing) if (file !== null) yield { file, active: false }
  }
  for (const snapshot of snapshots.status === 'read' ? snapshots.value.items : []) {
    if (snapshot.memoryFile !== null) yield { file: snapshot.memoryFile, active: false }
    for (const { file } of [...snapshot.disks, ...snapshot.revertFiles])
      if (file !== null) yield { file, active: false }
    for (const file of snapshot.imagesThen.values()) yield { file, active: false }
  }
}
