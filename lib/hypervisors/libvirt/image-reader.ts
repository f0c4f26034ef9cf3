/** Reads pieces of qcow2 images through libvirt's volume stream. Nothing is locked and nothing is written. */
import { type Outcome, ok, refused } from '@/lib/domain/result'
import {
  parseQcow2Header,
  parseSnapshotRoots,
  parseSnapshotTable,
  QCOW2_HEADER_BYTES,
  type Qcow2Header,
  type Qcow2Snapshot,
  type Qcow2SnapshotRoot,
} from './qcow2'
import type { CallOptions } from './rpc/channel'
import type { LibvirtClient } from './rpc/client'
import { storageProcedures } from './rpc/procedures/storage'
import type { VolumeRef } from './rpc/types'

/** First guess for a snapshot table (600 ordinary entries), and the most we read of one. */
const TABLE_BYTES = 64 * 1024
const MOST_TABLE_BYTES = 4 * 1024 * 1024

/** The snapshots an image lists. Rejects with what libvirt answers; refused where the image makes no sense. */
export async function readSnapshotTable(
  client: LibvirtClient,
  volume: VolumeRef,
  options: CallOptions,
): Promise<Outcome<Qcow2Snapshot[]>> {
  const header = await readHeader(client, volume, options)
  return header.ok ? readEntries(client, volume, header.value, parseSnapshotTable, options) : header
}

/** Where every snapshot of an image keeps its map. */
export function readSnapshotRoots(
  client: LibvirtClient,
  volume: VolumeRef,
  header: Qcow2Header,
  options: CallOptions,
): Promise<Outcome<Qcow2SnapshotRoot[]>> {
  return readEntries(client, volume, header, parseSnapshotRoots, options)
}

export async function readHeader(
  client: LibvirtClient,
  volume: VolumeRef,
  options: CallOptions,
): Promise<Outcome<Qcow2Header>> {
  return parseQcow2Header(await readBytes(client, volume, 0, QCOW2_HEADER_BYTES, options), volume.name)
}

type Parse<T> = (bytes: Buffer, count: number, name: string) => Outcome<T[] | 'short'>

async function readEntries<T>(
  client: LibvirtClient,
  volume: VolumeRef,
  { snapshotCount, snapshotsOffset }: Qcow2Header,
  parse: Parse<T>,
  options: CallOptions,
): Promise<Outcome<T[]>> {
  if (snapshotCount === 0) return ok([])
  for (let length = TABLE_BYTES; length <= MOST_TABLE_BYTES; length *= 8) {
    const bytes = await readBytes(client, volume, snapshotsOffset, length, options)
    const table = parse(bytes, snapshotCount, volume.name)
    if (!table.ok) return table
    if (table.value !== 'short') return ok(table.value)
    if (bytes.length < length) break // the file ends inside its own table
  }
  const problem = 'its snapshot table is cut short or too long'
  return refused({ code: 'malformed', what: 'volume', name: volume.name, problem })
}

/** `length` bytes of a volume from `offset`, or fewer where it ends. */
export async function readBytes(
  client: LibvirtClient,
  volume: VolumeRef,
  offset: number,
  length: number,
  options: CallOptions,
): Promise<Buffer> {
  const args = { volume, offset: BigInt(offset), length: BigInt(length), flags: 0 }
  const stream = await client.openStream(storageProcedures.volumeDownload, args, options)
  const parts: Buffer[] = []
  let size = 0
  for await (const piece of stream) {
    // Read to its end, which comes after `length` bytes: leaving earlier costs another round. Without the sparse flag
    // libvirt sends no holes.
    if (piece.kind === 'data') parts.push(piece.bytes)
    size += piece.kind === 'data' ? piece.bytes.length : 0
    if (size > length) break
  }
  return Buffer.concat(parts, size).subarray(0, length)
}
