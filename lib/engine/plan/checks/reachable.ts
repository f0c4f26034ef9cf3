/** Whether the hypervisor answers: what does not answer now will not carry a plan out. */
import { blocks, type CheckRule, passes } from './rule'

export const reachable: CheckRule = {
  id: 'reachable',
  judge({ context: { connection } }) {
    const evidence = { connection: connection.name, lastAnswerAt: connection.lastAnswerAt }
    if (connection.health === 'fresh') return passes(evidence)
    const why = connection.lastError ?? ({ code: 'not-told', by: connection.name } as const)
    return blocks('guard', why, evidence)
  },
}
