/**
 * Which snapshot made which image. Physics (field notes, Space): taking S freezes a disk's active image and puts an
 * overlay above it; that overlay holds the blocks changed after S. A revert to S puts another overlay above the same
 * frozen image, which S's XML does not name (libvirt ≥ 9.9 keeps it in <revertDisks>, and not always).
 */
import type { SnapshotXml } from '../xml/snapshot'
import type { HostImages } from './images'

/** One disk of an external snapshot. */
export type FrozenDisk = {
  name: string
  /** the image that holds what the snapshot saved; null = not told */
  frozen: string | null
  /** overlays directly above it that are this guest's, as far as known */
  overlays: string[]
}

/** The disks of a snapshot that it froze, with everything that lies directly above each. */
export function frozenDisks(snapshot: SnapshotXml, images: HostImages, uuid: string): FrozenDisk[] {
  return snapshot.disks
    .filter((disk) => disk.mode === 'external')
    .map((disk) => {
      const frozen = frozenImage(snapshot, disk, images)
      const named = [
        disk.file,
        ...snapshot.revertFiles.filter(({ name }) => name === disk.name).map(({ file }) => file),
      ]
      const overlays = new Set(frozen === null ? [] : images.overlaysOf(frozen))
      for (const file of named) {
        if (file === null || images.isAbsent(file)) continue
        const { backing } = images.facts(file)
        // An overlay since pulled or rebased elsewhere no longer lies above what this snapshot froze.
        if (backing === undefined || backing === frozen) overlays.add(file)
      }
      return { name: disk.name, frozen, overlays: [...overlays].filter((file) => isOwn(file, images, uuid)) }
    })
}

/** What the overlay lies on now; where that is not told, the image the disk had when the snapshot was taken. */
function frozenImage(snapshot: SnapshotXml, disk: { name: string; file: string | null }, images: HostImages) {
  const facts = disk.file === null ? null : images.facts(disk.file)
  if (facts !== null && typeof facts.backing === 'string' && !facts.backingAsTaken) return facts.backing
  return snapshot.imagesThen.get(disk.name) ?? null
}

/** Another guest's overlay above a shared base costs that guest, not this one's snapshot. */
const isOwn = (file: string, images: HostImages, uuid: string) => {
  const users = images.usersOf(file)
  return users.size === 0 || users.has(uuid)
}

/** By image: the snapshot of this guest whose taking, or a revert to which, created it. */
export function makersOf(snapshots: readonly SnapshotXml[], images: HostImages, uuid: string): Map<string, string> {
  const makers = new Map<string, string>()
  const frozen = new Map<string, string>()
  for (const snapshot of snapshots) {
    for (const disk of snapshot.disks) if (disk.file !== null) makers.set(disk.file, snapshot.name)
    for (const { file } of snapshot.revertFiles) makers.set(file, snapshot.name)
    for (const disk of frozenDisks(snapshot, images, uuid)) {
      for (const overlay of disk.overlays) if (!frozen.has(overlay)) frozen.set(overlay, snapshot.name)
    }
  }
  for (const [overlay, name] of frozen) if (!makers.has(overlay)) makers.set(overlay, name)
  return makers
}
