/**
 * Reads the block maps of images: what a merge adds to a base, and what an image holds for its snapshots. Only in a
 * thorough reading (somebody looks, or plans), through the volume stream, which locks nothing and changes nothing.
 */
import { createHash } from 'node:crypto'
import { type Outcome, ok } from '@/lib/domain/result'
import type { ByteRange, Bytes } from '@/lib/domain/units'
import { type ImageHead, readImageHead, readPieces, STREAMS_AT_ONCE } from '../image-reader'
import type { HostImages } from '../map/images'
import { forEachAtOnce } from '../pace'
import {
  type ClusterMap,
  growthBelow,
  type HeldBlocks,
  type ReadPieces,
  readClusterMap,
  readHeldInside,
} from '../qcow2-map'
import type { ImageMaps, PoolReading } from '../readings'
import type { VolumeRef } from '../rpc/types'
import { type ReadTables, stampsOf } from './images'
import type { RememberedMap } from './memory'
import type { Sweep } from './sweep'

/** Tables read in one sweep over a host. A fleet larger than this gets its maps guest by guest, when looked at. */
const MOST_SWEEP_BYTES = 256 * 1024 * 1024

/** Clusters of a qcow2 image that are there before anything is written: header, L1, refcount table and one block. */
const EMPTY_CLUSTERS = 3

type Reader = {
  sweep: Sweep
  images: HostImages
  volumes: ReadonlyMap<string, VolumeRef>
  heads: ReadonlyMap<string, ImageHead>
  left: number
  /** images that could not be read this time, or not any more: another time may tell */
  missed: Set<string>
  maps: Map<string, Promise<ClusterMap | null>>
}

/** Maps of these guests' images, by file. What is not in them was not read. */
export async function readImageMaps(
  sweep: Sweep,
  images: HostImages,
  guests: readonly { uuid: string }[],
  pools: readonly PoolReading[],
  volumes: ReadonlyMap<string, VolumeRef>,
  { tables, heads }: ReadTables,
): Promise<ImageMaps> {
  const growth = new Map<string, (ByteRange | null)[]>()
  const mapped = new Map<string, Bytes>()
  const held = new Map<string, HeldBlocks & { slack: number }>()
  const tell = (active: string, known: Omit<RememberedMap, 'stamp'>) => {
    for (const [file, ranges] of known.growth) growth.set(file, ranges)
    for (const [file, bytes] of known.mapped) mapped.set(file, bytes)
    if (known.held !== null) held.set(active, known.held)
  }
  const stamps = stampsOf(pools)
  const reader: Reader = { sweep, images, volumes, heads, left: MOST_SWEEP_BYTES, missed: new Set(), maps: new Map() }
  const chains = guests.flatMap(({ uuid }) => images.chainsOf(uuid)).filter(({ complete }) => complete)
  await forEachAtOnce(chains, STREAMS_AT_ONCE, async ({ images: chain }) => {
    const [active] = chain
    if (active === undefined) return
    const table = tables.get(active)
    if (table === undefined && images.facts(active).format === 'qcow2') reader.missed.add(active)
    const hasSnapshots = (table?.length ?? 0) > 0
    if (chain.length < 2 && !hasSnapshots) return
    const stamp = stampOf(chain, images, stamps)
    if (stamp === null) return
    const known = sweep.memory.maps.get(active)
    if (known?.stamp === stamp) return tell(active, known)
    if (!sweep.thorough || !sweep.writable) return
    const told = {
      ...(chain.length < 2 ? { growth: [], mapped: [] } : await readGrowth(reader, chain)),
      held: hasSnapshots ? await readHeldWithSlack(reader, active) : null,
    }
    if (!chain.some((file) => reader.missed.has(file))) sweep.memory.maps.set(active, { stamp, ...told })
    tell(active, told)
    await sweep.pace()
  })
  return { growth, mapped, held }
}

