/**
 * Which clusters of a qcow2 image hold data, and for whom: from the image's own L1 and L2 tables. Pure and bounded; how
 * bytes are had is the caller's. Layout: QEMU, docs/interop/qcow2.txt.
 */

import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { HeldInside } from '@/lib/domain/snapshot'
import type { ByteRange, Bytes } from '@/lib/domain/units'
import type { Piece } from './pieces'
import type { Qcow2SnapshotRoot } from './qcow2'

/** Reads pieces of the image, in the order asked; shorter where it ends. Pieces asked together cost less. */
export type ReadPieces = (pieces: readonly Piece[]) => Promise<Buffer[]>

/** Where an image keeps its map. */
export type Qcow2Layout = { virtualBytes: number; clusterBytes: number; l1Offset: number; l1Entries: number }

/**
 * What of an image's virtual disk lies in this image itself, cluster by cluster: one bit each. `zero`: reads as zeros and
 * may take no room.
 */
export type ClusterMap = {
  clusterBytes: number
  virtualBytes: number
  data: Uint8Array
  zero: Uint8Array
  /** one byte per L2 table: 1 = there */
  tables: Uint8Array
  dataBytes: number
}

/** 64 MiB of L2 tables map 512 GiB of disk at QEMU's usual 64 KiB clusters; more is not read for one figure. */
const MOST_TABLES_BYTES = 64 * 1024 * 1024
/** Tables held in memory at once. */
const BATCH_BYTES = 4 * 1024 * 1024
/** QEMU's own limit for an L1 table. */
const MOST_L1_BYTES = 32 * 1024 * 1024
/** 8 TiB at 64 KiB: two bit maps of 16 MiB. */
const MOST_CLUSTERS = 2 ** 27
/** Sets of snapshots told apart; a history this tangled is summed up by nobody. */
const MOST_SETS = 4096

const malformed = (name: string, problem: string) => refused({ code: 'malformed', what: 'volume', name, problem })
const unmapped = (name: string, problem: string) => malformed(name, `its map is not read: ${problem}`)

/** Reads where the map is. Refused for kinds of image whose entries mean something else. */
export function parseQcow2Layout(bytes: Buffer, name: string): Outcome<Qcow2Layout> {
  if (bytes.length < 72) return malformed(name, 'it is shorter than a qcow2 header')
  const clusterBits = bytes.readUInt32BE(20)
  if (clusterBits < 9 || clusterBits > 21) return malformed(name, 'its clusters are of an impossible size')
  if (bytes.readUInt32BE(32) !== 0) return unmapped(name, 'it is encrypted')
  const version = bytes.readUInt32BE(4)
  if (version >= 3 && bytes.length >= 80) {
    const incompatible = bytes.readUInt32BE(76)
    // 0 dirty, 1 corrupt, 2 external data file, 3 compression type, 4 extended L2 entries
    if ((incompatible & 0b1_0100) !== 0) return unmapped(name, 'its data lie elsewhere or its entries are extended')
    if ((incompatible & 0b10) !== 0) return unmapped(name, 'it is marked as corrupt')
  }
  return ok({
    virtualBytes: Number(bytes.readBigUInt64BE(24)),
    clusterBytes: 2 ** clusterBits,
    l1Offset: Number(bytes.readBigUInt64BE(40)),
    l1Entries: bytes.readUInt32BE(36),
  })
}

/** Bits 9–55 of an L1 or L2 entry. A number holds them exactly: no file is longer than 2^53. */
const pointerAt = (table: Buffer, at: number): number =>
  (table.readUInt32BE(at) & 0x00ff_ffff) * 2 ** 32 + ((table.readUInt32BE(at + 4) & 0xffff_fe00) >>> 0)

const isCompressed = (table: Buffer, at: number): boolean => (table.readUInt32BE(at) & 0x4000_0000) !== 0
const isZero = (table: Buffer, at: number): boolean => (table.readUInt32BE(at + 4) & 1) !== 0

/** Reads an image's map of its own clusters. */
export async function readClusterMap(
  read: ReadPieces,
  layout: Qcow2Layout,
  name: string,
): Promise<Outcome<ClusterMap>> {
  const { clusterBytes, virtualBytes, l1Offset } = layout
  const perTable = clusterBytes / 8
  const clusters = Math.ceil(virtualBytes / clusterBytes)
  const l1Entries = Math.min(layout.l1Entries, Math.ceil(clusters / perTable))
  if (l1Entries * 8 > MOST_L1_BYTES || clusters > MOST_CLUSTERS) return unmapped(name, 'it is too large')
  const [l1] = await read([{ offset: l1Offset, length: l1Entries * 8 }])
  if (l1 === undefined || l1.length < l1Entries * 8) return malformed(name, 'it ends inside its own map')
  const map: ClusterMap = {
    clusterBytes,
    virtualBytes,
    data: new Uint8Array(Math.ceil(clusters / 8)),
    zero: new Uint8Array(Math.ceil(clusters / 8)),
    tables: new Uint8Array(Math.ceil(clusters / perTable)),
    dataBytes: 0,
  }
  const there: { index: number; offset: number }[] = []
  for (let index = 0; index < l1Entries; index += 1) {
    const offset = pointerAt(l1, index * 8)
    if (offset !== 0) there.push({ index, offset })
  }
  if (there.length * clusterBytes > MOST_TABLES_BYTES) return unmapped(name, 'it has too many tables')
  for (const some of inBatches(there, Math.ceil(BATCH_BYTES / clusterBytes))) {
    const tables = await read(some.map(({ offset }) => ({ offset, length: clusterBytes })))
    for (const [at, { index }] of some.entries()) {
      const table = tables[at]
      if (table === undefined || table.length < clusterBytes) return malformed(name, 'it ends inside its own map')
      map.tables[index] = 1
      addTable(map, table, index * perTable, clusters)
    }
  }
  return ok(map)
}

