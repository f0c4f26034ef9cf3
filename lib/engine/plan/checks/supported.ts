/** Whether the platform can do it at all. What planning found out stands in the draft; here is what holds for all. */
import { blocks, type CheckRule, passes } from './rule'

export const supported: CheckRule = {
  id: 'supported',
  judge({ context: { connection, known }, intent }) {
    const evidence = { platform: connection.kind, version: connection.version }
    const feature =
      intent.do === 'take' ? 'snapshot.internal' : intent.do === 'delete' ? 'snapshot.delete' : 'rollback.internal'
    if (!connection.commands && connection.mode === 'operate') {
      return blocks(
        'guard',
        { code: 'unsupported', feature, because: { cause: 'driver', driver: connection.kind } },
        evidence,
      )
    }
    if (known.facts.template && intent.do !== 'repair') {
      return blocks('hypervisor', { code: 'unsupported', feature, because: { cause: 'template' } }, evidence)
    }
    return passes(evidence)
  },
}
