/** One operation a guest: the second would be planned on what the first is changing. */
import { blocks, type CheckRule, passes } from './rule'

export const noOperationRunning: CheckRule = {
  id: 'no-operation-running',
  judge({ context: { guest } }) {
    return guest.openOperation === null
      ? passes()
      : blocks('guard', { code: 'operation-running', operationId: guest.openOperation })
  },
}