function* inBatches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}

function addTable(map: ClusterMap, table: Buffer, first: number, clusters: number): void {
  for (let at = 0; at < table.length; at += 8) {
    const cluster = first + at / 8
    if (cluster >= clusters) return
    const zero = !isCompressed(table, at) && isZero(table, at)
    if (zero) set(map.zero, cluster)
    else if (isCompressed(table, at) || pointerAt(table, at) !== 0) {
      set(map.data, cluster)
      map.dataBytes += map.clusterBytes
    }
  }
}

const set = (bits: Uint8Array, index: number): void => {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
}
const has = (bits: Uint8Array, index: number): boolean => ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0

/**
 * By how many bytes `base` grows when these images are committed into it: its clusters that they cover and it does not
 * have, with the tables these need. A cluster that only reads as zeros may or may not take room.
 */
export function growthOf(layers: readonly ClusterMap[], base: ClusterMap): ByteRange {
  const { clusterBytes } = base
  const clusters = Math.ceil(base.virtualBytes / clusterBytes)
  const perTable = clusterBytes / 8
  const sure = new Uint8Array(Math.ceil(clusters / 8))
  const maybe = new Uint8Array(sure.length)
  // From the lowest up: what an upper image says reads as zeros hides the data below it.
  for (const layer of [...layers].reverse()) {
    const [data, zero] = [project(layer.data, layer, base, sure.length), project(layer.zero, layer, base, sure.length)]
    for (let byte = 0; byte < sure.length; byte += 1) {
      const hidden = (zero[byte] ?? 0) & ~(data[byte] ?? 0)
      maybe[byte] = (maybe[byte] ?? 0) | (zero[byte] ?? 0)
      sure[byte] = ((sure[byte] ?? 0) | (data[byte] ?? 0)) & ~hidden
    }
  }
  const tables = { sure: new Set<number>(), maybe: new Set<number>() }
  let [min, max] = [0, 0]
  for (let byte = 0; byte < sure.length; byte += 1) {
    if (((sure[byte] ?? 0) | (maybe[byte] ?? 0)) === 0) continue
    for (let cluster = byte * 8; cluster < Math.min(byte * 8 + 8, clusters); cluster += 1) {
      if (has(base.data, cluster)) continue
      const table = Math.floor(cluster / perTable)
      if (has(sure, cluster)) {
        min += clusterBytes
        max += clusterBytes
        if (base.tables[table] !== 1) tables.sure.add(table)
      } else if (has(maybe, cluster)) {
        max += clusterBytes
        if (base.tables[table] !== 1) tables.maybe.add(table)
      }
    }
  }
  const all = new Set([...tables.sure, ...tables.maybe])
  return { min: min + tables.sure.size * clusterBytes, max: max + all.size * clusterBytes }
}

/** Every cluster of `base` that a marked cluster of `layer` touches. */
function project(bits: Uint8Array, layer: ClusterMap, base: ClusterMap, length: number): Uint8Array {
  if (layer.clusterBytes === base.clusterBytes) return bits
  const into = new Uint8Array(length)
  for (let byte = 0; byte < bits.length; byte += 1) {
    if (bits[byte] === 0) continue
    for (let cluster = byte * 8; cluster < byte * 8 + 8; cluster += 1) {
      if (!has(bits, cluster)) continue
      const from = Math.floor((cluster * layer.clusterBytes) / base.clusterBytes)
      const to = Math.floor(((cluster + 1) * layer.clusterBytes - 1) / base.clusterBytes)
      for (let at = from; at <= to && at < length * 8; at += 1) set(into, at)
    }
  }
  return into
}

/** Everything below an image, from its neighbour down: by how much each grows. Null from the first unmapped image on. */
export function growthBelow(chain: readonly (ClusterMap | null)[]): (ByteRange | null)[][] {
  return chain.map((_, index) => {
    const layers: ClusterMap[] = []
    return chain.slice(index + 1).map((base, depth) => {
      const layer = chain[index + depth]
      if (layer !== null && layer !== undefined) layers.push(layer)
      return layers.length === depth + 1 && base !== null ? growthOf(layers, base) : null
    })
  })
}

