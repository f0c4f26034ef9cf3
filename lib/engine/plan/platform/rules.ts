/** What a platform does and refuses, as planners ask it. One file each; every row is recorded or read in its source. */

import type { Power } from '@/lib/domain/inventory'
import type { Downtime, Merge } from '@/lib/domain/plan'
import type { HeldInside, Snapshot } from '@/lib/domain/snapshot'
import type { ByteRange } from '@/lib/domain/units'
import type { Context } from '../context'
import type { Refusal, Touch } from '../draft'
import type { Layers } from '../layers'
import type { SpaceMove } from '../space'
import type { TreeState } from '../tree-state'

/** A guest while a plan changes it. */
export type GuestState = {
  tree: TreeState
  power: Power
  /** by disk; null = its chain could not be read */
  layers: ReadonlyMap<string, Layers | null>
  /** names of internal snapshots that are gone by now: what they shared is freed when the last of them goes */
  gone: ReadonlySet<string>
}

export type DeleteEffect = {
  after: GuestState
  merges: Omit<Merge, 'guestId'>[]
  moves: SpaceMove[]
  /** what is copied; null = not known */
  copies: ByteRange | null
  touches: Touch[]
  /** files no longer in a disk's chain, and what is the active image then */
  gone: { target: string; files: string[]; active: string | null }[]
  /** files that stay behind although nothing needs them */
  leaks: string[]
  downtime: Downtime
}

export type RollbackEffect = {
  power: Power
  moves: SpaceMove[]
  /** active images of now that are no longer active afterwards */
  leftActive: { target: string; file: string }[]
  /** disks that keep what they hold */
  untouchedDisks: string[]
  /** disks that are no longer the guest's, though their data stays */
  detachedDisks: string[]
  /** the configuration is the one saved with the snapshot */
  restoresConfiguration: boolean
  /** tags and protection go back with it: today's are put back by a step of their own */
  restoresTags: boolean
  /** files removed with today's state */
  touches: Touch[]
}

export type Outcome<T> = { ok: true; effect: T } | { ok: false; refusals: Refusal[] }

export type PlatformRules = {
  /** which snapshots a guest can go back to */
  reach(context: Context): 'any' | 'newest-only'
  startState(context: Context): GuestState
  deleteOne(context: Context, state: GuestState, snapshot: Snapshot): Outcome<DeleteEffect>
  rollback(context: Context, state: GuestState, snapshot: Snapshot, startAfter: boolean): Outcome<RollbackEffect>
}

/** What deleting a set of internal snapshots frees inside the images, beyond what an earlier part of it freed. */
export function freedInside(
  held: readonly HeldInside[],
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): number {
  const within = (names: readonly string[], set: ReadonlySet<string>): boolean => names.every((name) => set.has(name))
  return held.reduce(
    (sum, { snapshots, bytes }) => sum + (within(snapshots, after) && !within(snapshots, before) ? bytes : 0),
    0,
  )
}
