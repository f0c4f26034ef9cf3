/** What a snapshot costs, with how sure we are. Never the provisioned size, never zero for what is not known. */
import type { HeldInside, Size } from '@/lib/domain/snapshot'
import type { ImageMaps, ImageTables } from '../readings'
import type { SnapshotXml } from '../xml/snapshot'
import { frozenDisks } from './explain'
import type { HostImages } from './images'

/**
 * An external snapshot: bytes on disk of every overlay directly above the images it froze, plus its memory file.
 * `branches`: how many overlays must lie above it (its children, and the current state when it stands on this one);
 * finding fewer means some are not told, so the sum is a lower bound.
 */
export function externalSize(snapshot: SnapshotXml, images: HostImages, uuid: string, branches: number): Size {
  const disks = frozenDisks(snapshot, images, uuid)
  const overlays = disks.flatMap((disk) => disk.overlays)
  const known = overlays.map((file) => images.facts(file))
  const memory = snapshot.memoryFile === null ? null : images.facts(snapshot.memoryFile).bytesOnDisk
  const parts = [...known.map((facts) => facts.bytesOnDisk), ...(snapshot.memoryFile === null ? [] : [memory])]
  const told = parts.filter((bytes): bytes is number => bytes !== null)
  if (told.length === 0) {
    return parts.length === 0 && branches === 0 && holdsNothing(snapshot, images)
      ? { bytes: 0, confidence: 'exact', source: 'overlay-allocation' }
      : { bytes: null, confidence: 'unknown', source: 'file-not-in-a-pool' }
  }
  const complete =
    told.length === parts.length && disks.every((disk) => disk.frozen !== null && disk.overlays.length >= branches)
  return {
    bytes: told.reduce((sum, bytes) => sum + bytes, 0),
    confidence: complete ? 'exact' : 'at-least',
    source: sourceOf(
      memory !== null,
      disks.length > 0,
      known.some((facts) => facts.live),
    ),
  }
}

/** A leaf the guest was reverted away from: libvirt threw its overlay away, and a fresh listing shows it gone. */
const holdsNothing = (snapshot: SnapshotXml, images: HostImages) =>
  snapshot.disks.every((disk) => disk.file === null || images.isAbsent(disk.file))

function sourceOf(hasMemory: boolean, hasDisks: boolean, live: boolean): Size['source'] {
  if (hasMemory) return hasDisks ? 'overlay-and-memory' : 'memory-reported'
  return live ? 'overlay-allocation-live' : 'overlay-allocation'
}

/**
 * An internal snapshot: what only it holds, where the image's tables were walked (its saved memory is among it). Else
 * its clusters lie among all others, and only its saved memory is told; that much at least goes when the snapshot does.
 */
export function internalSize(
  name: string,
  files: readonly string[],
  { tables, maps, running }: { tables: ImageTables; maps: ImageMaps; running: boolean },
): Size {
  const parts = files.map((file) => maps.held.get(file)?.inside.find((entry) => isOnly(entry, name))?.bytes ?? null)
  if (files.length > 0 && parts.every((bytes) => bytes !== null)) {
    const bytes = parts.reduce((sum, part) => sum + part, 0)
    return { bytes, confidence: running ? 'estimate' : 'exact', source: 'image-tables' }
  }
  const memory = savedMemoryBytes(name, files, tables.tables)
  if (memory === null || memory === 0) return { bytes: null, confidence: 'unknown', source: 'internal-shared' }
  return { bytes: memory, confidence: 'at-least', source: 'memory-reported' }
}

const isOnly = ({ snapshots }: HeldInside, name: string) => snapshots.length === 1 && snapshots[0] === name

/** Bytes of saved memory in the images that hold this snapshot; null when one of them could not be looked into. */
function savedMemoryBytes(name: string, files: readonly string[], tables: ImageTables['tables']): number | null {
  let sum = 0
  for (const file of files) {
    const table = tables.get(file)
    if (table === undefined) return null
    sum += table.find((entry) => entry.name === name)?.memoryBytes ?? 0
  }
  return files.length === 0 ? null : sum
}