/** `now`: bytes only today's state holds. */
export type HeldBlocks = { inside: HeldInside[]; now: Bytes }

type Holder = { name: string | null; l1: Buffer }

/**
 * What an image holds for its snapshots and not for today's state, by the set of names that share it: data, the tables
 * that map it, and saved memory, which a snapshot keeps behind the end of its disk. And what only today's state holds.
 */
export async function readHeldInside(
  read: ReadPieces,
  layout: Qcow2Layout,
  roots: readonly Qcow2SnapshotRoot[],
  name: string,
): Promise<Outcome<HeldBlocks>> {
  const { clusterBytes } = layout
  const everyone = [{ name: null, ...layout }, ...roots]
  const l1Bytes = everyone.reduce((sum, { l1Entries }) => sum + l1Entries * 8, 0)
  if (l1Bytes > MOST_TABLES_BYTES) return unmapped(name, 'it is too large')
  const l1s = await read(everyone.map(({ l1Offset, l1Entries }) => ({ offset: l1Offset, length: l1Entries * 8 })))
  const holders: Holder[] = []
  for (const [index, { name: snapshot, l1Entries }] of everyone.entries()) {
    const l1 = l1s[index]
    if (l1 === undefined || l1.length < l1Entries * 8) return malformed(name, 'it ends inside its own map')
    holders.push({ name: snapshot, l1 })
  }
  const held = new Map<string, HeldInside>()
  let now = 0
  const add = (names: readonly (string | null)[], bytes: number) => {
    if (names.includes(null)) {
      if (names.every((one) => one === null)) now += bytes
      return
    }
    const snapshots = [...new Set(names as string[])].sort()
    const key = JSON.stringify(snapshots)
    const entry = held.get(key)
    if (entry === undefined) held.set(key, { snapshots, bytes })
    else entry.bytes += bytes
  }
  for (const { name: snapshot, l1 } of holders) {
    add([snapshot], Math.ceil(l1.length / clusterBytes) * clusterBytes)
  }
  let left = MOST_TABLES_BYTES
  const longest = Math.max(...holders.map(({ l1 }) => l1.length))
  for (let at = 0; at < longest; at += 8) {
    const groups = new Map<number, (string | null)[]>()
    for (const { name: holder, l1 } of holders) {
      const pointer = at < l1.length ? pointerAt(l1, at) : 0
      if (pointer !== 0) groups.set(pointer, [...(groups.get(pointer) ?? []), holder])
    }
    // Where today's state shares the only table there is with a snapshot, nobody holds anything alone.
    const [only] = groups.size === 1 ? groups.values() : []
    if (groups.size === 0 || (only !== undefined && only.length > 1 && only.includes(null))) continue
    left -= groups.size * clusterBytes
    if (left < 0) return unmapped(name, 'it has too many tables')
    const found = await read([...groups.keys()].map((offset) => ({ offset, length: clusterBytes })))
    const tables: { table: Buffer; names: (string | null)[] }[] = []
    for (const [index, names] of [...groups.values()].entries()) {
      const table = found[index]
      if (table === undefined || table.length < clusterBytes) return malformed(name, 'it ends inside its own map')
      add(names, clusterBytes)
      tables.push({ table, names })
    }
    for (let entry = 0; entry < clusterBytes; entry += 8) addCluster(tables, entry, clusterBytes, add)
    if (held.size > MOST_SETS) return unmapped(name, 'too many sets of snapshots share blocks')
  }
  return ok({ inside: [...held.values()].sort((a, b) => b.bytes - a.bytes), now })
}

/** One guest cluster: every place in the file that somebody has for it, with all who have it there. */
function addCluster(
  tables: readonly { table: Buffer; names: (string | null)[] }[],
  entry: number,
  clusterBytes: number,
  add: (names: readonly (string | null)[], bytes: number) => void,
): void {
  let places: Map<number, { names: (string | null)[]; bytes: number }> | null = null
  for (const { table, names } of tables) {
    const compressed = isCompressed(table, entry)
    const place = compressed
      ? compressedPlace(table, entry, clusterBytes)
      : { at: pointerAt(table, entry), bytes: clusterBytes }
    if (place.at === 0) continue
    places ??= new Map()
    const known = places.get(place.at)
    if (known === undefined) places.set(place.at, { names: [...names], bytes: place.bytes })
    else known.names.push(...names)
  }
  if (places !== null) for (const { names, bytes } of places.values()) add(names, bytes)
}

/** A compressed cluster's place, and the 512-byte sectors it takes: field widths depend on the cluster's size. */
function compressedPlace(table: Buffer, entry: number, clusterBytes: number): { at: number; bytes: number } {
  const word = table.readBigUInt64BE(entry) & 0x3fff_ffff_ffff_ffffn
  const offsetBits = BigInt(62 - (Math.log2(clusterBytes) - 8))
  const at = Number(word & ((1n << offsetBits) - 1n))
  return { at, bytes: (Number(word >> offsetBits) + 1) * 512 }
}
