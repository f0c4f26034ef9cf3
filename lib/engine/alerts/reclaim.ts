/** The reclaim advisor: which snapshots to delete first so that a storage gets under its line, safest first. */
import type { Reclaim, ReclaimBecause, ReclaimCandidate, ReclaimItem } from '@/lib/domain/alert-view'
import type { EnvironmentLimits } from '@/lib/domain/environment'
import type { StorageId } from '@/lib/domain/ids'
import type { Intent, SingleIntent } from '@/lib/domain/plan'
import { type ByteRange, type Bytes, DAY, elapsedMillis, type Instant, type Millis } from '@/lib/domain/units'

export type ReclaimWorld = {
  storageId: StorageId
  candidates: readonly ReclaimCandidate[]
  limits: EnvironmentLimits
  usedBytes: Bytes | null
  usableBytes: Bytes | null
  /** growth that fills it, bytes a day; null = not known */
  perDayBytes: number | null
  /** the share to get under */
  target: number
  /** the merge of a larger one does not fit into the room that is left; null = not asked yet */
  roomBytes: Bytes | null
  now: Instant
}

/** A memory state older than this is out of date in all but name. */
const MEMORY_OLD: Millis = 7 * DAY
/** A list a person can read at night. */
const MOST_ITEMS = 20

export type ReclaimAdvice = Pick<Reclaim, 'items' | 'intent' | 'leftOut'>

/** What goes first and what never goes. What it does is the planner's to say: see `reclaimEffect`. */
export function adviseReclaim(world: ReclaimWorld): ReclaimAdvice {
  const ranked = world.candidates
    .filter((candidate) => leftOutBecause(candidate, world) === null)
    .flatMap((candidate) => {
      const because = becauseOf(candidate, world)
      return because === null ? [] : [{ candidate, because }]
    })
    .sort((a, b) => RANK[a.because] - RANK[b.because] || byAge(a.candidate, b.candidate))
    .slice(0, MOST_ITEMS)
  const items = enough(ranked, world).map(({ candidate, because }) => itemOf(candidate, because, world.limits))
  return { items, intent: intentOf(items), leftOut: countLeftOut(world) }
}

/**
 * The effect in figures, from what the plan frees on the storage. Bought time is what today's growth takes to fill the
 * low end again; nothing is claimed where the low end is 0.
 */
export function reclaimEffect(
  frees: ByteRange,
  world: Pick<ReclaimWorld, 'usedBytes' | 'usableBytes' | 'perDayBytes'>,
): Pick<Reclaim, 'frees' | 'usedAfter' | 'boughtMillis'> {
  return { frees, usedAfter: usedAfter(world, frees), boughtMillis: bought(world, frees.min) }
}

const RANK: Record<ReclaimBecause, number> = { 'past-limit': 0, 'safety-over': 1, 'old-memory': 2, oldest: 3 }

/** Oldest first: what is least likely to be gone back to. Unknown ages come last. */
const byAge = (a: ReclaimCandidate, b: ReclaimCandidate): number =>
  (a.createdAt ?? '9').localeCompare(b.createdAt ?? '9') || a.snapshotId.localeCompare(b.snapshotId)

type LeftOut = Reclaim['leftOut'][number]['because']

function leftOutBecause({ held, incomplete, shared, bytes }: ReclaimCandidate, world: ReclaimWorld): LeftOut | null {
  if (held) return 'held'
  if (incomplete) return 'incomplete'
  if (shared) return 'shared'
  // What is freed by the small ones makes room for the large ones later: measure, and look again.
  return world.roomBytes !== null && (bytes === null || bytes > world.roomBytes) ? 'no-room' : null
}

function becauseOf(candidate: ReclaimCandidate, { limits, now }: ReclaimWorld): ReclaimBecause | null {
  // Deleting data without metadata needs the guest off and a plan of its own: it is said, and not proposed here.
  if (candidate.unmanaged) return null
  const limit = limits[candidate.environment].ageLimitMillis
  const age = candidate.createdAt === null ? null : elapsedMillis(candidate.createdAt, now)
  if (age !== null && limit !== null && age > limit) return 'past-limit'
  if (candidate.safety !== null) {
    const { expiresAt } = candidate.safety
    return expiresAt !== null && expiresAt <= now ? 'safety-over' : null
  }
  if (candidate.memory && age !== null && age > MEMORY_OLD) return 'old-memory'
  // Without a limit only age speaks, and a week is every shipped limit's longest.
  return limit === null && age !== null && age > MEMORY_OLD ? 'oldest' : null
}

/** As many as it may take to get under the target, at least one; one alone where its bytes are not told. */
function enough<Ranked extends { candidate: ReclaimCandidate }>(
  ranked: readonly Ranked[],
  world: ReclaimWorld,
): Ranked[] {
  const { usedBytes, usableBytes, target } = world
  const wanted = usedBytes === null || usableBytes === null ? 0 : usedBytes - target * usableBytes
  const chosen: Ranked[] = []
  let freed = 0
  for (const each of ranked) {
    const { bytes } = each.candidate
    // What nobody told is deleted alone, measured, and looked at again.
    if (chosen.length > 0 && (freed >= wanted || bytes === null)) break
    chosen.push(each)
    freed += bytes ?? 0
    if (bytes === null) break
  }
  return chosen
}

function usedAfter(
  { usedBytes, usableBytes }: Pick<ReclaimWorld, 'usedBytes' | 'usableBytes'>,
  frees: ByteRange,
): Reclaim['usedAfter'] {
  if (usedBytes === null || usableBytes === null || usableBytes === 0) return null
  const share = (freed: number) => Math.max(0, (usedBytes - freed) / usableBytes)
  return { worst: share(frees.min), best: frees.max === null ? 0 : share(frees.max) }
}

/** Time until it is where it is now again, at today's growth; nothing is claimed where nothing is certain. */
const bought = ({ perDayBytes }: Pick<ReclaimWorld, 'perDayBytes'>, low: Bytes): Millis | null =>
  low === 0 || perDayBytes === null || perDayBytes <= 0 ? null : Math.round((low / perDayBytes) * DAY)

const itemOf = (candidate: ReclaimCandidate, because: ReclaimBecause, limits: EnvironmentLimits): ReclaimItem => ({
  snapshotId: candidate.snapshotId,
  name: candidate.name,
  guestId: candidate.guestId,
  guestName: candidate.guestName,
  createdAt: candidate.createdAt,
  because,
  environment: candidate.environment,
  limitMillis: limits[candidate.environment].ageLimitMillis,
  bytes: candidate.bytes,
  confidence: candidate.confidence,
})

/** One delete a guest; several guests are a batch that goes on after a failure: every bit of room helps. */
function intentOf(items: readonly ReclaimItem[]): Intent | null {
  const guestIds = [...new Set(items.map(({ guestId }) => guestId))]
  const intents: SingleIntent[] = guestIds.map((guestId) => ({
    do: 'delete',
    guestId,
    snapshotIds: items.filter((item) => item.guestId === guestId).map(({ snapshotId }) => snapshotId),
    children: 'keep',
  }))
  const [first] = intents
  if (first === undefined) return null
  return intents.length === 1 ? first : { do: 'batch', intents, onFailure: 'continue' }
}

function countLeftOut(world: ReclaimWorld): Reclaim['leftOut'] {
  const counts = new Map<LeftOut, number>()
  for (const candidate of world.candidates) {
    const because = leftOutBecause(candidate, world)
    if (because !== null) counts.set(because, (counts.get(because) ?? 0) + 1)
  }
  return [...counts].map(([because, count]) => ({ because, count }))
}
