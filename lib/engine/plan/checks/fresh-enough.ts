/** A plan rests on what was read: not on what was read too long ago, nor on what could not be read. */
import { elapsedMillis } from '@/lib/domain/units'
import { blocks, type CheckRule, isOpen, passes } from './rule'

export const freshEnough: CheckRule = {
  id: 'fresh-enough',
  judge({ context }) {
    const { known } = context
    const { maxAgeMillis } = context.index.world.policy
    const unread = known.snapshots.unread ?? known.disks.unread
    if (known.snapshots.value === null || known.disks.value === null) {
      return isOpen(unread ?? { code: 'not-told', by: context.connection.name })
    }
    if (unread !== null) return isOpen(unread, { snapshotsAt: known.snapshots.at, disksAt: known.disks.at })
    const age = elapsedMillis(known.collectedAt, context.now)
    const evidence = { collectedAt: known.collectedAt, ageMillis: age }
    return age > maxAgeMillis
      ? blocks('guard', { code: 'stale', collectedAt: known.collectedAt, maxAgeMillis }, evidence)
      : passes(evidence)
  },
}
