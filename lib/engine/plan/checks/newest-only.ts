/** Where only the newest snapshot can be gone back to; what stands in the way is told by the planner. */
import { rulesOf } from '../platform/rules-of'
import { type CheckRule, passes } from './rule'

export const newestOnly: CheckRule = {
  id: 'newest-only',
  judge({ context, intent }) {
    return intent.do === 'rollback' ? passes({ reach: rulesOf(context.connection.kind).reach(context) }) : null
  },
}
