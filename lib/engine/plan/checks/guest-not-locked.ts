/** A locked guest refuses every change until what locked it ends, or, if that failed, until somebody unlocks it. */
import { blocks, type CheckRule, passes } from './rule'

export const guestNotLocked: CheckRule = {
  id: 'guest-not-locked',
  judge({ context: { known }, intent }) {
    if (intent.do === 'repair') return null
    const { lock } = known.facts
    if (lock === null) return passes()
    return blocks('hypervisor', { code: 'guest-locked', lock: kindOf(lock), text: lock }, { lock })
  },
}

function kindOf(lock: string): 'backup' | 'snapshot' | 'migrate' | 'other' {
  if (lock === 'backup' || lock === 'migrate') return lock
  return lock === 'snapshot' || lock === 'snapshot-delete' || lock === 'rollback' ? 'snapshot' : 'other'
}
