/**
 * Reads the block maps of images: what a merge adds to a base, and what an image holds for its snapshots. Only in a
 * thorough reading (somebody looks, or plans), through the volume stream, which locks nothing and changes nothing.
 */
import { createHash } from 'node:crypto'
import type { ByteRange } from '@/lib/domain/units'
import { readBytes, readHeader, readSnapshotRoots } from '../image-reader'
import type { HostImages } from '../map/images'
import { QCOW2_HEADER_BYTES } from '../qcow2'
import {
  type ClusterMap,
  growthBelow,
  type HeldBlocks,
  parseQcow2Layout,
  readClusterMap,
  readHeldInside,
} from '../qcow2-map'
import type { ImageMaps, ImageTables, PoolReading } from '../readings'
import type { VolumeRef } from '../rpc/types'
import { stampsOf } from './images'
import type { Sweep } from './sweep'

/** Tables read in one sweep over a host. A fleet larger than this gets its maps guest by guest, when looked at. */
const MOST_SWEEP_BYTES = 256 * 1024 * 1024

/** Clusters of a qcow2 image that are there before anything is written: header, L1, refcount table and one block. */
const EMPTY_CLUSTERS = 3

type Reader = {
  sweep: Sweep
  images: HostImages
  volumes: ReadonlyMap<string, VolumeRef>
  left: number
  maps: Map<string, ClusterMap | null>
}

/** Maps of these guests' images, by file. What is not in them was not read. */
export async function readImageMaps(
  sweep: Sweep,
  images: HostImages,
  guests: readonly { uuid: string }[],
  pools: readonly PoolReading[],
  volumes: ReadonlyMap<string, VolumeRef>,
  tables: ImageTables['tables'],
): Promise<ImageMaps> {
  const growth = new Map<string, (ByteRange | null)[]>()
  const held = new Map<string, HeldBlocks & { slack: number }>()
  const stamps = stampsOf(pools)
  const reader: Reader = { sweep, images, volumes, left: MOST_SWEEP_BYTES, maps: new Map() }
  for (const { uuid } of guests) {
    for (const { images: chain, complete } of images.chainsOf(uuid)) {
      const [active] = chain
      if (active === undefined || !complete) continue
      const hasSnapshots = (tables.get(active)?.length ?? 0) > 0
      if (chain.length < 2 && !hasSnapshots) continue
      const stamp = stampOf(chain, images, stamps)
      if (stamp === null) continue
      const known = sweep.memory.maps.get(active)
      if (known?.stamp === stamp) {
        for (const [file, ranges] of known.growth) growth.set(file, ranges)
        if (known.held !== null) held.set(active, known.held)
        continue
      }
      if (!sweep.thorough || !sweep.writable) continue
      const ranges = chain.length < 2 ? [] : await readGrowth(reader, chain)
      const inside = hasSnapshots ? await readHeldWithSlack(reader, active) : null
      sweep.memory.maps.set(active, { stamp, growth: ranges, held: inside })
      for (const [file, range] of ranges) growth.set(file, range)
      if (inside !== null) held.set(active, inside)
      await sweep.pace()
    }
  }
  return { growth, held }
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

async function readGrowth(reader: Reader, chain: readonly string[]): Promise<[string, (ByteRange | null)[]][]> {
  const maps: (ClusterMap | null)[] = []
  for (const file of chain) maps.push(await mapOf(reader, file))
  return growthBelow(maps).flatMap((ranges, index): [string, (ByteRange | null)[]][] => {
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
}

/** QEMU writes a running guest's data before the tables that name them: what the file has beyond its tables. */
function unwritten(images: HostImages, file: string, map: ClusterMap): number {
  const { live, bytesOnDisk } = images.facts(file)
  if (!live || bytesOnDisk === null) return 0
  const tables = map.tables.reduce((sum, one) => sum + one, 0)
  return Math.max(0, bytesOnDisk - map.dataBytes - (tables + EMPTY_CLUSTERS) * map.clusterBytes)
}

async function mapOf(reader: Reader, file: string): Promise<ClusterMap | null> {
  const known = reader.maps.get(file)
  if (known !== undefined) return known
  const map = reader.images.facts(file).format === 'qcow2' ? await tryReadMap(reader, file) : null
  reader.maps.set(file, map)
  return map
}

async function tryReadMap(reader: Reader, file: string): Promise<ClusterMap | null> {
  const piece = pieceReader(reader, file)
  if (piece === null) return null
  try {
    const layout = parseQcow2Layout(await piece(0, QCOW2_HEADER_BYTES), file)
    const map = layout.ok ? await readClusterMap(piece, layout.value, file) : layout
    return map.ok ? map.value : null
  } catch (error) {
    reader.sweep.reasonOf(error) // throws what is our bug; else the figure stays unknown
    return null
  }
}

/** The active image's map names what today's state has, shared or not; the snapshots' own is what is held inside. */
async function readHeldWithSlack(reader: Reader, file: string): Promise<(HeldBlocks & { slack: number }) | null> {
  const held = await readHeld(reader, file)
  if (held === null) return null
  const map = await mapOf(reader, file)
  if (map === null) return null
  const inside = held.inside.reduce((sum, { bytes }) => sum + bytes, 0)
  return { ...held, slack: Math.max(0, unwritten(reader.images, file, map) - inside) }
}

async function readHeld(reader: Reader, file: string): Promise<HeldBlocks | null> {
  const piece = pieceReader(reader, file)
  const volume = reader.volumes.get(file)
  if (piece === null || volume === undefined) return null
  const { client, options } = reader.sweep
  try {
    const header = await readHeader(client, volume, options)
    if (!header.ok) return null
    const roots = await readSnapshotRoots(client, volume, header.value, options)
    const layout = parseQcow2Layout(await piece(0, QCOW2_HEADER_BYTES), file)
    if (!roots.ok || !layout.ok) return null
    const held = await readHeldInside(piece, layout.value, roots.value, file)
    return held.ok ? held.value : null
  } catch (error) {
    reader.sweep.reasonOf(error)
    return null
  }
}

/** Null where the file lies in no pool, or the sweep has read its share. */
function pieceReader(reader: Reader, file: string) {
  const volume = reader.volumes.get(file)
  if (volume === undefined || reader.left <= 0) return null
  const { client, options } = reader.sweep
  return (offset: number, length: number) => {
    reader.left -= length
    return readBytes(client, volume, offset, length, options)
  }
}
