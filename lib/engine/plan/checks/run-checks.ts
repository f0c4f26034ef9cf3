/** All checks over one guest's draft. What planning itself refused is told under the check it belongs to. */
import { CHECK_IDS, type Check, type CheckId } from '@/lib/domain/plan'
import type { Draft, Refusal } from '../draft'
import { mayOverride } from '../may-override'
import { backupCheckpoint } from './backup-checkpoint'
import { baseNotShared } from './base-not-shared'
import { chainDepth } from './chain-depth'
import { childrenHandled } from './children-handled'
import { disksCovered } from './disks-covered'
import { firmwareState } from './firmware-state'
import { freshEnough } from './fresh-enough'
import { guestNotLocked } from './guest-not-locked'
import { haManaged } from './ha-managed'
import { identityRisk } from './identity-risk'
import { memoryCompatible } from './memory-compatible'
import { nameFree } from './name-free'
import { newestOnly } from './newest-only'
import { noOperationRunning } from './no-operation-running'
import { noSavedMemory } from './no-saved-memory'
import { noTaskRunning } from './no-task-running'
import { notBackupOwned } from './not-backup-owned'
import { notHeld } from './not-held'
import { notMixed } from './not-mixed'
import { passthroughMedia } from './passthrough-media'
import { permitted } from './permitted'
import { quiescePossible } from './quiesce-possible'
import { reachable } from './reachable'
import { replicationSafe } from './replication-safe'
import type { CheckInput, CheckRule, Judgement } from './rule'
import { sameGuest } from './same-guest'
import { snapshotStillThere } from './snapshot-still-there'
import { spaceForPlan } from './space-for-plan'
import { supported } from './supported'
import { targetComplete } from './target-complete'

const RULES: Record<CheckId, CheckRule> = {
  'fresh-enough': freshEnough,
  reachable,
  permitted,
  supported,
  'guest-not-locked': guestNotLocked,
  'no-task-running': noTaskRunning,
  'no-operation-running': noOperationRunning,
  'not-held': notHeld,
  'newest-only': newestOnly,
  'chain-depth': chainDepth,
  'space-for-plan': spaceForPlan,
  'disks-covered': disksCovered,
  'memory-compatible': memoryCompatible,
  'snapshot-still-there': snapshotStillThere,
  'target-complete': targetComplete,
  'children-handled': childrenHandled,
  'not-mixed': notMixed,
  'no-saved-memory': noSavedMemory,
  'not-backup-owned': notBackupOwned,
  'replication-safe': replicationSafe,
  'backup-checkpoint': backupCheckpoint,
  'passthrough-media': passthroughMedia,
  'same-guest': sameGuest,
  'ha-managed': haManaged,
  'base-not-shared': baseNotShared,
  'firmware-state': firmwareState,
  'identity-risk': identityRisk,
  'name-free': nameFree,
  'quiesce-possible': quiescePossible,
}

/** In the order of the ids; checks that do not concern the plan are left out. */
export function runChecks(input: CheckInput, override: readonly CheckId[]): Check[] {
  const { context, draft } = input
  const canForce = context.index.world.actor.permissions.includes('plan.override')
  return CHECK_IDS.flatMap((id): Check[] => {
    const judged = worst(refusalsOf(draft, id), RULES[id].judge(input))
    if (judged === null) return []
    const overridden = canForce && override.includes(id) && stops(judged) && mayOverride(id, judged)
    return [{ id, guestId: context.guest.id, overridden, ...judged }]
  })
}

export const stops = ({ verdict }: { verdict: Check['verdict'] }): boolean =>
  verdict === 'block' || verdict === 'unknown'

/** Of several for one check the hypervisor's own no comes first, then what is sure. */
function refusalsOf(draft: Draft, id: CheckId): Judgement | null {
  const rank = ({ by, verdict }: Refusal): number => (by === 'hypervisor' ? 0 : verdict === 'block' ? 1 : 2)
  const [first] = draft.refusals.filter(({ check }) => check === id).sort((a, b) => rank(a) - rank(b))
  return first === undefined ? null : { verdict: first.verdict, by: first.by, why: first.why, evidence: first.evidence }
}

function worst(refused: Judgement | null, judged: Judgement | null): Judgement | null {
  if (refused === null) return judged
  // What holds for every plan of this connection is the plainer answer than what this one plan ran into.
  return judged !== null && judged.verdict === 'block' && refused.verdict === 'unknown' ? judged : refused
}
