/**
 * What a qcow2 image says about itself, from its first bytes: pure, bounded, and distrustful of every number in it.
 * Layout: QEMU, docs/interop/qcow2.txt (header, and the snapshot table).
 */
import { type Outcome, ok, refused } from '@/lib/domain/result'

/** Enough for every field we use; a version 3 header is at least 104 bytes. */
export const QCOW2_HEADER_BYTES = 104

/** QEMU itself refuses images with more (QCOW_MAX_SNAPSHOTS). */
const MOST_SNAPSHOTS = 65_536

/** QEMU's limits for one entry: 1,024 bytes of extra data, ids and names of 16 bits of length. */
const MOST_EXTRA_BYTES = 1024

const MAGIC = 0x5146_49fb
const FIXED_ENTRY_BYTES = 40

export type Qcow2Header = {
  version: 2 | 3
  virtualBytes: number
  snapshotCount: number
  /** where the snapshot table starts in the file; 0 when there is none */
  snapshotsOffset: number
}

/** One internal snapshot as the image lists it. */
export type Qcow2Snapshot = {
  id: string
  name: string
  createdSeconds: number
  /** bytes of saved memory; 0 = none */
  memoryBytes: number
}

const malformed = (name: string, problem: string) => refused({ code: 'malformed', what: 'volume', name, problem })

/** Reads a header. `name` is how the image is called where it cannot be read. */
export function parseQcow2Header(bytes: Buffer, name: string): Outcome<Qcow2Header> {
  if (bytes.length < 72) return malformed(name, 'it is shorter than a qcow2 header')
  if (bytes.readUInt32BE(0) !== MAGIC) return malformed(name, 'it does not begin as a qcow2 image')
  const version = bytes.readUInt32BE(4)
  if (version !== 2 && version !== 3) return malformed(name, `it is of version ${version}`)
  const virtualBytes = safeNumber(bytes.readBigUInt64BE(24))
  const snapshotCount = bytes.readUInt32BE(60)
  const snapshotsOffset = safeNumber(bytes.readBigUInt64BE(64))
  if (virtualBytes === null || snapshotsOffset === null) return malformed(name, 'a number in it is impossibly large')
  if (snapshotCount > MOST_SNAPSHOTS) {
    return refused({ code: 'too-large', limit: 'snapshots-per-guest', has: snapshotCount, max: MOST_SNAPSHOTS })
  }
  if (snapshotCount > 0 && snapshotsOffset < 72) return malformed(name, 'its snapshot table lies inside its header')
  return ok({ version, virtualBytes, snapshotCount, snapshotsOffset })
}

/** Where one internal snapshot's own map of its disk begins. */
export type Qcow2SnapshotRoot = { name: string; l1Offset: number; l1Entries: number }

/** The snapshots an image lists, and, in the same order, where each keeps its map. */
export type SnapshotTable = { snapshots: Qcow2Snapshot[]; roots: Qcow2SnapshotRoot[] }

/**
 * Reads the snapshot table from `bytes`, which begin where it begins. `short` when they end before it does: the table
 * does not tell its length, so the caller reads more and asks again.
 */
export function parseSnapshotTable(bytes: Buffer, count: number, name: string): Outcome<SnapshotTable | 'short'> {
  const snapshots: Qcow2Snapshot[] = []
  const roots: Qcow2SnapshotRoot[] = []
  let at = 0
  for (let index = 0; index < count; index += 1) {
    if (at + FIXED_ENTRY_BYTES > bytes.length) return ok('short')
    const idLength = bytes.readUInt16BE(at + 12)
    const nameLength = bytes.readUInt16BE(at + 14)
    const extraLength = bytes.readUInt32BE(at + 36)
    if (extraLength > MOST_EXTRA_BYTES) return malformed(name, 'an entry of its snapshot table is too large')
    const extraAt = at + FIXED_ENTRY_BYTES
    const idAt = extraAt + extraLength
    const end = idAt + idLength + nameLength
    if (end > bytes.length) return ok('short')
    // The first word of the extra data repeats the memory's size with 64 bits.
    const large = extraLength >= 8 ? safeNumber(bytes.readBigUInt64BE(extraAt)) : bytes.readUInt32BE(at + 32)
    const l1Offset = safeNumber(bytes.readBigUInt64BE(at))
    if (large === null || l1Offset === null)
      return malformed(name, 'a number in its snapshot table is impossibly large')
    const snapshot = {
      id: readText(bytes, idAt, idLength),
      name: readText(bytes, idAt + idLength, nameLength),
      createdSeconds: bytes.readUInt32BE(at + 16),
      memoryBytes: large,
    }
    snapshots.push(snapshot)
    roots.push({ name: snapshot.name, l1Offset, l1Entries: bytes.readUInt32BE(at + 8) })
    at = Math.ceil(end / 8) * 8
  }
  return ok({ snapshots, roots })
}

/** Names are whatever somebody wrote there; NUL is dropped, as no store takes it. */
const readText = (bytes: Buffer, at: number, length: number) =>
  bytes.toString('utf8', at, at + length).replaceAll('\0', '')

const safeNumber = (value: bigint) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null)
