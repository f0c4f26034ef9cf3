/**
 * Last known + a new reading → what is known now. The rules of the collector, pure:
 * an unread section keeps what was known, with its age and the reason; nothing is ever cleared by not being read.
 */
import type { CollectedGuest, CollectedStorage, Section, SnapshotsOfGuest, Volume } from '@/lib/domain/inventory'
import type {
  GuestFiguresKept,
  KeptGuest,
  KnownGuest,
  KnownSection,
  KnownStorage,
  StorageFiguresKept,
} from '@/lib/domain/known'
import type { Instant } from '@/lib/domain/units'
import { guestFigures } from '../chain/figures'

/** A guest as read at `at` over what was known of it (null = a new one). */
export function mergeGuest(known: KeptGuest | null, read: CollectedGuest, at: Instant): KnownGuest {
  return {
    ...mergeFacts(known, read),
    disks: mergeSection(known?.disks, read.disks, at),
    snapshots: mergeSection(known?.snapshots, uniqueSnapshots(read.snapshots), at),
    configuration: mergeSection(known?.configuration, read.configuration, at),
    collectedAt: at,
  }
}

/** A storage as read at `at` over what was known of it (null = a new one). */
export function mergeStorage(
  known: Pick<KnownStorage, 'volumes'> | null,
  read: CollectedStorage,
  at: Instant,
): KnownStorage {
  return { facts: read.facts, volumes: mergeSection(known?.volumes, uniqueVolumes(read.volumes), at), collectedAt: at }
}

/** Whether merging needs what was known: a reading of every section replaces all of it. */
export const needsKnown = (read: CollectedGuest): boolean =>
  read.factsUnread !== undefined ||
  read.disks.status === 'unread' ||
  read.snapshots.status === 'unread' ||
  read.configuration.status === 'unread'

/** Facts that could not be read stay as known: a node that is down makes no guest nameless. */
function mergeFacts(
  known: KeptGuest | null,
  { facts, factsUnread, capabilities, findings }: CollectedGuest,
): Pick<KnownGuest, 'facts' | 'capabilities' | 'findings'> {
  if (known === null) return { facts, capabilities, findings }
  if (factsUnread !== undefined) {
    const { node, power, lock, tasks } = facts
    return {
      facts: { ...known.facts, node, power, lock, tasks },
      capabilities: known.capabilities,
      findings: known.findings,
    }
  }
  return { facts: { ...facts, birthMark: facts.birthMark ?? known.facts.birthMark }, capabilities, findings }
}

/** A section as read over what was known of it. */
function mergeSection<T>(known: KnownSection<T> | undefined, read: Section<T>, at: Instant): KnownSection<T> {
  if (read.status === 'read') return { value: read.value, at, unread: null }
  return { value: known?.value ?? null, at: known?.at ?? null, unread: read.reason }
}

/** The figures of a guest from what is known of it; sections never read give null. */
export function figuresOf(guest: KnownGuest): GuestFiguresKept {
  const snapshots = guest.snapshots.value
  const figures = guestFigures({
    disks: guest.disks.value,
    snapshots: snapshots?.items ?? null,
    currentParent: snapshots?.currentParent ?? null,
    currentUnknown: snapshots?.currentUnknown,
  })
  // Images nobody could look into may hold more of them: none found is not none there.
  const mayHaveMore = snapshots?.imagesUnread !== undefined && figures.unmanagedCount === 0
  return { ...figures, unmanagedCount: mayHaveMore ? null : figures.unmanagedCount }
}

/** The figures of a storage from what is known of it. */
export function storageFiguresOf(storage: KnownStorage): StorageFiguresKept {
  const volumes = storage.volumes.value
  if (volumes === null) return { snapshotBytes: null, orphanCount: null, orphanBytes: null }
  const orphans = volumes.filter((volume) => volume.role === 'orphan')
  // A volume of unknown role may be an orphan: while there is one, orphans are not counted.
  const countable = !volumes.some((volume) => volume.role === 'unknown')
  return {
    snapshotBytes: sumAllocated(volumes.filter((volume) => volume.role === 'overlay' || volume.role === 'memory')),
    orphanCount: countable ? orphans.length : null,
    orphanBytes: countable ? sumAllocated(orphans) : null,
  }
}

/** Null when one of them is not known: half a sum is not a sum. */
function sumAllocated(volumes: readonly Volume[]): number | null {
  let sum = 0
  for (const { allocatedBytes } of volumes) {
    if (allocatedBytes === null) return null
    sum += allocatedBytes
  }
  return sum
}

/**
 * Gives repeated native ids a suffix: a listing may name two snapshots alike, and both are kept. A suffixed id is
 * never another snapshot's own.
 */
function uniqueSnapshots(section: Section<SnapshotsOfGuest>): Section<SnapshotsOfGuest> {
  if (section.status === 'unread') return section
  const items = uniqueById(section.value.items)
  return items === section.value.items ? section : { status: 'read', value: { ...section.value, items } }
}

function uniqueVolumes(section: Section<Volume[]>): Section<Volume[]> {
  if (section.status === 'unread') return section
  const value = uniqueById(section.value)
  return value === section.value ? section : { status: 'read', value }
}

/** The same array when nothing repeats. */
export function uniqueById<Thing extends { nativeId: string }>(things: Thing[]): Thing[] {
  const ids = new Set(things.map((thing) => thing.nativeId))
  if (ids.size === things.length) return things
  const used = new Set<string>()
  return things.map((thing) => {
    let { nativeId } = thing
    for (let copy = 2; used.has(nativeId); copy += 1) {
      const suffixed = `${thing.nativeId}#${copy}`
      if (!ids.has(suffixed)) nativeId = suffixed
    }
    used.add(nativeId)
    return nativeId === thing.nativeId ? thing : { ...thing, nativeId }
  })
}
