/**
 * In which order the guests of a batch are worked on. Deletions of one storage run one at a time and in this order, so
 * what the first gives back is there for the next: those that need least go first, and what only takes goes last.
 */

import type { StorageId } from '@/lib/domain/ids'
import type { SpaceEffect } from '@/lib/domain/plan'
import type { PlanStorage } from '@/lib/domain/plan-world'
import type { Bytes, Instant } from '@/lib/domain/units'
import { compareText } from './order'
import type { Part } from './plan-one'
import { roomOn, type SpaceMove, spaceOf } from './space'

type Weighed = { part: Part; space: SpaceEffect[]; needs: Bytes; gains: boolean; oldest: Instant }

/** Stable whatever the order asked: by need, by age of the oldest snapshot, by guest. */
export function schedule(parts: readonly Part[]): Part[] {
  const weighed = parts.map((part): Weighed => {
    const space = spaceOf(part.draft.moves)
    const needs = Math.max(0, ...space.map(({ peak }) => peak.max ?? Number.MAX_SAFE_INTEGER))
    const gains = space.every(({ peak, frees }) => (peak.max ?? 0) === 0 || frees.max !== 0)
    return { part, space, needs, gains, oldest: oldestOf(part) }
  })
  weighed.sort((a, b) => {
    if (a.gains !== b.gains) return a.gains ? -1 : 1
    return (
      (a.gains ? a.needs - b.needs : b.needs - a.needs) ||
      compareText(a.oldest, b.oldest) ||
      compareText(a.part.context.guest.id, b.part.context.guest.id)
    )
  })
  return weighed.map(({ part }) => part)
}

function oldestOf({ draft }: Part): Instant {
  const times = draft.losses.flatMap(({ detail }) => (typeof detail.createdAt === 'string' ? [detail.createdAt] : []))
  return times.reduce((oldest, each) => (oldest === '' || each < oldest ? each : oldest), '')
}

/** Parts that fit one after another, and those that would pass a storage's ceiling after the ones before them. */
export function fitting(
  parts: readonly Part[],
  storages: ReadonlyMap<StorageId, PlanStorage>,
): { fit: Part[]; over: Part[] } {
  const fit: Part[] = []
  const over: Part[] = []
  const levels = new Map<StorageId, Bytes>()
  for (const part of parts) {
    const after = levelsAfter(levels, part.draft.moves, storages)
    if (after === null) {
      over.push(part)
      continue
    }
    for (const [id, level] of after) levels.set(id, level)
    fit.push(part)
  }
  return { fit, over }
}

/** Levels against now in the worst case; null = one of them passes its storage's room on the way. */
function levelsAfter(
  levels: ReadonlyMap<StorageId, Bytes>,
  moves: readonly SpaceMove[],
  storages: ReadonlyMap<StorageId, PlanStorage>,
): Map<StorageId, Bytes> | null {
  const now = new Map(levels)
  for (const { storage, takes, gives } of moves) {
    const start = now.get(storage.id) ?? 0
    const known = storages.get(storage.id)
    const room = known === undefined ? null : roomOn(known)
    if (takes.max !== 0 && (takes.max === null || room === null || start + takes.max > room)) return null
    now.set(storage.id, start + (takes.max ?? 0) - gives.min)
  }
  return now
}
