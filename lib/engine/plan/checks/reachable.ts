/**
 * Whether the hypervisor answers and takes changes: what does not answer now will not carry a plan out, and what refuses
 * every change, as a cluster without quorum does, would refuse its first step.
 */
import { blocks, type CheckRule, passes } from './rule'

export const reachable: CheckRule = {
  id: 'reachable',
  judge({ context: { connection } }) {
    const evidence = { connection: connection.name, lastAnswerAt: connection.lastAnswerAt }
    if (connection.health !== 'fresh') {
      return blocks('guard', connection.lastError ?? { code: 'not-told', by: connection.name }, evidence)
    }
    return connection.changesRefused === null
      ? passes(evidence)
      : blocks('hypervisor', connection.changesRefused, evidence)
  },
}
