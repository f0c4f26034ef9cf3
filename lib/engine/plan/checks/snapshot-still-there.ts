/** What is named must exist; what is missing is told by the planner. */
import { type CheckRule, passes } from './rule'

export const snapshotStillThere: CheckRule = {
  id: 'snapshot-still-there',
  judge: ({ intent }) => (intent.do === 'rollback' || intent.do === 'delete' ? passes() : null),
}
