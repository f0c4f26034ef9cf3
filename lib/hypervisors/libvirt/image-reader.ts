/** Reads pieces of qcow2 images through libvirt's volume stream. Nothing is locked and nothing is written. */
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { forEachAtOnce } from './pace'
import { type Piece, windowsOf } from './pieces'
import {
  parseQcow2Header,
  parseSnapshotTable,
  QCOW2_HEADER_BYTES,
  type Qcow2Snapshot,
  type Qcow2SnapshotRoot,
} from './qcow2'
import { parseQcow2Layout, type Qcow2Layout } from './qcow2-map'
import type { CallOptions } from './rpc/channel'
import type { LibvirtClient } from './rpc/client'
import { storageProcedures } from './rpc/procedures/storage'
import type { VolumeRef } from './rpc/types'

/** First guess for a snapshot table (600 ordinary entries), and the most we read of one. */
const TABLE_BYTES = 64 * 1024
const MOST_TABLE_BYTES = 4 * 1024 * 1024

/** Streams at once: each is two or three messages, and the row of other calls should not wait behind them. */
export const STREAMS_AT_ONCE = 4

const EMPTY = Buffer.alloc(0)

/** What an image says of itself: the snapshots it lists, where each keeps its map, and where its own is. */
export type ImageHead = { snapshots: Qcow2Snapshot[]; roots: Qcow2SnapshotRoot[]; layout: Outcome<Qcow2Layout> }

/**
 * Reads an image's head in two streams. Rejects with what libvirt answers; refused where the image makes no sense. Its
 * layout is an outcome of its own: a kind of image whose map we do not read lists its snapshots all the same.
 */
export async function readImageHead(
  client: LibvirtClient,
  volume: VolumeRef,
  options: CallOptions,
): Promise<Outcome<ImageHead>> {
  const first = await readBytes(client, volume, 0, QCOW2_HEADER_BYTES, options)
  const header = parseQcow2Header(first, volume.name)
  if (!header.ok) return header
  const layout = parseQcow2Layout(first, volume.name)
  const { snapshotCount, snapshotsOffset } = header.value
  if (snapshotCount === 0) return ok({ snapshots: [], roots: [], layout })
  for (let length = TABLE_BYTES; length <= MOST_TABLE_BYTES; length *= 8) {
    const bytes = await readBytes(client, volume, snapshotsOffset, length, options)
    const table = parseSnapshotTable(bytes, snapshotCount, volume.name)
    if (!table.ok) return table
    if (table.value !== 'short') return ok({ ...table.value, layout })
    if (bytes.length < length) break // the file ends inside its own table
  }
  const problem = 'its snapshot table is cut short or too long'
  return refused({ code: 'malformed', what: 'volume', name: volume.name, problem })
}

/**
 * Reads pieces of a volume, in the order asked; shorter where it ends. Pieces that lie close together come in one
 * stream: QEMU puts the maps of snapshots that were taken one after the other side by side.
 */
export async function readPieces(
  client: LibvirtClient,
  volume: VolumeRef,
  pieces: readonly Piece[],
  options: CallOptions,
): Promise<Buffer[]> {
  const found: Buffer[] = pieces.map(() => EMPTY)
  await forEachAtOnce(windowsOf(pieces), STREAMS_AT_ONCE, async ({ offset, length, pieces: within }) => {
    if (length === 0) return // to libvirt that means: to the end
    const bytes = await readBytes(client, volume, offset, length, options)
    for (const index of within) {
      const piece = pieces[index]
      if (piece === undefined) continue
      const start = piece.offset - offset
      found[index] = bytes.subarray(start, start + piece.length)
    }
  })
  return found
}

/** `length` bytes of a volume from `offset`, or fewer where it ends. */
async function readBytes(
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
