/** A cluster manager starts and stops the guest: it is asked, and only the guest's own state tells when it obeyed. */
import { type CheckRule, passes } from './rule'

export const haManaged: CheckRule = {
  id: 'ha-managed',
  judge({ context: { known }, intent }) {
    return intent.do === 'rollback' && known.facts.ha !== null ? passes({ ha: known.facts.ha }) : null
  },
}
