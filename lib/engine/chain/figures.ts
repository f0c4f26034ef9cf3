/** The figures of a guest that lists, filters and notices show. Null = not known; never zero for "could not read". */
import type { CollectedGuest, CollectedStorage } from '@/lib/domain/inventory'
import {
  type Disk,
  SIZE_UNKNOWN,
  type Size,
  type SizeConfidence,
  type SizeSource,
  type Snapshot,
} from '@/lib/domain/snapshot'
import type { Bytes, Instant } from '@/lib/domain/units'
import { buildTree } from './tree'

export type HeldSize = { bytes: Bytes | null; confidence: SizeConfidence }

export type GuestFigures = {
  snapshotCount: number | null
  memorySnapshotCount: number | null
  unmanagedCount: number | null
  /** most backing files below a disk's active image; internal and native snapshots add 0 */
  chainDepth: number | null
  /** ancestors of the current state */
  treeDepth: number | null
  /** null also when there is no snapshot, or none tells its time */
  oldestSnapshotAt: Instant | null
  /** what all snapshots hold together; the active overlay is already inside the newest one's size */
  held: HeldSize
  /** what the current state changed since its parent snapshot; never added to `held` */
  changedSince: Size
}

/**
 * Derives a guest's figures. `disks` or `snapshots` null = that section was never read.
 * `currentParent` is the native id of the current state's parent; with `currentUnknown` nobody tells it.
 */
export function guestFigures(guest: {
  disks: readonly Disk[] | null
  snapshots: readonly Snapshot[] | null
  currentParent: string | null
  currentUnknown?: boolean | undefined
}): GuestFigures {
  const { disks, snapshots, currentParent } = guest
  const chainDepth = deepestChain(disks)
  if (snapshots === null) {
    return {
      snapshotCount: null,
      memorySnapshotCount: null,
      unmanagedCount: null,
      chainDepth,
      treeDepth: null,
      oldestSnapshotAt: null,
      held: { bytes: null, confidence: 'unknown' },
      changedSince: SIZE_UNKNOWN,
    }
  }
  const tree = buildTree(snapshots, currentParent, guest.currentUnknown)
  const pathUnknown = tree.currentUnknown || tree.liveChain.some((key) => tree.byKey.get(key)?.parentMissing != null)
  return {
    snapshotCount: snapshots.length,
    memorySnapshotCount: snapshots.filter((snapshot) => snapshot.memory === 'saved').length,
    unmanagedCount: snapshots.filter((snapshot) => snapshot.unmanaged).length,
    chainDepth,
    // Above a missing parent there may be any number of further ones.
    treeDepth: pathUnknown ? null : tree.liveChain.length,
    oldestSnapshotAt: oldest(snapshots),
    held: addSizes(snapshots.map((snapshot) => snapshot.size)),
    changedSince: changedSinceParent(disks, tree.byKey.get(tree.currentParentKey ?? '')?.snapshot ?? null),
  }
}

function deepestChain(disks: readonly Disk[] | null): number | null {
  if (disks === null) return null
  let deepest = 0
  for (const disk of disks) {
    if (disk.device === 'cdrom' || disk.device === 'floppy') continue
    if (disk.chain === null) return null
    deepest = Math.max(deepest, disk.chain.length - 1)
  }
  return deepest
}

function oldest(snapshots: readonly Snapshot[]): Instant | null {
  let first: Instant | null = null
  for (const { createdAt } of snapshots)
    if (createdAt !== null && (first === null || createdAt < first)) first = createdAt
  return first
}

/**
 * Adds labelled sizes. An unknown part leaves a lower bound; a lower and an upper bound together bound nothing
 * and are an estimate. Nothing known at all stays unknown with `bytes: null`. The sum of nothing is exactly 0.
 */
export function addSizes(sizes: readonly { bytes: Bytes | null; confidence: SizeConfidence }[]): HeldSize {
  let bytes = 0
  let known = 0
  let mayBeMore = false
  let mayBeLess = false
  for (const size of sizes) {
    if (size.bytes === null || size.confidence === 'unknown') {
      mayBeMore = true
      continue
    }
    known += 1
    bytes += size.bytes
    if (size.confidence === 'at-least' || size.confidence === 'estimate') mayBeMore = true
    if (size.confidence === 'at-most' || size.confidence === 'estimate') mayBeLess = true
  }
  if (known === 0 && sizes.length > 0) return { bytes: null, confidence: 'unknown' }
  const confidence = mayBeMore ? (mayBeLess ? 'estimate' : 'at-least') : mayBeLess ? 'at-most' : 'exact'
  return { bytes, confidence }
}

/**
 * Bytes on disk of what lies above the images that `parent` froze. Exact when one overlay lies there;
 * several may hold the same block more than once, so their sum is an upper bound.
 */
function changedSinceParent(disks: readonly Disk[] | null, parent: Snapshot | null): Size {
  if (parent === null || disks === null) return SIZE_UNKNOWN
  const parts: HeldSize[] = []
  let source: SizeSource = 'overlay-allocation-live'
  for (const disk of parent.disks) {
    if (disk.mode === 'excluded') continue
    if (disk.mode === 'internal') source = 'internal-shared'
    parts.push(changedOnDisk(disks.find((each) => each.target === disk.name)?.chain ?? null, parent))
  }
  if (parts.length === 0) return SIZE_UNKNOWN
  const sum = addSizes(parts)
  if (sum.bytes === null) return { ...SIZE_UNKNOWN, source: source === 'internal-shared' ? source : 'not-told' }
  return { ...sum, source }
}

function changedOnDisk(chain: Disk['chain'], parent: Snapshot): HeldSize {
  const top = chain?.findIndex((image) => image.madeBySnapshot === parent.name) ?? -1
  if (chain === null || top < 0) return { bytes: null, confidence: 'unknown' }
  const above = chain.slice(0, top + 1)
  const sum = addSizes(
    above.map((image) => ({
      bytes: image.allocatedBytes,
      confidence: image.allocatedBytes === null ? 'unknown' : 'exact',
    })),
  )
  if (above.length === 1 || sum.bytes === null) return sum
  return { ...sum, confidence: sum.confidence === 'exact' ? 'at-most' : 'estimate' }
}

/** Names of the storages that hold anything of a guest, by the guest's native id; sorted. Unread storages add nothing. */
export function storageNamesByGuest(storages: readonly CollectedStorage[]): Map<string, string[]> {
  const names = new Map<string, Set<string>>()
  for (const storage of storages) {
    if (storage.volumes.status === 'unread') continue
    for (const volume of storage.volumes.value) {
      for (const guest of volume.usedBy) {
        const known = names.get(guest)
        if (known === undefined) names.set(guest, new Set([storage.facts.name]))
        else known.add(storage.facts.name)
      }
    }
  }
  return new Map([...names].map(([guest, found]) => [guest, [...found].sort()]))
}

/** The same from what the guests' own disks name, where a hypervisor tells it; `nameOf` knows a storage's native id. */
export function storageNamesOfDisks(
  guests: readonly CollectedGuest[],
  nameOf: (nativeId: string) => string | undefined,
): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const { facts, disks } of guests) {
    if (disks.status === 'unread') continue
    const found = disks.value.flatMap(({ storage }) => (storage === undefined ? [] : (nameOf(storage) ?? [])))
    if (found.length > 0) names.set(facts.nativeId, [...new Set(found)])
  }
  return names
}
