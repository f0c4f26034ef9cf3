/**
 * What an automatic clean-up may delete: snapshots that Snapwarden took itself, whose agreed time is over, that nobody
 * holds. Whatever is not known leaves a snapshot where it is.
 */
import type { CleanUpCandidate, CleanUpPolicy } from '@/lib/domain/clean-up'
import type { SnapshotId, StorageId } from '@/lib/domain/ids'
import type { Intent, Plan, SingleIntent } from '@/lib/domain/plan'
import { type Bytes, elapsedMillis, type Instant, MINUTE, type Millis } from '@/lib/domain/units'

export type KeptBecause =
  | 'held'
  | 'not-ours'
  | 'no-expiry'
  | 'not-expired'
  | 'age-unknown'
  | 'another-one'
  | 'unmanaged'
  | 'incomplete'
  | 'shared'

/** Clocks of hypervisors and ours differ; one that is younger than its note by more is another one under its name. */
const CLOCKS_APART: Millis = 2 * MINUTE

/** Why a snapshot is never chosen, null when it may go. */
export function keptBecause(candidate: CleanUpCandidate, now: Instant): KeptBecause | null {
  const { own, createdAt } = candidate
  if (candidate.held) return 'held'
  if (own === null) return 'not-ours'
  if (own.expiresAt === null) return 'no-expiry'
  if (elapsedMillis(own.expiresAt, now) < 0) return 'not-expired'
  if (createdAt === null) return 'age-unknown'
  if (elapsedMillis(own.notedAt, createdAt) > CLOCKS_APART) return 'another-one'
  if (candidate.unmanaged) return 'unmanaged'
  if (candidate.incomplete) return 'incomplete'
  return candidate.shared ? 'shared' : null
}

export type CleanUpWorld = {
  candidates: readonly CleanUpCandidate[]
  policy: Pick<CleanUpPolicy, 'maxSnapshots'>
  /** bytes to free until the storage is where it should be; null = not known */
  wantedBytes: Bytes | null
  now: Instant
}

/**
 * The longest expired first, as many as it may take and no more than the policy allows; one alone where nobody told
 * its bytes: it is deleted, measured, and looked at again.
 */
export function chooseCleanUp({ candidates, policy, wantedBytes, now }: CleanUpWorld): CleanUpCandidate[] {
  const free = candidates
    .filter((candidate) => keptBecause(candidate, now) === null)
    .sort((a, b) => expiry(a).localeCompare(expiry(b)) || a.snapshotId.localeCompare(b.snapshotId))
  const chosen: CleanUpCandidate[] = []
  let freed = 0
  for (const candidate of free) {
    const isEnough = chosen.length > 0 && (wantedBytes === null || freed >= wantedBytes || candidate.bytes === null)
    if (chosen.length >= policy.maxSnapshots || isEnough) break
    chosen.push(candidate)
    if (candidate.bytes === null) break
    freed += candidate.bytes
  }
  return chosen
}

const expiry = ({ own }: CleanUpCandidate): string => own?.expiresAt ?? ''

/** One delete a guest; several guests are a batch that goes on after a failure: every bit of room helps. */
export function cleanUpIntent(chosen: readonly CleanUpCandidate[]): Intent | null {
  const intents = [...new Set(chosen.map(({ guestId }) => guestId))].map(
    (guestId): SingleIntent => ({
      do: 'delete',
      guestId,
      snapshotIds: chosen.filter((each) => each.guestId === guestId).map(({ snapshotId }) => snapshotId),
      children: 'keep',
    }),
  )
  const [first] = intents
  if (first === undefined) return null
  return intents.length === 1 ? first : { do: 'batch', intents, onFailure: 'continue' }
}

/** The storages on which a plan needs more room than the policy allows, or on which nobody told how much. */
export const overPeak = ({ space }: Pick<Plan, 'space'>, { maxPeakBytes }: CleanUpPolicy): StorageId[] =>
  space.filter(({ peak }) => peak.max === null || peak.max > maxPeakBytes).map(({ storageId }) => storageId)

/**
 * Whether a plan deletes exactly what was chosen, keeps every guest running, and passes over no check. What a planner
 * adds on top is for people to agree to.
 */
export function isPlainCleanUp(
  { parts, checks, downtime }: Pick<Plan, 'parts' | 'checks' | 'downtime'>,
  chosen: readonly SnapshotId[],
): boolean {
  const deleted = parts.flatMap(({ intent }) => (intent.do === 'delete' ? intent.snapshotIds : []))
  return (
    parts.every(({ intent }) => intent.do === 'delete' && intent.children === 'keep') &&
    deleted.length === chosen.length &&
    deleted.every((id) => chosen.includes(id)) &&
    checks.every(({ overridden }) => !overridden) &&
    downtime !== 'off'
  )
}
