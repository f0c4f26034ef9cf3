/** Going back breaks what others believe of this guest: domain controllers, replicas, cluster members, domain accounts. */
import { DAY, elapsedMillis } from '@/lib/domain/units'
import { snapshotById } from '../context'
import { identityRolesOf } from '../identity'
import { type CheckRule, passes, warns } from './rule'

/** Windows changes its machine account's password every 30 days; an older state is no longer trusted by the domain. */
const MACHINE_PASSWORD = 30 * DAY

export const identityRisk: CheckRule = {
  id: 'identity-risk',
  judge({ context, intent }) {
    if (intent.do !== 'rollback') return null
    const [risk] = identityRolesOf(context)
    if (risk !== undefined)
      return warns({ code: 'identity-risk', role: risk.role }, { role: risk.role, from: risk.from })
    const createdAt = snapshotById(context, intent.snapshotId)?.snapshot.createdAt ?? null
    if (createdAt !== null && elapsedMillis(createdAt, context.now) > MACHINE_PASSWORD) {
      return warns({ code: 'identity-risk', role: 'domain-member' }, { role: 'domain-member', createdAt })
    }
    return passes()
  },
}
