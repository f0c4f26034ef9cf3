/** A half-made or half-deleted snapshot holds some disks of one time and others of none: never a target. */
import { oursOf, snapshotById } from '../context'
import { blocks, type CheckRule, passes } from './rule'

export const targetComplete: CheckRule = {
  id: 'target-complete',
  judge({ context, intent }) {
    if (intent.do !== 'rollback' && intent.do !== 'delete') return null
    const ids = intent.do === 'rollback' ? [intent.snapshotId] : intent.snapshotIds
    const targets = ids.flatMap((id) => snapshotById(context, id)?.snapshot ?? [])
    const half = targets.find((snapshot) => snapshot.incomplete && oursOf(context, snapshot) !== null)
    if (half === undefined) return passes()
    return blocks(
      'guard',
      { code: 'incomplete-target', snapshot: half.name, state: 'incomplete' },
      { snapshot: half.name },
    )
  },
}
