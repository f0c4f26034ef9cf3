/** One guest as a planner sees it: what is known of it, its tree, and what stands around it. */
import type { DiskRef, GuestRef, SnapshotId, SnapshotRef, StorageRef } from '@/lib/domain/ids'
import type { KnownGuest } from '@/lib/domain/known'
import type { PlanConnection, PlanGuest, PlanSnapshot, PlanStorage } from '@/lib/domain/plan-world'
import type { Disk, Snapshot } from '@/lib/domain/snapshot'
import type { Instant } from '@/lib/domain/units'
import { indexTree, type TreeState } from './tree-state'
import type { WorldIndex } from './world-index'

export type Context = {
  index: WorldIndex
  now: Instant
  guest: PlanGuest
  connection: PlanConnection
  known: KnownGuest
  ref: GuestRef
  /** the hypervisor's own snapshots; empty also when they were never read, which the checks tell */
  snapshots: readonly Snapshot[]
  tree: TreeState
  /** disks a snapshot can concern: no empty drives, no media */
  disks: readonly Disk[]
  /** before the steps' names: unique within the plan */
  keyPrefix: string
}

/** Null when the world lacks the guest's connection: it was removed since. */
export function contextOf(index: WorldIndex, guest: PlanGuest, now: Instant, keyPrefix: string): Context | null {
  const connection = index.connections.get(guest.connectionId)
  if (connection === undefined) return null
  const { known } = guest
  const { nativeId, name, node } = known.facts
  const items = known.snapshots.value?.items ?? []
  const snapshots = items.filter((item) => !item.unmanaged)
  return {
    index,
    now,
    guest,
    connection,
    known,
    ref: { nativeId, name, node },
    snapshots,
    tree: indexTree(
      snapshots,
      known.snapshots.value?.currentParent ?? null,
      known.snapshots.value?.currentUnknown === true && snapshots.length > 0,
    ),
    disks: (known.disks.value ?? []).filter(isWritableDisk),
    keyPrefix,
  }
}

const isWritableDisk = (disk: Disk): boolean => (disk.device === 'disk' || disk.device === 'lun') && !disk.readOnly

/** A snapshot by our id, with what we know of it ourselves; null = it is gone. Unmanaged ones are found too. */
export function snapshotById(context: Context, id: SnapshotId): { ours: PlanSnapshot; snapshot: Snapshot } | null {
  const ours = context.guest.snapshots.find((each) => each.id === id)
  const snapshot = context.known.snapshots.value?.items.find((item) => item.nativeId === ours?.nativeId)
  return ours === undefined || snapshot === undefined ? null : { ours, snapshot }
}

export const oursOf = (context: Context, { nativeId }: Snapshot): PlanSnapshot | null =>
  context.guest.snapshots.find((each) => each.nativeId === nativeId) ?? null

export const snapshotRef = (context: Context, { nativeId, name }: { nativeId: string; name: string }): SnapshotRef => ({
  guest: context.ref,
  nativeId,
  name,
})
export const diskRef = (context: Context, target: string): DiskRef => ({ guest: context.ref, target })
export const storageRef = ({ known: { facts } }: PlanStorage): StorageRef => ({
  nativeId: facts.nativeId,
  name: facts.name,
  node: facts.node,
})

/** The storage a file lies in: as its volume tells, else by the folder it lies in; null = in none that we know. */
export function storageOfFile(context: Context, file: string): PlanStorage | null {
  const { index, guest } = context
  const volume = index.volumesAt.get(file)?.find((each) => each.connectionId === guest.connectionId)
  if (volume !== undefined) return index.storages.get(volume.storageId) ?? null
  const holding = (index.storagesOf.get(guest.connectionId) ?? []).filter(({ known: { facts } }) => {
    return facts.path !== null && file.startsWith(facts.path.endsWith('/') ? facts.path : `${facts.path}/`)
  })
  return holding.reduce<PlanStorage | null>(
    (deepest, each) => (pathLength(each) > pathLength(deepest) ? each : deepest),
    null,
  )
}

const pathLength = (storage: PlanStorage | null): number => storage?.known.facts.path?.length ?? -1

/** The storage a disk's active image lies in: named by the hypervisor, or found by its file. */
export function storageOfDisk(context: Context, disk: Disk): PlanStorage | null {
  if (disk.storage !== undefined) {
    const named = (context.index.storagesOf.get(context.guest.connectionId) ?? []).filter(
      ({ known: { facts } }) => facts.nativeId === disk.storage,
    )
    const own = named.find(({ known: { facts } }) => facts.node === context.ref.node) ?? named[0]
    if (own !== undefined) return own
  }
  const active = disk.chain?.[0]
  return active === undefined ? null : storageOfFile(context, active.file)
}
