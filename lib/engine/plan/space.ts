/**
 * What a plan needs of each storage at its worst moment, and what the storage has back at the end, by adding up what
 * each step takes and then gives, in their order.
 */
import type { StorageId } from '@/lib/domain/ids'
import type { SpaceEffect } from '@/lib/domain/plan'
import type { PlanStorage } from '@/lib/domain/plan-world'
import type { ByteRange, Bytes } from '@/lib/domain/units'
import { compareText } from './order'
import { add, NOTHING } from './ranges'

/** One step's doing on one storage: first it takes, and when it is done it gives back. */
export type SpaceMove = {
  storage: PlanStorage
  takes: ByteRange
  gives: ByteRange
  /** freed inside image files, for that guest to use again */
  insideImages: ByteRange
  /** `takes.max` is no more than what the disks could hold at most: nothing told it */
  bound: SpaceEffect['bound']
}

export const spaceMove = (storage: PlanStorage, move: Partial<Omit<SpaceMove, 'storage'>>): SpaceMove => ({
  storage,
  takes: NOTHING,
  gives: NOTHING,
  insideImages: NOTHING,
  bound: 'told',
  ...move,
})

/** How full a storage is against now: `max` null = no upper bound. Negative = emptier than now. */
type Level = { min: Bytes; max: Bytes | null }
type Account = { storage: PlanStorage; level: Level; peak: Level; inside: ByteRange; bound: SpaceEffect['bound'] }

/** The effect of moves made in this order, one entry a storage, by id. */
export function spaceOf(moves: readonly SpaceMove[]): SpaceEffect[] {
  const accounts = new Map<StorageId, Account>()
  for (const move of moves) accounts.set(move.storage.id, afterMove(accounts.get(move.storage.id), move))
  return [...accounts.values()]
    .map(effectOf)
    .sort((a, b) => compareText(a.storageName, b.storageName) || compareText(a.storageId, b.storageId))
}

function afterMove(account: Account | undefined, move: SpaceMove): Account {
  const { level, peak, inside, bound } = account ?? { level: ZERO, peak: ZERO, inside: NOTHING, bound: 'told' }
  const top = { min: level.min + move.takes.min, max: plus(level.max, move.takes.max) }
  return {
    storage: move.storage,
    // What it gives back may be known least of all: then it may give nothing, or leave nothing.
    level: {
      min: move.gives.max === null ? Number.NEGATIVE_INFINITY : top.min - move.gives.max,
      max: top.max === null ? null : top.max - move.gives.min,
    },
    peak: {
      min: Math.max(peak.min, top.min),
      max: peak.max === null || top.max === null ? null : Math.max(peak.max, top.max),
    },
    inside: add(inside, move.insideImages),
    bound: bound === 'virtual-size' || move.bound === 'virtual-size' ? 'virtual-size' : 'told',
  }
}

const ZERO: Level = { min: 0, max: 0 }
const plus = (a: Bytes | null, b: Bytes | null): Bytes | null => (a === null || b === null ? null : a + b)

function effectOf({ storage, level, peak, inside, bound }: Account): SpaceEffect {
  return {
    storageId: storage.id,
    storageName: storage.known.facts.name,
    peak: { min: Math.max(0, peak.min), max: peak.max === null ? null : Math.max(0, peak.max) },
    frees: {
      min: level.max === null ? 0 : Math.max(0, -level.max),
      max: level.min === Number.NEGATIVE_INFINITY ? null : Math.max(0, -level.min),
    },
    insideImages: inside,
    bound,
  }
}

/**
 * Bytes a plan may take of a storage; null = its figures are not known. Below the ceiling: up to the ceiling. Above it
 * already: half of what is left, because a rule that forbids every merge at 95 % forbids the only rescue, and the other
 * half is for what the guests write meanwhile.
 */
export function roomOn({ known: { facts }, ceilingRatio }: PlanStorage): Bytes | null {
  const { capacityBytes, usedBytes, availableBytes } = facts
  if (availableBytes === null) return null
  const used = usedBytes ?? (capacityBytes === null ? null : capacityBytes - availableBytes)
  if (capacityBytes === null || used === null) return Math.floor(availableBytes / 2)
  const toCeiling = Math.floor(capacityBytes * ceilingRatio) - used
  return toCeiling > 0 ? Math.min(toCeiling, availableBytes) : Math.floor(availableBytes / 2)
}