/** Same as long as no image of the chain was written to; null where that cannot be told. */
function stampOf(chain: readonly string[], images: HostImages, stamps: ReadonlyMap<string, string>): string | null {
  const parts = chain.map((file) => {
    const stamp = stamps.get(file)
    return stamp === undefined ? null : `${file} ${stamp} ${images.facts(file).bytesOnDisk}`
  })
  if (parts.some((part) => part === null)) return null
  return createHash('sha1').update(parts.join('\n')).digest('base64')
}

async function readGrowth(reader: Reader, chain: readonly string[]): Promise<Pick<RememberedMap, 'growth' | 'mapped'>> {
  const maps: (ClusterMap | null)[] = []
  for (const file of chain) maps.push(await mapOf(reader, file))
  const mapped = chain.flatMap((file, index): [string, Bytes][] => {
    const map = maps[index]
    return map === null || map === undefined ? [] : [[file, takenBy(map)]]
  })
  const growth = growthBelow(maps).flatMap((ranges, index): [string, (ByteRange | null)[]][] => {
    const file = chain[index]
    const map = maps[index]
    if (file === undefined || map === null || map === undefined || ranges.length === 0) return []
    const slack = index === 0 ? unwritten(reader.images, file, map) : 0
    return [
      [
        file,
        ranges.map((range) => (range === null || range.max === null ? range : { ...range, max: range.max + slack })),
      ],
    ]
  })
  return { growth, mapped }
}

/** What an image's own state takes in its file: its data, the tables that map it, and what every image has. */
function takenBy(map: ClusterMap): Bytes {
  const tables = map.tables.reduce((sum, one) => sum + one, 0)
  return map.dataBytes + (tables + EMPTY_CLUSTERS) * map.clusterBytes
}

/** QEMU writes a running guest's data before the tables that name them: what the file has beyond its tables. */
function unwritten(images: HostImages, file: string, map: ClusterMap): number {
  const { live, bytesOnDisk } = images.facts(file)
  if (!live || bytesOnDisk === null) return 0
  return Math.max(0, bytesOnDisk - takenBy(map))
}

/** Every image's map once per sweep, however many chains read through it. */
function mapOf(reader: Reader, file: string): Promise<ClusterMap | null> {
  const known = reader.maps.get(file)
  if (known !== undefined) return known
  const map =
    reader.images.facts(file).format === 'qcow2'
      ? readWith(reader, file, (read, { layout }) => (layout.ok ? readClusterMap(read, layout.value, file) : layout))
      : Promise.resolve(null)
  reader.maps.set(file, map)
  return map
}

/** The active image's map names what today's state has, shared or not; the snapshots' own is what is held inside. */
async function readHeldWithSlack(reader: Reader, file: string): Promise<(HeldBlocks & { slack: number }) | null> {
  const held = await readWith(reader, file, (read, { layout, roots }) =>
    layout.ok ? readHeldInside(read, layout.value, roots, file) : layout,
  )
  if (held === null || !reader.images.facts(file).live) return held === null ? null : { ...held, slack: 0 }
  const map = await mapOf(reader, file)
  if (map === null) return null
  const inside = held.inside.reduce((sum, { bytes }) => sum + bytes, 0)
  return { ...held, slack: Math.max(0, unwritten(reader.images, file, map) - inside) }
}

/** Null where the file lies in no pool, the sweep has read its share, or the image is of a kind we do not read. */
async function readWith<T>(
  reader: Reader,
  file: string,
  use: (read: ReadPieces, head: ImageHead) => Outcome<T> | Promise<Outcome<T>>,
): Promise<T | null> {
  const volume = reader.volumes.get(file)
  if (volume === undefined || reader.left <= 0) {
    reader.missed.add(file)
    return null
  }
  const { client, options } = reader.sweep
  const read: ReadPieces = (pieces) => {
    for (const { length } of pieces) reader.left -= length
    return readPieces(client, volume, pieces, options)
  }
  try {
    const known = reader.heads.get(file)
    const head = known === undefined ? await readImageHead(client, volume, options) : ok(known)
    const found = head.ok ? await use(read, head.value) : head
    return found.ok ? found.value : null
  } catch (error) {
    reader.sweep.reasonOf(error) // throws what is our bug; else the figure stays unknown until the next reading
    reader.missed.add(file)
    return null
  }
}
